"""What channels say, from values to harmless words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

import regex

if TYPE_CHECKING:
    from monitor.models import Alert

# C0 and C1 controls (terminal escapes among them), zero-width and bidirectional controls, line separators, surrogates
# without a partner, and what XML has no character for.
_HARMFUL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_LONGEST_LINK = 2000
# What an address may hold as it is (RFC 3986); quotes, angle brackets, backslashes and the like are encoded.
_PATH = "/%:@!$&'()*+,;=~-._"
_QUERY = _PATH + "?"


def harmless(text: str, limit: int = 500) -> str:
    """One line that neither moves the cursor nor turns the direction of writing, at most `limit` characters."""
    # Three times the limit is more than can be shown, and far less than a hostile title has.
    return clip(_HARMFUL.sub(" ", text[: 3 * limit + 1]), limit)


def clip(text: str, limit: int) -> str:
    """At most `limit` characters (code points), cut between two graphemes, with an ellipsis where something was."""
    if len(text) <= limit:
        return text
    end = 0
    for found in regex.finditer(r"\X", text):
        if found.end() > limit - 1:
            break
        end = found.end()
    return text[:end].rstrip() + "…" if limit > 0 else ""


def headline(alert: Alert) -> str:
    """The title, or what stands in for it."""
    return harmless(alert.title) or harmless(alert.snippet.text, 120) or "(no title)"


def span(seconds: int) -> str:
    """A length of time in the largest unit that fits: `3 min`."""
    number, unit = largest_unit(seconds)
    return f"{number} {unit}"


def largest_unit(seconds: int) -> tuple[int, str]:
    """A length of time as a whole number of `d`, `h`, `min` or `s`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return seconds // size, unit
    return seconds, "s"


def safe_link(url: str | None) -> str:
    """The address in ASCII if it is one of the web that a person may follow, else nothing.

    A name in another alphabet is shown as it is looked up (punycode), so that a look-alike is seen. An address with
    user information, of another scheme or longer than 2,000 characters is left out: cut, it would lead elsewhere.
    """
    if not url or not url.lower().startswith(("http://", "https://")):
        return ""
    try:
        parts = urlsplit(_HARMFUL.sub("", url))
        name = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a name or port that is none; UnicodeError is one of these
        return ""
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*", name) or "@" in parts.netloc:
        return ""
    host = f"[{name}]" if ":" in name else name
    path, query, mark = quote(parts.path, _PATH), quote(parts.query, _QUERY), quote(parts.fragment, _QUERY)
    link = urlunsplit((parts.scheme, host + port, path, query, mark))
    return link if len(link) <= _LONGEST_LINK else ""
