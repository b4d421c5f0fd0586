"""Waits for canaries, and tells the operator when they stop: past Redis, Celery and the alert stream.

It runs as a thread of beat, which never forks. What it needs of the rest is a look at Redis; a Redis that does not
answer is one of the things it tells of. A beat that dies is started again by `monitor up`, and otherwise noticed by the
dead-man's switch (`canary.ping`).
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from pydantic import ValidationError

from monitor.canary import Trip, late_notice, overdue, recovered_notice
from monitor.errors import DeliveryError, MonitorError, StoreError
from monitor.models import Delivery, Model, Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from monitor.pipeline.ports import Channel
    from monitor.reload import CurrentRuntime
    from monitor.wiring import Runtime

_LOG = logging.getLogger("monitor")
_LOOK_SECONDS = 10.0
_MARK = "canary-is-late"


class Told(Model):
    """What is to be told at present, and the channels that it was told to."""

    notice: Notice
    channels: tuple[str, ...] = ()


class Alarm:
    """One look after the other at how far canaries have come. `mark` is a file that is there while one is missing.

    So a new process does not raise the same alarm again, tells whom the last one could not reach, and knows of what to
    report the end. It is written after the telling: a full disk keeps nobody from being told.
    """

    def __init__(self, mark: Path, since: datetime) -> None:
        self._mark = mark
        self._since = since
        self._trip = Trip()
        self._read = False
        self._told: Told | None = None
        self._written: Told | None = None
        self.reachable = True

    def look(
        self, trip: Callable[[], Trip], channels: Mapping[str, Channel], patience: timedelta, now: datetime
    ) -> list[str]:
        """Decide, and tell every channel that was not told yet; returns what went wrong, in sentences."""
        problems = [] if self._read else self._remember()
        unreachable = ""
        try:
            self._trip = trip()
        except StoreError as error:
            unreachable = str(error)
        self.reachable = not unreachable
        missing, told = overdue(self._trip, self._since, patience, now), self._told
        raised = told is not None and not told.notice.recovered
        if missing and not raised:
            self._told = Told(notice=late_notice(self._trip, missing, unreachable, now))
        elif told and raised and not missing and self._trip.received and self._trip.received > self._since:
            self._told = Told(notice=recovered_notice(told.notice.since, now))
        return [*problems, *self._tell_all(channels, now), *self._keep(channels)]

    def _remember(self) -> list[str]:
        """Take up what the process before this one was at. What cannot be read is said, and told anew if it lasts."""
        self._read = True
        try:
            self._told = self._written = Told.model_validate_json(self._mark.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            return [f"{self._mark} cannot be read and is left aside: {type(error).__name__}"]
        return []

    def _tell_all(self, channels: Mapping[str, Channel], now: datetime) -> list[str]:
        problems = []
        for name, channel in channels.items():
            if self._told and name not in self._told.channels:
                if problem := _tell(self._told.notice, name, channel, now):
                    problems.append(f"the operator could not be told by channel {name}: {problem}")
                else:
                    self._told = self._told.model_copy(update={"channels": (*self._told.channels, name)})
        return problems

    def _keep(self, channels: Mapping[str, Channel]) -> list[str]:
        """Write down who was told; that all is over is forgotten once everybody knows."""
        if self._told and self._told.notice.recovered and channels.keys() <= set(self._told.channels):
            self._told = None
        if self._told == self._written:
            return []
        try:
            if self._told:
                fresh = self._mark.with_name(f"{self._mark.name}.new")
                fresh.write_text(self._told.model_dump_json(), encoding="utf-8")
                fresh.replace(self._mark)
            else:
                self._mark.unlink(missing_ok=True)
        except OSError as error:  # it is tried again at the next look
            return [f"{self._mark} cannot be written, and a restart would tell this again: {error.strerror}"]
        self._written = self._told
        return []


def _tell(notice: Notice, name: str, channel: Channel, now: datetime) -> str:
    """Send, and say what went wrong; it is tried again at the next look."""
    try:
        channel.send(Delivery(f"{notice.id}:{name}", name, (notice,)), now)
    except DeliveryError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one channel, the others are to be told
        # Its words may hold the address of the channel, and so a token.
        _LOG.warning("watchdog: channel %s failed: %s", name, type(error).__name__)
        return f"it failed ({type(error).__name__})"
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
                runtime = _runtime(current(), say, fresh=alarm is None or alarm.reachable)
                alarm = alarm or Alarm(runtime.data / _MARK, clock())
                settings = runtime.settings.canary
                if settings.enabled:
                    patience = settings.every + settings.late
                    for problem in alarm.look(runtime.trips.trip, runtime.operator_channels(), patience, clock()):
                        say(f"watchdog: {problem}")
            except MonitorError as error:
                say(f"watchdog: {error}")
            except Exception:  # noqa: BLE001 - the next look may work, and without this thread nobody looks
                _LOG.exception("watchdog: this look failed")

    stop = threading.Event()
    thread = threading.Thread(target=work, name="watchdog", daemon=True)
    thread.start()
    return thread


def _runtime(current: CurrentRuntime, say: Callable[[str], None], *, fresh: bool) -> Runtime:
    """The runtime; a changed configuration is taken up while Redis answers alone, since it is not waited for here."""
    if fresh:
        try:
            return current(limit=0)
        except (MonitorError, OSError) as error:
            say(f"watchdog: {error}")
    return current.kept
