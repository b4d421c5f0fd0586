"""The end of the canary's way: it is written down, and a dead-man's switch outside is told that all is well."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from monitor.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from monitor.models import Delivery

_LOG = logging.getLogger("monitor")


class CanaryChannel:
    """Receives canaries. `ping` asks for the address of the switch; a canary older than `fresh` does not count."""

    def __init__(
        self, received: Callable[[datetime], None], ping: Callable[[], None] | None, *, fresh: timedelta
    ) -> None:
        self._received = received
        self._ping = ping
        self._fresh = fresh

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Note the arrival and ping. A switch that does not answer is logged: it will raise the alarm by itself."""
        if all(now - canary.sent > self._fresh for canary in delivery.canaries):
            return
        self._received(now)
        try:
            if self._ping:
                self._ping()
        except FetchError as error:
            _LOG.warning("canary.ping: the address does not answer: %s", error)
