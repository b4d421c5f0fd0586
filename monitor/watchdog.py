"""Waits for canaries, and tells the operator when they stop: past Redis, Celery and the alert stream.

It runs as a thread of beat, which never forks. What it needs of the rest is a look at Redis; a Redis that does not
answer is one of the things it tells of. A beat that dies is started again by `monitor up`, and otherwise noticed by the
dead-man's switch (`canary.ping`).
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import TYPE_CHECKING

from monitor.canary import Trip, late_notice, overdue, recovered_notice
from monitor.errors import DeliveryError, MonitorError, StoreError
from monitor.models import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta
    from pathlib import Path

    from monitor.models import Notice
    from monitor.pipeline.ports import Channel
    from monitor.reload import CurrentRuntime

_LOOK_SECONDS = 10.0
_MARK = "canary-is-late"


class Alarm:
    """One look after the other at how far canaries have come. `mark` is a file that is there while one is missing.

    So a new process does not raise the same alarm again, and knows of what to report the end.
    """

    def __init__(self, mark: Path, since: datetime) -> None:
        self._mark = mark
        self._since = since
        self._trip = Trip()
        self._untold: dict[str, Notice] = {}

    def look(
        self, trip: Callable[[], Trip], channels: Mapping[str, Channel], patience: timedelta, now: datetime
    ) -> list[str]:
        """Decide, and tell every channel that was not told yet; returns what went wrong with telling."""
        unreachable = ""
        try:
            self._trip = trip()
        except StoreError as error:
            unreachable = str(error)
        missing = overdue(self._trip, self._since, patience, now)
        if missing and not self._mark.exists():
            self._mark.write_text(missing.isoformat(), encoding="utf-8")
            self._untold = dict.fromkeys(channels, late_notice(self._trip, missing, unreachable, now))
        elif not missing and self._mark.exists() and self._trip.received and self._trip.received > self._since:
            began = datetime.fromisoformat(self._mark.read_text(encoding="utf-8"))
            self._mark.unlink()
            self._untold = dict.fromkeys(channels, recovered_notice(began, now))
        return list(filter(None, [self._tell(name, channels[name], now) for name in self._untold.keys() & channels]))

    def _tell(self, name: str, channel: Channel, now: datetime) -> str:
        notice = self._untold[name]
        try:
            channel.send(Delivery(f"{notice.id}:{name}", name, (notice,)), now)
        except DeliveryError as error:
            return f"{name}: {error}"  # it is tried again at the next look
        del self._untold[name]
        return ""


def watch_canaries(
    current: Callable[[], CurrentRuntime], say: Callable[[str], None], clock: Callable[[], datetime]
) -> threading.Thread:
    """Look every 10 s from a thread that ends with its process."""

    def work() -> None:
        alarm = None
        while True:
            stop.wait(_LOOK_SECONDS)
            try:
                runtime = current()()
                alarm = alarm or Alarm(runtime.data / _MARK, clock())
                settings = runtime.settings.canary
                if settings.enabled:
                    patience = settings.every + settings.late
                    for problem in alarm.look(runtime.trips.trip, runtime.operator_channels(), patience, clock()):
                        say(f"the operator could not be told that no canary came through: {problem}")
            except MonitorError as error:
                say(f"watchdog: {error}")

    stop = threading.Event()
    thread = threading.Thread(target=work, name="watchdog", daemon=True)
    thread.start()
    return thread
