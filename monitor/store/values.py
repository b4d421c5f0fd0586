"""Between the bytes of Redis and the values of the program."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.models import Alert, Canary, Document, Notice, Outcome, Page, Purpose, Update
from monitor.sources.edits import Remembered
from monitor.sources.history import History
from monitor.sources.rhythm import Hints
from monitor.sources.schedule import Home, SourceState
from monitor.store.keys import DOCUMENT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.models import Message


def millis(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def moment(value: bytes | str | float | None) -> datetime | None:
    """The time that `millis` wrote."""
    return datetime.fromtimestamp(float(value) / 1000, UTC) if value else None


def state_to_hash(state: SourceState) -> dict[str, str]:
    """The fields of `source:ID`."""
    return {
        "etag": state.etag,
        "last_modified": state.last_modified,
        "body_hash": state.body_hash,
        "outcome": state.outcome or "",
        "reason": state.reason,
        "failures": str(state.failures),
        "items": str(state.items),
        "checked": _written(state.checked),
        "succeeded": _written(state.succeeded),
        "changed": _written(state.changed),
        "primed": "1" if state.primed else "",
        "validated": state.validated,
        "moved": state.moved,
        "moved_from": state.moved_from,
        "sightings": str(state.sightings),
        "interval": _seconds(state.interval),
        "fresh": _seconds(state.fresh),
        "hints": _hints_to(state.hints),
        "arrivals": " ".join(str(millis(time)) for time in state.arrivals),
        "mirror": state.mirror,
        "left_first": _written(state.left_first),
        "read_from": state.read_from,
        "read_until": _written(state.read_until),
        "failing": _written(state.failing),
        "misses": str(state.misses),
        "filled": str(state.filled),
        "history": state.history.model_dump_json(exclude_defaults=True),
    }


def state_from_hash(fields: Mapping[bytes, bytes]) -> SourceState:
    """The reverse; an empty hash is a source that was never checked."""
    text = {name.decode(): value.decode("utf-8", "replace") for name, value in fields.items()}
    return SourceState(
        etag=text.get("etag", ""),
        last_modified=text.get("last_modified", ""),
        body_hash=text.get("body_hash", ""),
        outcome=Outcome(text["outcome"]) if text.get("outcome") else None,
        reason=text.get("reason", ""),
        failures=int(text.get("failures") or 0),
        items=int(text.get("items") or 0),
        checked=moment(text.get("checked")),
        succeeded=moment(text.get("succeeded")),
        changed=moment(text.get("changed")),
        primed=bool(text.get("primed")),
        validated=text.get("validated", ""),
        moved=text.get("moved", ""),
        moved_from=text.get("moved_from", ""),
        sightings=int(text.get("sightings") or 0),
        interval=timedelta(seconds=float(text.get("interval") or 0)),
        fresh=timedelta(seconds=float(text.get("fresh") or 0)),
        hints=_hints_from(text.get("hints", "")),
        arrivals=tuple(found for value in text.get("arrivals", "").split() if (found := moment(value))),
        mirror=text.get("mirror", ""),
        left_first=moment(text.get("left_first")),
        read_from=text.get("read_from", ""),
        read_until=moment(text.get("read_until")),
        failing=moment(text.get("failing")),
        misses=int(text.get("misses") or 0),
        filled=int(text.get("filled") or 0),
        history=History.model_validate_json(text.get("history") or "{}"),
    )


def changes(before: SourceState, after: SourceState) -> dict[str, str]:
    """The fields that differ. Only they are written, since a fetch and a reading may change one source at one time."""
    old = state_to_hash(before)
    return {name: value for name, value in state_to_hash(after).items() if value != old[name]}


def home_to(home: Home) -> str:
    """What `homes` holds of a job."""
    return f"{round(home.pace.total_seconds() * 1000)} {home.source} {home.host}"


def home_from(value: str) -> Home | None:
    """The reverse; None for an empty string."""
    if not value:
        return None
    pace, source, host = value.split(" ", 2)
    return Home(host, timedelta(milliseconds=int(pace)), source)


def weight(document: Document) -> int:
    """What an unread document counts in `backlog`, in bytes."""
    return max(len(document.body), DOCUMENT_BYTES)


def remembered_to_field(remembered: Remembered) -> str:
    """A field of `entries:ID`."""
    times = (_written(remembered.published), _written(remembered.read), _written(remembered.oldest))
    return " ".join((remembered.article, remembered.words, str(remembered.readings), *times))


def remembered_from_field(value: bytes) -> Remembered:
    """The reverse."""
    article, words, readings, published, read, *later = value.decode().split(" ")
    return Remembered(article, words, moment(published), int(readings), moment(read), *map(moment, later))


def document_to_hash(document: Document) -> dict[str, str | bytes]:
    """The fields of `document:ID`."""
    return {
        "source": document.source,
        "purpose": document.purpose,
        "url": document.url,
        "body": document.body,
        "content_type": document.content_type,
        "fetched": str(millis(document.fetched)),
        "page": document.page.model_dump_json() if document.page else "",
    }


def document_from_hash(name: str, fields: Mapping[bytes, bytes]) -> Document:
    """The reverse."""
    return Document(
        id=name,
        source=fields[b"source"].decode(),
        purpose=Purpose(fields[b"purpose"].decode()),
        url=fields[b"url"].decode(),
        body=fields[b"body"],
        content_type=fields[b"content_type"].decode("utf-8", "replace"),
        fetched=moment(fields[b"fetched"]) or datetime.fromtimestamp(0, UTC),
        page=Page.model_validate_json(fields[b"page"]) if fields[b"page"] else None,
    )


# The field of a stream entry says what it holds.
_SHAPES: dict[str, type[Message]] = {"alert": Alert, "update": Update, "notice": Notice, "canary": Canary}


def message_to_entry(message: Message) -> tuple[str, str]:
    """The one field of a stream entry: its name and its JSON document."""
    name = next(name for name, shape in _SHAPES.items() if isinstance(message, shape))
    return name, message.model_dump_json()


def message_of(fields: Mapping[bytes, bytes]) -> Message:
    """The message of a stream entry; keys that a newer program added are left out. Raises StoreError if it is none."""
    for name, shape in _SHAPES.items():
        if document := fields.get(name.encode()):
            # What this program wrote, as nearly all is, is read three times as fast in one step.
            with suppress(ValueError):
                return shape.model_validate_json(document)
            try:
                values = json.loads(document)
                return shape.model_validate({key: values[key] for key in values if key in shape.model_fields})
            except (TypeError, AttributeError, ValueError) as error:
                raise StoreError(f"an entry of the alert stream is no {name}: {type(error).__name__}") from error
    raise StoreError("an entry of the alert stream is no alert: it has none of the known fields")


def _seconds(value: timedelta) -> str:
    return f"{value.total_seconds():.3f}" if value else ""


def _hints_to(hints: Hints) -> str:
    if hints == Hints():
        return ""
    values = {"period": hints.period.total_seconds(), "hours": sorted(hints.hours), "days": sorted(hints.days)}
    return json.dumps(values)


def _hints_from(value: str) -> Hints:
    if not value:
        return Hints()
    values = json.loads(value)
    return Hints(timedelta(seconds=values["period"]), frozenset(values["hours"]), frozenset(values["days"]))


def messages_to_json(messages: Iterable[Message]) -> str:
    """Several messages as one document, for a dead letter."""
    return json.dumps([dict([message_to_entry(message)]) for message in messages], ensure_ascii=False)


def messages_from_json(document: bytes) -> tuple[Message, ...]:
    """The reverse. Raises StoreError."""
    return tuple(
        message_of({name.encode(): value.encode() for name, value in fields.items()}) for fields in json.loads(document)
    )


def _written(value: datetime | None) -> str:
    return str(millis(value)) if value else ""
