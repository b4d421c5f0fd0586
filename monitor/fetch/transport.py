"""The guard in front of every connection: which host, which port, which address, directly or through a proxy.

A proxy is written by the operator into sources.yaml and never comes from the network, so it may stand on a private
address. What is asked of it is held to the same rules: behind `socks5` the name is resolved here, and the address that
was checked is asked for; behind `socks5h`, `http` and `https` the proxy resolves it, so that only literal addresses and
the name itself can be checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import threading
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import httpx2
from socksio import SOCKSError

from monitor.errors import FetchError
from monitor.fetch.guard import ALLOWED_PORTS, allowed, forbidden, public_name
from monitor.models import Outcome

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    Resolver = Callable[[str, int], Awaitable[list[str]]]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65535
_MAX_ADDRESSES = 3  # of one host that are tried
_RESOLVED_HERE = "socks5"


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, by the system's resolver.

    Each look-up has a thread of its own, which nothing waits for: name servers that never answer would fill a pool, and
    so hold up the names of all others.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def end(addresses: list[str], error: Exception | None) -> None:
        if found.done():
            return
        if error:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    def look_up() -> None:
        addresses, failed = [], None
        try:
            addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop ended meanwhile, so nobody waits
            loop.call_soon_threadsafe(end, addresses, failed)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await found


class _Stream(Protocol):
    async def aclose(self) -> None: ...


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Connects to the address that was checked, so that no second look-up can give another one.

    Of a request's extensions it reads `allow_private` and `proxy`, the address of a proxy or an empty string.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._tls = _tls()
        self._routes: dict[str, httpx2.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Check, then send. Raises FetchError(REFUSED) before any connection."""
        allow_private = bool(request.extensions.get("allow_private"))
        proxy = str(request.extensions.get("proxy") or "")
        port = _port(request.url, allow_private=allow_private)
        if not proxy:
            addresses = await self._checked(request.url, port, allow_private=allow_private)
            return await self._send(request, addresses, "")
        try:
            if proxy.startswith(f"{_RESOLVED_HERE}:"):
                addresses = await self._checked(request.url, port, allow_private=allow_private)
                return await self._send(request, addresses[:1], proxy)
            _check_name(_host(request.url), allow_private=allow_private)
            return await self._connect(request, proxy)
        except (httpx2.ConnectError, httpx2.ProxyError, SOCKSError, AssertionError) as error:
            # An AssertionError is how httpcore2 takes a reply of another kind than it asked a SOCKS proxy for.
            raise FetchError(Outcome.UNREACHABLE, f"through its proxy: {error or type(error).__name__}") from error

    async def _send(self, request: httpx2.Request, addresses: list[str], proxy: str) -> httpx2.Response:
        """Ask the first address that takes a connection."""
        url, timeouts = request.url, dict(request.extensions.get("timeout", {}))
        request.extensions["sni_hostname"] = _host(url)
        if timeouts.get("connect"):
            request.extensions["timeout"] = {**timeouts, "connect": timeouts["connect"] / len(addresses)}
        try:
            for address in addresses[:-1]:
                request.url = url.copy_with(host=address)
                with contextlib.suppress(httpx2.ConnectError, httpx2.ConnectTimeout):
                    return await self._connect(request, proxy)
            request.url = url.copy_with(host=addresses[-1])
            return await self._connect(request, proxy)
        finally:
            request.url = url

    async def _connect(self, request: httpx2.Request, proxy: str) -> httpx2.Response:
        """Send, and leave no connection open where no answer comes.

        httpcore2 forgets its socket when a TLS handshake is cancelled, or when a SOCKS proxy says no.
        """
        streams: list[_Stream] = []

        async def keep(event: str, info: dict[str, Any]) -> None:
            if event.endswith("connect_tcp.complete"):
                streams.append(info["return_value"])

        request.extensions["trace"] = keep
        try:
            return await self._route(proxy).handle_async_request(request)
        except BaseException:
            for stream in streams:
                await stream.aclose()
            raise

    async def _checked(self, url: httpx2.URL, port: int, *, allow_private: bool) -> list[str]:
        """The addresses of the host. Raises FetchError where there is none, or one that is forbidden."""
        host = _host(url)
        addresses = allowed(await self._addresses(host, port), allow_private=allow_private)
        if not addresses:
            raise FetchError(Outcome.REFUSED, f"{host} is not on the public internet (allow_private: true lifts this)")
        return addresses[:_MAX_ADDRESSES]

    async def _addresses(self, host: str, port: int) -> list[str]:
        if literal := _literal(host):
            return [str(literal)]
        try:
            return await self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchError(Outcome.UNREACHABLE, f"the name {host} does not resolve") from error

    def _route(self, proxy: str) -> httpx2.AsyncBaseTransport:
        """The connections through one proxy, or none. No connection outlives its request."""
        if proxy not in self._routes:
            limits = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
            way = httpx2.Proxy(proxy, ssl_context=self._tls if proxy.startswith("https:") else None) if proxy else None
            self._routes[proxy] = httpx2.AsyncHTTPTransport(verify=self._tls, trust_env=False, limits=limits, proxy=way)
        return self._routes[proxy]

    async def aclose(self) -> None:
        """Close the connections."""
        for route in self._routes.values():
            await route.aclose()


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes a tenth of a second, so it is done once a process."""
    return httpx2.create_ssl_context(trust_env=False)


def _host(url: httpx2.URL) -> str:
    """The host as it stands on the wire: punycode, no brackets."""
    return url.raw_host.decode("ascii")


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _port(url: httpx2.URL, *, allow_private: bool) -> int:
    """The port of an address that policy lets pass. Raises FetchError."""
    port = _DEFAULT_PORTS.get(url.scheme, 0) if url.port is None else url.port
    known = url.scheme in _DEFAULT_PORTS and 0 < port <= _MAX_PORT and not url.userinfo
    if not known or not (allow_private or port in ALLOWED_PORTS):
        raise FetchError(Outcome.REFUSED, f"port {port} of {url.scheme} is not allowed without allow_private")
    return port


def _check_name(host: str, *, allow_private: bool) -> None:
    """Refuse what a proxy must not be asked for. Raises FetchError."""
    literal = _literal(host)
    if not allow_private and (forbidden(literal) if literal else not public_name(host)):
        raise FetchError(Outcome.REFUSED, f"{host} is no name of the public internet (allow_private: true lifts this)")
