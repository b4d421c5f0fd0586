"""How long a server calls its answer fresh (RFC 9111, 4.2), to the second; nothing where it says nothing readable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE = timedelta(0)
# RFC 9111, 1.2.2: more than this is as good as for ever.
_MOST = 2**31


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """What is left of the time that `Cache-Control: max-age`, else `Expires`, gives. `headers` ignore case.

    `no-cache`, `no-store`, and whatever cannot be read, leave nothing. A time of caches alone (`s-maxage`) is not ours.
    """
    directives = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if {"no-cache", "no-store"} & {directive.partition("=")[0].strip() for directive in directives}:
        return _NONE
    ages = [directive.partition("=")[2] for directive in directives if directive.partition("=")[0].strip() == "max-age"]
    lifetime = _seconds(ages[0].strip(' "')) if ages else _until_expiry(headers, now)
    return max(lifetime - _seconds(headers.get("age", "").strip()), _NONE)


def _until_expiry(headers: Mapping[str, str], now: datetime) -> timedelta:
    expires = _date(headers.get("expires"))
    return max(expires - (_date(headers.get("date")) or now), _NONE) if expires else _NONE


def _seconds(value: str) -> timedelta:
    return timedelta(seconds=min(int(value[:20]), _MOST)) if value.isascii() and value.isdigit() else _NONE


def _date(value: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, OverflowError):
        return None
    # A date that names no zone is one of UTC, as HTTP has no other.
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found
