"""What robots.txt of a site allows (RFC 9309). Asked for pages alone: a feed is published to be fetched by programs.

The order in which the rules apply, to what a request of robots.txt came to:
1. A good answer is parsed: its first ROBOTS_BYTES, for KEPT.
2. 4xx, 2xx without a file, or redirects that lead nowhere: there are no rules, and everything is allowed, for KEPT.
   But 429 is an overloaded server.
3. 429, 5xx, or no answer: what was known goes on to hold, and where nothing was, everything is disallowed; robots.txt
   is asked again after AGAIN. When that has lasted for GIVEN_UP, everything is allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from protego import Protego

from monitor.errors import FetchError
from monitor.models import Model, Outcome
from monitor.sources.schedule import BUSY_STATUSES

ROBOTS_BYTES = 500 * 1024
KEPT = timedelta(hours=24)
AGAIN = timedelta(hours=1)
GIVEN_UP = timedelta(days=30)
# A stale copy is kept for the case that the next request fails.
_STALE = timedelta(days=7)
_NO_RULES = range(201, 500)


class Robots(Model):
    """What is known of the robots.txt of one origin; stale after `until`. `failing` is since when it has no answer."""

    text: str = ""
    allowed: bool = True
    until: datetime
    failing: datetime | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether the program called `agent` may fetch an address of the origin.

        Raises FetchError when the parser fails on the file: that is a fault of this origin alone.
        """
        if not self.text:
            return self.allowed
        try:
            return _parsed(self.text).can_fetch(url, agent)
        except Exception as error:
            # What a server wrote there may not end the drain, in which a hundred others are being fetched.
            raise FetchError(Outcome.ROBOTS, f"robots.txt cannot be parsed: {type(error).__name__}") from error

    @property
    def keep_until(self) -> datetime:
        """How long it is worth keeping: while it fails, until it is given up."""
        return self.failing + GIVEN_UP + KEPT if self.failing else self.until + _STALE


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request of robots.txt came to: a status (0 for none at all), and the body of a 200."""

    status: int
    body: bytes = b""


def judge_robots(answer: Answer, before: Robots | None, now: datetime) -> Robots:
    """What an answer makes known; `before` is what was known, stale or not."""
    if answer.body or answer.status == 200:  # noqa: PLR2004 - the one good answer
        return Robots(text=answer.body[:ROBOTS_BYTES].decode("utf-8-sig", "replace"), until=now + KEPT)
    if answer.status in _NO_RULES and answer.status not in BUSY_STATUSES:
        return Robots(until=now + KEPT)
    failing = (before.failing if before else None) or now
    if now - failing >= GIVEN_UP:
        return Robots(until=now + AGAIN, failing=failing)
    known = before or Robots(allowed=False, until=now)
    return Robots(text=known.text, allowed=known.allowed, until=now + AGAIN, failing=failing)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def agent_of(user_agent: str) -> str:
    """The name that rules call a program by: the first product of its User-Agent, or the one it says it is."""
    named = re.search(r"compatible;\s*([A-Za-z_-]+)", user_agent) or re.search(r"[A-Za-z_-]+", user_agent)
    return named[1] if named and named.re.groups else named[0] if named else "*"


@lru_cache(maxsize=500)
def _parsed(text: str) -> Protego:
    return Protego.parse(text)
