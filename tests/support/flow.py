"""The flow in one process: what the worker does, without Celery."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from monitor.config.settings import Settings
from monitor.config.watch import load_watch
from monitor.models import Alert, Source
from monitor.wiring import Configuration, Installation, Runtime, utc_now

WATCH = """version: 1
lists:
  union:
    en: [Union State]
    ru: [Союзное государство]
rules:
  - id: union-state
    name: Union State
    severity: high
    any: [$union]
"""


def article_page(title: str, text: str) -> bytes:
    """A page as an outlet serves it, with furniture around the text."""
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"""<!doctype html><html><head><meta charset="utf-8"><title>{title} | Outlet</title></head><body>
<nav><a href="/">Home</a> <a href="/politics">Politics</a></nav><article><h1>{title}</h1>{paragraphs}</article>
<footer>All rights reserved</footer></body></html>""".encode()


def rss_item(title: str, link: str, lead: str = "", date: str = "") -> str:
    date = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item><title>{title}</title><link>{link}</link><description>{lead}</description>{date}</item>"


def rss(*items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()


class Flow:
    """A runtime over a configuration, whose hints are kept in a list instead of being sent."""

    def __init__(self, redis_url: str, prefix: str, folder: Path, *sources: Source, **settings) -> None:
        watch = folder / "watch.yaml"
        watch.write_text(WATCH, encoding="utf-8")
        values = {
            "version": 1,
            "redis": {"prefix": prefix},
            "first_check": {"digest": False},
            "canary": {"enabled": False},
            **settings,
        }
        configuration = Configuration(
            {source.id: source for source in sources}, Settings.model_validate(values), load_watch(watch)
        )
        self.runtime = Runtime(Installation(folder, folder, redis_url=redis_url), configuration)
        self.runtime.wait(lambda line: None)
        # The program spreads first checks over some seconds; a test does not wait for them.
        self.runtime.jobs.sync(dict.fromkeys(self.runtime.sources, utc_now()))
        self.hints: list[str] = []

    def drain(self, seconds: float = 3.0) -> None:
        """Fetch until nothing is due or under way, at most so long."""
        began = time.monotonic()

        def stop():
            passed = time.monotonic() - began
            return passed > seconds or (passed > 0.05 and self._idle())

        self.runtime.drain(self.hints.append, stop)

    def run(self, seconds: float) -> None:
        """Fetch for so long, beside other drains: as one of several workers on several machines."""
        end = time.monotonic() + seconds
        asyncio.run(
            self.runtime._drain(self.hints.append, lambda: time.monotonic() < end, lambda: time.monotonic() > end + 5)
        )

    def _idle(self) -> bool:
        keys, client = self.runtime.keys, self.runtime.client
        soon = utc_now().timestamp() * 1000 + 600
        waiting = client.zcount(keys("hosts"), "-inf", soon) or client.zcount(keys("due"), "-inf", soon)
        return not client.hlen(keys("claims")) and not waiting

    def read(self) -> None:
        """Read what was fetched."""
        while self.hints:
            self.runtime.read(self.hints.pop(0), lambda: None)

    def settle(self, rounds: int = 3, seconds: float = 3.0) -> None:
        """Drain and read until a feed's pages are read too."""
        for _ in range(rounds):
            self.drain(seconds)
            self.read()

    def look_again(self) -> None:
        """Make every source due now."""
        for name in self.runtime.sources:
            self.runtime.jobs.pull_forward(name, self.now())

    def now(self):
        return utc_now()

    def titles(self) -> list[str]:
        return [message.title for _, message in self.runtime.alerts.read() if isinstance(message, Alert)]

    def state(self, name: str):
        return self.runtime.jobs.state(name)


def source(origin, path: str = "/feed", name: str = "s", **more) -> Source:
    defaults = {"kind": "feed", "every": timedelta(hours=1), "allow_private": True}
    return Source(id=name, url=origin.url + path, **{**defaults, **more})
