"""The guarded client. httpx2 is the maintained continuation of httpx 0.28, with bounded decoders; docs/security.md."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx2

from monitor.errors import FetchError
from monitor.extract.blocked import TELLING, refused_by
from monitor.fetch.freshness import freshness
from monitor.fetch.transport import GuardedTransport, resolve
from monitor.fetch.unpack import ACCEPTED, Unpacking
from monitor.models import Outcome
from monitor.pipeline.ports import Response
from monitor.sources.schedule import BUSY_STATUSES
from monitor.urls import host_and_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from monitor.fetch.transport import Resolver

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_MAX_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_OUTCOMES = {401: Outcome.BLOCKED, 403: Outcome.BLOCKED, 404: Outcome.NOT_FOUND, 410: Outcome.GONE, 429: Outcome.BUSY}
_REFUSAL_SECONDS, _REFUSAL_BYTES = 2.0, 100_000
_MAX_RETRY_AFTER = 86400.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may take: seconds in all, and bytes after decompression."""

    deadline: float = 20.0
    max_bytes: int = 10_000_000


class Client:
    """Everything that leaves the machine goes through one of these. Use it as `async with opened(...)`."""

    def __init__(self, http: httpx2.AsyncClient, bounds: Bounds) -> None:
        self._http = http
        self._bounds = bounds

    async def get(
        self,
        url: str,
        *,
        etag: str = "",
        last_modified: str = "",
        validated: str = "",
        allow_private: bool = False,
        proxy: str = "",
        stay: bool = False,
        most: int | None = None,
    ) -> Response:
        """Fetch, following at most 5 redirects. Raises FetchError for everything that is no usable body.

        Validators go to the address `validated` alone, where one is given. With `stay` a redirect to another server is
        not followed: the answer is where it leads. With `most` a longer body is cut there.
        """
        # Validators go back byte for byte; a header is latin-1, whatever a server puts into it.
        validators = [
            (name, value.encode("latin-1"))
            for name, value in ((b"If-None-Match", etag), (b"If-Modified-Since", last_modified))
            if value
        ]
        moved, permanent = "", True
        async with self._bounded():
            for _ in range(_MAX_HOPS + 1):
                conditions = validators if validated in {"", url} else []
                headers = [*conditions, (b"Accept", _ACCEPT.encode())]
                request = self._http.build_request("GET", _web(url), headers=headers)
                request.extensions.update(allow_private=allow_private, proxy=proxy)
                response = await self._http.send(request, stream=True)
                try:
                    if response.status_code not in _REDIRECTS or "location" not in response.headers:
                        answer = await self._answer(url, response, conditional=bool(conditions), most=most)
                        return replace(answer, moved=moved)
                finally:
                    await response.aclose()
                following = _next_hop(url, response.headers["location"], response.status_code)
                if stay and host_and_port(following) != host_and_port(url):
                    return Response(url, elsewhere=_web(following))
                # The address is wrong only as far as permanent redirects lead from it.
                permanent = permanent and response.status_code in _PERMANENT
                moved = following if permanent else moved
                url = following
            raise FetchError(
                Outcome.PROTOCOL_ERROR, f"more than {_MAX_HOPS} redirects", status=httpx2.codes.FOUND.value
            )

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False
    ) -> tuple[int, float | None, bytes]:
        """Send a body; gives the status, Retry-After in seconds and the beginning of the answer. No redirects.

        What is said beside the status may be late or broken: the status alone is an answer already.
        """
        async with self._bounded():
            request = self._http.build_request("POST", _web(url), content=body, headers=dict(headers))
            request.extensions["allow_private"] = allow_private
            response = await self._http.send(request, stream=True)
            try:
                answer = await self._beginning(response)
            finally:
                await response.aclose()
            return response.status_code, retry_after(response.headers.get("retry-after")), answer[:500]

    async def _answer(
        self, url: str, response: httpx2.Response, *, conditional: bool, most: int | None = None
    ) -> Response:
        status, headers = response.status_code, response.headers
        raw = {name.lower(): value.decode("latin-1") for name, value in headers.raw}
        etag, modified = raw.get(b"etag", ""), raw.get(b"last-modified", "")
        fresh = freshness(headers, datetime.now(UTC))
        if status == httpx2.codes.NOT_MODIFIED and conditional:
            return Response(url, etag=etag, last_modified=modified, unchanged=True, fresh=fresh)
        if status in TELLING and (by := refused_by(status, headers, await self._beginning(response))):
            waiting = retry_after(headers.get("retry-after")) if status != httpx2.codes.FORBIDDEN else None
            raise FetchError(Outcome.BLOCKED, f"{by} refuses (HTTP {status})", retry_after=waiting, status=status)
        if status != httpx2.codes.OK:
            waiting = retry_after(headers.get("retry-after")) if status in BUSY_STATUSES else None
            outcome = _OUTCOMES.get(status) or (
                Outcome.SERVER_ERROR if status >= httpx2.codes.INTERNAL_SERVER_ERROR else Outcome.PROTOCOL_ERROR
            )
            raise FetchError(outcome, f"HTTP {status}", retry_after=waiting, status=status)
        body = await self._body(response, most)
        return Response(url, body, headers.get("content-type", ""), etag, modified, fresh=fresh)

    async def _beginning(self, response: httpx2.Response) -> bytes:
        """What an answer says, as far as it comes soon: its status alone is one already."""
        with suppress(OSError, httpx2.HTTPError, httpx2.StreamError, FetchError):
            async with asyncio.timeout(_REFUSAL_SECONDS):
                return await self._body(response, _REFUSAL_BYTES)
        return b""

    async def _body(self, response: httpx2.Response, most: int | None = None) -> bytes:
        """The whole body, or what comes before `most` bytes of it."""
        stated, limit = response.headers.get("content-length", ""), self._bounds.max_bytes
        if most is None and stated.isdecimal() and int(stated) > limit:
            raise FetchError(Outcome.TOO_LARGE, f"more than {limit:,} bytes")
        parts, size = [], 0
        async for piece in Unpacking(response.headers.get("content-encoding", ""), limit).pieces(response.aiter_raw()):
            parts.append(piece)
            size += len(piece)
            if most is not None and size >= most:
                break
        return b"".join(parts)[:most]

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """The total deadline, and the one place where errors of the client library are translated."""
        try:
            async with asyncio.timeout(self._bounds.deadline):
                yield
        except TimeoutError as error:
            raise FetchError(Outcome.TIMEOUT, f"no whole answer within {self._bounds.deadline:g} s") from error
        except httpx2.TimeoutException as error:
            raise FetchError(Outcome.TIMEOUT, "no answer in time") from error
        except httpx2.NetworkError as error:
            raise FetchError(Outcome.UNREACHABLE, str(error) or "the connection failed") from error
        except httpx2.InvalidURL as error:
            raise FetchError(Outcome.REFUSED, f"this is no web address: {error}") from error
        except (httpx2.HTTPError, httpx2.StreamError, ValueError, OSError) as error:
            # ValueError: an address in a redirect that is none. OSError: TLS records that the library does not map.
            raise FetchError(Outcome.PROTOCOL_ERROR, str(error) or type(error).__name__) from error


@asynccontextmanager
async def opened(user_agent: str, bounds: Bounds, *, resolver: Resolver = resolve) -> AsyncIterator[Client]:
    """A client for one asyncio loop. It keeps no cookies, and no connection between polls of different hosts."""
    transport = GuardedTransport(resolver)
    headers = {"User-Agent": user_agent, "Accept-Encoding": ACCEPTED}
    async with httpx2.AsyncClient(
        transport=transport, headers=headers, timeout=bounds.deadline, trust_env=False, follow_redirects=False
    ) as http:
        http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield Client(http, bounds)


def retry_after(value: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Seconds of a Retry-After header, a number or a date (RFC 9110, 10.2.3), at most a day; None when unreadable."""
    if not value:
        return None
    try:
        seconds = float(value) if value.strip().isdecimal() else (parsedate_to_datetime(value) - now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), _MAX_RETRY_AFTER)


def _web(url: str) -> str:
    """The address, when it is one that may be asked for. Raises FetchError."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise FetchError(Outcome.REFUSED, f"this is no web address: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or {"@", "\\"}.intersection(parts.netloc):
        raise FetchError(Outcome.REFUSED, "only plain http and https addresses are fetched")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise FetchError(Outcome.REFUSED, "the address holds spaces or control characters")
    return url


def _next_hop(url: str, location: str, status: int) -> str:
    following = urljoin(url, location)
    if urlsplit(url).scheme == "https" and urlsplit(following).scheme == "http":
        reason = "a redirect from https to http is not followed"
        raise FetchError(Outcome.REFUSED, reason, status=status)
    return following
