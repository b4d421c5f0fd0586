"""Dates as pages write them, machine-made and in words.

Every result is aware and in UTC. A time without a zone counts as UTC, a date without a time as its midnight.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)  # before that there were no news pages
_SLIP = timedelta(hours=26)  # a local time read as UTC can be that far ahead
_MAX_LENGTH = 200

_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d\b)?)?"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?:T?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)Z?)?(?!\d)"
)
_NUMERIC = re.compile(
    r"(?<![\d.])(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>(?:19|20)\d\d|\d\d)(?![\d.]*\d)"
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"
)
_IDEOGRAPHIC = re.compile(r"(?P<year>(?:19|20)\d\d)[年년]\s?(?P<month>\d{1,2})[月월]\s?(?P<day>\d{1,2})[日일]")
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)(?![\d.])(?::[0-5]\d)?\s*(?P<half>[ap]\.?m\b)?",
    re.IGNORECASE,
)
_ZONES = {
    "мск": 3,
    "msk": 3,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "bst": 1,
    "est": -5,
    "edt": -4,
    "pst": -8,
    "pdt": -7,
}
_ZONE = re.compile(
    rf"(?:UTC|GMT)?\s*(?P<zone>[+-]\d\d:?\d\d)\b|\b(?:UTC|GMT)\s?(?P<hours>[+-]\d{{1,2}})\b|\b(?P<named>{'|'.join(_ZONES)})\b",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")

# Beginnings of month names, in the cases and spellings in use.
_MONTHS = (
    ("jan", "janv", "янв", "студз", "січ", "ene", "gen", "sty", "led", "oca"),
    ("feb", "fév", "fev", "фев", "лют", "únor"),
    ("mar", "mär", "мар", "сакав", "берез", "бер", "břez"),
    ("apr", "avr", "апр", "крас", "квіт", "abr", "kwi"),
    ("may", "mai", "май", "мая", "мае", "траўн", "трав", "mag", "maj"),
    ("jun", "juin", "июн", "чэрв", "черв", "giu", "cze"),
    ("jul", "juil", "июл", "ліп", "лип", "lug", "lip"),
    ("aug", "aoû", "авг", "жнів", "жніўн", "серп", "ago", "sie"),
    ("sep", "сен", "верас", "верес", "set", "wrz"),
    ("oct", "okt", "окт", "кастр", "жовт", "ott", "out", "paź"),
    ("nov", "ноя", "ліст", "лист", "lis"),
    ("dec", "déc", "dez", "dic", "дек", "снеж", "снєж", "груд", "gru"),
)
_BY_NAME = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_LONGEST_FIRST = "|".join(sorted(_BY_NAME, key=len, reverse=True))
_NAME = rf"(?P<name>{_LONGEST_FIRST})[^\W\d_]*\.?"
_DAY_FIRST = re.compile(
    rf"(?<![\d:])(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?:\s+de)?[\s\xa0-]+{_NAME}(?:\s+de)?(?:,?[\s\xa0-]*(?P<year>(?:19|20)\d\d)(?!\d))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b{_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>(?:19|20)\d\d)(?!\d))?(?![\d:])", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TODAY = re.compile(r"\b(?:сегодня|сёння|сьогодні|today)\b", re.IGNORECASE)
_YESTERDAY = re.compile(r"\b(?:вчера|учора|вчора|yesterday)\b", re.IGNORECASE)


def parse_date(text: str, now: datetime) -> datetime | None:
    """The one date that a short text states, or None; never later than `now`.

    ISO 8601, RFC 2822, Unix seconds and milliseconds, 24.11.2026, and words in English, Russian, Belarusian, Ukrainian
    and the larger languages of Europe. A day without a year is the latest such day that has come.
    """
    text = " ".join(text[:_MAX_LENGTH].split())
    found = _machine(text) or _written(text, now)
    return sane(found, now) if found else None


def sane(moment: datetime, now: datetime) -> datetime | None:
    """The moment if it can be one of publication; one that is ahead by less than a zone's worth becomes `now`."""
    if not _EARLIEST < moment <= now + _SLIP:
        return None
    return min(moment, now)


def _machine(text: str) -> datetime | None:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    for pattern in (_ISO, _COMPACT):
        found = pattern.search(text)
        if found:
            return _moment(found.groupdict())
    if "," in text[:5] or text[-5:-4] in {"+", "-"} or text.endswith("GMT"):
        return _mail_date(text)
    return None


def _mail_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _moment(parts: dict[str, str | None]) -> datetime | None:
    """A moment from the named parts of a pattern; None where no calendar has it."""
    number = {key: int(value or 0) for key, value in parts.items() if key in {"hour", "minute", "second"}}
    year, month, day = (int(parts[key] or 0) for key in ("year", "month", "day"))
    try:
        local = datetime(year, month, day, **number, tzinfo=UTC)
    except ValueError:
        return None
    return local - _offset(parts.get("zone"))


def _offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -span if zone[0] == "-" else span


def _written(text: str, now: datetime) -> datetime | None:
    day, rest = _day(text, now)
    if day is None:
        return None
    clock = _CLOCK.search(rest)
    if not clock:
        return day
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + 12 * clock["half"].lower().startswith("p")
    return day + timedelta(hours=hour, minutes=int(clock["minute"])) - _named_offset(rest[clock.end() :])


def _named_offset(text: str) -> timedelta:
    found = _ZONE.search(text)
    if not found:
        return timedelta()
    if found["zone"]:
        return _offset(found["zone"])
    return timedelta(hours=int(found["hours"]) if found["hours"] else _ZONES[found["named"].lower()])


def _day(text: str, now: datetime) -> tuple[datetime | None, str]:
    """Midnight of the day that the text states, and the text without it."""
    for pattern in (_YEAR_FIRST, _IDEOGRAPHIC, _NUMERIC, _DAY_FIRST, _MONTH_FIRST):
        found = pattern.search(text)
        if found:
            parts = found.groupdict()
            year = _YEAR.search(text, found.end())  # `Fri Nov 24 19:20:36 CET 2023`
            if parts["year"] is None and year:
                parts["year"] = year[0]
            day = _calendar_day(parts, now)
            if day:
                return day, text[: found.start()] + " " + text[found.end() :]
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if _TODAY.search(text):
        return today, text
    if _YESTERDAY.search(text):
        return today - timedelta(days=1), text
    return None, text


def _calendar_day(parts: dict[str, str | None], now: datetime) -> datetime | None:
    if parts.get("name"):
        parts["month"] = str(_BY_NAME[(parts["name"] or "").lower()])
    if parts.get("year") is None:
        this = _moment(parts | {"year": str(now.year)})
        return _moment(parts | {"year": str(now.year - 1)}) if this and this > now + _SLIP else this
    if len(parts["year"] or "") == 2:  # noqa: PLR2004 - 24.11.26
        parts["year"] = f"20{parts['year']}"
    if int(parts["month"] or 0) > 12 and parts.get("mark"):  # noqa: PLR2004 - 11/24/2026
        parts["day"], parts["month"] = parts["month"], parts["day"]
    return _moment(parts)
