"""Requests of a command that looks once and stores nothing: as polite as the drain, with a memory of its own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING

from monitor.errors import FetchError
from monitor.models import Outcome
from monitor.pipeline.robots import ROBOTS_BYTES, Answer, judge_robots, origin_of
from monitor.sources.schedule import Home

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from monitor.models import Source
    from monitor.pipeline.ports import Fetcher, Response
    from monitor.pipeline.robots import Robots

_MOST_HOPS = 5


class PoliteFetcher:
    """Spaces the requests to a host, and asks robots.txt before pages. `spacing` is as in settings.yaml."""

    def __init__(
        self, fetcher: Fetcher, *, agent: str, spacing: timedelta | None, clock: Callable[[], datetime]
    ) -> None:
        self._fetcher = fetcher
        self._agent = agent
        self._spacing = spacing
        self._clock = clock
        self._free: dict[str, datetime] = {}
        self._robots: dict[str, Robots] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def turn(self, source: Source, url: str, *, page: bool) -> None:
        """Wait until the address may be asked. Raises FetchError where it is a page that robots.txt disallows."""
        if page and source.respect_robots:
            robots = await self._robots_of(source, origin_of(url))
            if not robots.allows(url, self._agent):
                reason = "robots.txt cannot be fetched" if robots.failing else "robots.txt disallows it"
                raise FetchError(Outcome.ROBOTS, reason)
        await self._wait(source, url)

    async def get(self, source: Source, url: str, *, stay: bool = False, most: int | None = None) -> Response:
        """Fetch at once; the turn was waited for. Raises FetchError."""
        return await self._fetcher.get(
            url, allow_private=source.allow_private, proxy=source.proxy_url, stay=stay, most=most
        )

    async def get_page(self, source: Source, url: str) -> Response:
        """Fetch a page in its turn; each server that redirects lead to has its own. Raises FetchError."""
        for _ in range(_MOST_HOPS + 1):
            await self.turn(source, url, page=True)
            response = await self.get(source, url, stay=True)
            if not response.elsewhere:
                return response
            url = response.elsewhere
        raise FetchError(Outcome.PROTOCOL_ERROR, f"redirects lead through more than {_MOST_HOPS} servers")

    async def _robots_of(self, source: Source, origin: str) -> Robots:
        async with self._asking[origin]:
            if origin not in self._robots:
                await self._wait(source, origin)
                try:
                    response = await self.get(source, f"{origin}/robots.txt", most=ROBOTS_BYTES)
                except FetchError as error:
                    answer = Answer(error.status)
                else:
                    answer = Answer(HTTPStatus.OK, response.body)
                self._robots[origin] = judge_robots(answer, None, self._clock())
            return self._robots[origin]

    async def _wait(self, source: Source, url: str) -> None:
        home, now = Home.of(url, source, self._spacing), self._clock()
        at = max(now, self._free.get(home.host, now))
        self._free[home.host] = at + home.pace
        await asyncio.sleep((at - now).total_seconds())
