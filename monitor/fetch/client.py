"""The guarded client. httpx2 is the maintained continuation of httpx 0.28, with bounded decoders; docs/security.md."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import httpx2

from monitor.errors import FetchError
from monitor.extract.blocked import TELLING, refused_by
from monitor.fetch.guard import ALLOWED_PORTS, choose
from monitor.models import Outcome
from monitor.pipeline.ports import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    Resolver = Callable[[str, int], Awaitable[list[str]]]

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
_MAX_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OUTCOMES = {401: Outcome.BLOCKED, 403: Outcome.BLOCKED, 404: Outcome.NOT_FOUND, 410: Outcome.GONE, 429: Outcome.BUSY}
_SERVICE_UNAVAILABLE = 503
_REFUSAL_SECONDS, _REFUSAL_BYTES = 2.0, 100_000
_MAX_RETRY_AFTER = 86400.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may take: seconds in all, and bytes after decompression."""

    deadline: float = 20.0
    max_bytes: int = 10_000_000


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Connects to the address that was checked, so that no second look-up can give another one."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, resolver: Resolver) -> None:
        self._inner = inner
        self._resolver = resolver

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Check, then send. Raises FetchError(REFUSED) before any connection."""
        url, allow_private = request.url, bool(request.extensions.get("allow_private"))
        port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
        if url.scheme not in {"http", "https"} or not (allow_private or port in ALLOWED_PORTS):
            raise FetchError(Outcome.REFUSED, f"port {port} of {url.scheme} is not allowed (see allow_private)")
        address = choose(await self._addresses(url.host, port), allow_private=allow_private)
        if address is None:
            raise FetchError(
                Outcome.REFUSED, f"{url.host} is not on the public internet (allow_private: true lifts this)"
            )
        request.extensions["sni_hostname"] = url.host
        request.url = url.copy_with(host=address)
        try:
            return await self._inner.handle_async_request(request)
        finally:
            request.url = url

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        try:
            return await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchError(Outcome.UNREACHABLE, f"the name {host} does not resolve") from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


class Client:
    """Everything that leaves the machine goes through one of these. Use it as `async with opened(...)`."""

    def __init__(self, http: httpx2.AsyncClient, bounds: Bounds) -> None:
        self._http = http
        self._bounds = bounds

    async def get(self, url: str, *, etag: str = "", last_modified: str = "", allow_private: bool = False) -> Response:
        """Fetch, following at most 5 redirects. Raises FetchError for everything that is no usable body."""
        # Validators go back byte for byte; a header is latin-1, whatever a server puts into it.
        validators = {b"If-None-Match": etag, b"If-Modified-Since": last_modified}
        headers = [(name, value.encode("latin-1")) for name, value in validators.items() if value]
        headers.append((b"Accept", _ACCEPT.encode()))
        async with self._bounded():
            for _ in range(_MAX_HOPS + 1):
                request = self._http.build_request("GET", _web(url), headers=headers)
                request.extensions["allow_private"] = allow_private
                response = await self._http.send(request, stream=True)
                try:
                    if response.status_code not in _REDIRECTS or "location" not in response.headers:
                        return await self._answer(url, response)
                finally:
                    await response.aclose()
                url = _next_hop(url, response.headers["location"])
            raise FetchError(Outcome.PROTOCOL_ERROR, f"more than {_MAX_HOPS} redirects")

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False
    ) -> tuple[int, float | None, bytes]:
        """Send a body; gives the status, Retry-After in seconds and the beginning of the answer. No redirects."""
        async with self._bounded():
            request = self._http.build_request("POST", _web(url), content=body, headers=dict(headers))
            request.extensions["allow_private"] = allow_private
            response = await self._http.send(request, stream=True)
            try:
                answer = await self._body(response)
            finally:
                await response.aclose()
            return response.status_code, retry_after(response.headers.get("retry-after")), answer[:500]

    async def _answer(self, url: str, response: httpx2.Response) -> Response:
        status, headers = response.status_code, response.headers
        raw = {name.lower(): value.decode("latin-1") for name, value in headers.raw}
        etag, modified = raw.get(b"etag", ""), raw.get(b"last-modified", "")
        if status == httpx2.codes.NOT_MODIFIED:
            return Response(url, etag=etag, last_modified=modified, unchanged=True)
        if status in TELLING and (by := refused_by(status, headers, await self._beginning(response))):
            waiting = retry_after(headers.get("retry-after")) if status != httpx2.codes.FORBIDDEN else None
            raise FetchError(Outcome.BLOCKED, f"{by} refuses (HTTP {status})", retry_after=waiting)
        if status != httpx2.codes.OK:
            waiting = retry_after(headers.get("retry-after")) if status in {429, _SERVICE_UNAVAILABLE} else None
            outcome = _OUTCOMES.get(status) or (
                Outcome.SERVER_ERROR if status >= httpx2.codes.INTERNAL_SERVER_ERROR else Outcome.PROTOCOL_ERROR
            )
            raise FetchError(outcome, f"HTTP {status}", retry_after=waiting)
        body = await self._body(response)
        return Response(url, body, headers.get("content-type", ""), etag, modified)

    async def _beginning(self, response: httpx2.Response) -> bytes:
        """What a refusal says, as far as it comes soon: its status alone is an answer already."""
        chunks, size = [], 0
        with suppress(TimeoutError, httpx2.HTTPError):
            async with asyncio.timeout(_REFUSAL_SECONDS):
                async for chunk in response.aiter_bytes():
                    chunks.append(chunk)
                    size += len(chunk)
                    if size > _REFUSAL_BYTES:
                        break
        return b"".join(chunks)[:_REFUSAL_BYTES]

    async def _body(self, response: httpx2.Response) -> bytes:
        chunks, size = [], 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > self._bounds.max_bytes:
                raise FetchError(Outcome.TOO_LARGE, f"more than {self._bounds.max_bytes:,} bytes")
            chunks.append(chunk)
        return b"".join(chunks)

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
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, ValueError, OSError) as error:
            # ValueError: an address in a redirect that is none. OSError: TLS records that the library does not map.
            raise FetchError(Outcome.PROTOCOL_ERROR, str(error) or type(error).__name__) from error


@asynccontextmanager
async def opened(user_agent: str, bounds: Bounds, *, resolver: Resolver = resolve) -> AsyncIterator[Client]:
    """A client for one asyncio loop. It keeps no cookies, and no connection between polls of different hosts."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
    transport = GuardedTransport(httpx2.AsyncHTTPTransport(trust_env=False, limits=limits), resolver)
    headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate, br"}
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
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise FetchError(Outcome.REFUSED, "only plain http and https addresses are fetched")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise FetchError(Outcome.REFUSED, "the address holds spaces or control characters")
    return url


def _next_hop(url: str, location: str) -> str:
    following = urljoin(url, location)
    if url.startswith("https:") and following.startswith("http:"):
        raise FetchError(Outcome.REFUSED, "a redirect from https to http is not followed")
    return following
