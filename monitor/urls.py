"""Addresses: joining, cleaning, comparing. Nothing here resolves a name or opens a connection."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Parameters that say where a click came from and never which page is meant.
_TRACKING = frozenset(
    {"fbclid", "gclid", "yclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "_openstat", "ysclid"}
)
_MAX_LENGTH = 4096


def absolute(base: str, link: str) -> str | None:
    """`link` as an http(s) address without fragment, resolved against `base`; None when it is no web address."""
    link = "".join(character for character in link if character.isprintable()).strip()
    try:
        parts = urlsplit(urljoin(base, link))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    url = urlunsplit(parts._replace(fragment="")).replace(" ", "%20")
    return url if len(url) <= _MAX_LENGTH else None


def host(url: str) -> str:
    """The lower-case host name, or an empty string."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def host_and_port(url: str) -> str:
    """The server that an address names, without `www.` and without the port of the web; "" where there is none.

    One for http and https. Names below one domain are servers of their own: half the web is below a few of them.
    """
    try:
        return _bare_host(urlsplit(url), ports=frozenset(_DEFAULT_PORTS.values()))
    except ValueError:
        return ""


def identity(url: str) -> str:
    """A key that is equal for addresses of one page: scheme, `www.`, tracking and a last slash do not count."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(name)]
    return f"{_bare_host(parts)}{parts.path.rstrip('/')}{'?' + urlencode(query) if query else ''}"


def _is_tracking(name: str) -> bool:
    return name.lower().startswith("utm_") or name.lower() in _TRACKING


def _bare_host(parts: SplitResult, ports: frozenset[int] | None = None) -> str:
    """The host without `www.`, with a port that is not one of `ports`, by default that of the scheme."""
    name = (parts.hostname or "").removeprefix("www.")
    try:
        port = parts.port
    except ValueError:
        port = None
    plain = ports or {_DEFAULT_PORTS.get(parts.scheme)}
    return name if port is None or port in plain else f"{name}:{port}"
