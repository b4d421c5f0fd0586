"""The main job on a newsroom of our own: real Valkey, worker and beat, the default watch file, no network.

What arrived is read from the alert stream and held against what the newsroom says must alert.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import yaml

from monitor.demo.newsroom import Newsroom
from monitor.errors import MonitorError, StoreError
from monitor.models import Alert
from monitor.urls import identity
from monitor.wiring import Installation, Runtime, load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from monitor.demo.newsroom import Expected

_START_SECONDS = 30.0
_STORY_SECONDS = 20.0
# After the last expected alert: long enough for every source to be looked at again, so that a wrong one would show.
_QUIET_SECONDS = 3.0
_STOP_SECONDS = 30.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Result:
    """What the demo came to; `seconds` from publication to alert, one for each story published while it ran."""

    sources: int
    articles: int
    alerts: int
    expected: int
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    seconds: tuple[float, ...]

    @property
    def good(self) -> bool:
        """Whether exactly the expected alerts arrived, each once."""
        return not self.missing and not self.unexpected and self.alerts == self.expected

    def as_json(self) -> dict[str, Any]:
        """The closing JSON line."""
        return asdict(self)


def run_demo(watch: Path, folder: Path, say: Callable[[str], None]) -> Result:
    """Run it in an empty folder with the given watch file. Raises MonitorError when the program does not start."""
    with Newsroom() as newsroom:
        place = _write_configuration(newsroom, watch, folder)
        with _program(place):
            runtime = Runtime(place, load_configuration(place.config, os.environ))
            say(
                f"A newsroom of {len(newsroom.outlets)} outlets opened on {newsroom.url}; its alerts, as they happen:\n"
            )
            _wait_for(runtime, newsroom, _START_SECONDS)
            seconds = [_publish(runtime, newsroom, story.id, say) for story in newsroom.waiting()]
            time.sleep(_QUIET_SECONDS)
            return _compare(runtime, newsroom, [second for second in seconds if second is not None])


def _write_configuration(newsroom: Newsroom, watch: Path, folder: Path) -> Installation:
    config = folder / "config"
    config.mkdir(parents=True)
    sources = [source.model_dump(mode="json", exclude_defaults=True) for source in newsroom.sources()]
    settings = {"version": 1, "first_check": {"digest": False}}
    _dump(config / "sources.yaml", {"version": 1, "sources": sources})
    _dump(config / "settings.yaml", settings)
    shutil.copyfile(watch, config / "watch.yaml")
    return Installation(config=config, data=folder / "data")


def _dump(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


@contextmanager
def _program(place: Installation) -> Iterator[None]:
    """`monitor up` as a process of its own; stopped by Ctrl-C, as a person would."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "up"], env={**os.environ, **place.environment}, start_new_session=True
    )
    try:
        yield
        if process.poll() is not None:
            raise MonitorError(f"`monitor up` ended by itself with exit code {process.returncode}")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _publish(runtime: Runtime, newsroom: Newsroom, story: str, say: Callable[[str], None]) -> float | None:
    """Publish a story; the seconds until its alert stood in the stream, or None when it needs or brings none."""
    before = {expected.id for expected in newsroom.expected()}
    newsroom.publish(story)
    at = time.time()
    say(f"-- {story} is published now --\n")
    fresh = [expected for expected in newsroom.expected() if expected.id not in before]
    _wait_for(runtime, newsroom, _STORY_SECONDS)
    found = [stamp - at for stamp, alert in _stream(runtime) for expected in fresh if _is(alert, expected)]
    return round(found[0], 2) if found else None


def _wait_for(runtime: Runtime, newsroom: Newsroom, limit: float) -> None:
    """Wait until each expected story has its alert, at most `limit` seconds; the comparison says what is missing."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        alerts = [alert for _, alert in _stream(runtime)]
        if all(any(_is(alert, expected) for alert in alerts) for expected in newsroom.expected()):
            return
        time.sleep(_LOOK_SECONDS)


def _stream(runtime: Runtime) -> list[tuple[float, Alert]]:
    """The alerts with the time, in seconds, at which they entered the stream; none while the server starts."""
    try:
        return [
            (int(entry.split("-")[0]) / 1000, alert)
            for entry, alert in runtime.alerts.read()
            if isinstance(alert, Alert)
        ]
    except StoreError:
        return []


def _is(alert: Alert, expected: Expected) -> bool:
    return alert.url is not None and identity(alert.url) in {identity(url) for url in expected.urls}


def _compare(runtime: Runtime, newsroom: Newsroom, seconds: list[float]) -> Result:
    alerts, expected = [alert for _, alert in _stream(runtime)], newsroom.expected()
    return Result(
        sources=len(newsroom.outlets),
        articles=runtime.documents.counts().get("articles", 0),
        alerts=len(alerts),
        expected=len(expected),
        missing=tuple(item.title for item in expected if not any(_is(alert, item) for alert in alerts)),
        unexpected=tuple(alert.title for alert in alerts if not any(_is(alert, item) for item in expected)),
        seconds=tuple(seconds),
    )
