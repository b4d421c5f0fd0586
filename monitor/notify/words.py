"""What channels say, from values to harmless words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.models import Alert

# C0 and C1 controls (terminal escapes among them), zero-width and bidirectional controls, line separators.
_HARMFUL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def harmless(text: str, limit: int = 500) -> str:
    """One line that neither moves the cursor nor turns the direction of writing, at most `limit` characters."""
    line = _HARMFUL.sub(" ", text)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def headline(alert: Alert) -> str:
    """The title, or what stands in for it."""
    return harmless(alert.title) or harmless(alert.snippet.text, 120) or "(no title)"


def age(alert: Alert, now: datetime) -> str:
    """Time since publication, in the largest unit that fits: `3 min ago`."""
    if not alert.published:
        return "undated"
    seconds = int((now - alert.published).total_seconds())
    return f"{span(seconds)} ago" if seconds > 0 else "just now"


def span(seconds: int) -> str:
    """A length of time in the largest unit that fits: `3 min`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def safe_link(url: str | None) -> str:
    """The address if it is one of the web, else nothing."""
    return harmless(url, 2000) if url and url.startswith(("http://", "https://")) else ""
