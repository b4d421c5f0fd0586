"""The client as the program uses it, for one request."""

from __future__ import annotations

import asyncio

import pytest

from monitor.errors import FetchError
from monitor.fetch.client import Bounds, opened
from monitor.pipeline.ports import Response

BOUNDS = Bounds(deadline=3, max_bytes=1_000_000)


def get(url: str, *, bounds: Bounds = BOUNDS, resolver=None, allow_private: bool = True, **more) -> Response:
    async def work():
        options = {"resolver": resolver} if resolver else {}
        async with opened("Test/1 (contact)", bounds, **options) as client:
            return await client.get(url, allow_private=allow_private, **more)

    return asyncio.run(work())


def refused(url: str, **options) -> FetchError:
    """The error that a request must end in."""
    with pytest.raises(FetchError) as caught:
        get(url, **options)
    return caught.value


def names(*addresses: str):
    """A resolver that gives these addresses for every name."""

    async def resolver(host, port):
        return list(addresses)

    return resolver
