"""A file with the latest alerts as an Atom feed (RFC 4287), for feed readers and other programs.

An alert is an entry; what comes of its story is added to that entry, whose `updated` moves. Notices are not news and
are left out. The file is its own state: sending the same again changes nothing but the entry that it was.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lxml import etree

from monitor.errors import DeliveryError
from monitor.models import Alert
from monitor.notify.body import compose, origin
from monitor.notify.labels import LABELS, Language
from monitor.notify.markup import MATRIX, render
from monitor.notify.words import harmless, headline, safe_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.models import Delivery, Update
    from monitor.notify.labels import Labels

_ATOM = "http://www.w3.org/2005/Atom"
_OURS = "https://vedette.invalid/ns"
_NAMES = {"a": _ATOM, "v": _OURS}
_READABLE = 0o644
_MOST_UPDATES = 20


class AtomChannel:
    """Keeps the newest `keep` entries. `fault` is told when the file that stood there could not be read."""

    def __init__(self, path: Path, *, name: str, keep: int, language: Language, fault: Callable[[str], None]) -> None:
        self._path = path
        self._name = name
        self._keep = keep
        self._labels = LABELS[language]
        self._fault = fault

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Write the file anew, at once. Raises DeliveryError where it cannot be written."""
        entries = self._read()
        for alert in delivery.alerts:
            entries[alert.id] = _alert_entry(alert, now, self._labels)
        for update in delivery.updates:
            _add_update(entries, update, now, self._labels)
        ordered = sorted(entries.values(), key=lambda entry: entry.findtext(f"{{{_ATOM}}}updated", ""), reverse=True)
        feed = _feed(self._name, self._path, now, ordered[: self._keep])
        try:
            _write(self._path, etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True))
        except OSError as error:
            raise DeliveryError(f"{self._path} cannot be written: {error.strerror}") from error

    def _read(self) -> dict[str, etree._Element]:
        """The entries of the file by alert, or none where there is no file of ours."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DeliveryError(f"{self._path} cannot be read: {error.strerror}") from error
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
        try:
            feed = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            self._fault(f"{self._path} was no feed and begins anew: {error.msg}")
            return {}
        return {entry.get(f"{{{_OURS}}}alert", ""): entry for entry in feed.iterfind("a:entry", _NAMES)}


def _alert_entry(alert: Alert, now: datetime, labels: Labels) -> etree._Element:
    entry = _entry(alert, headline(alert), now)
    for scheme, term in [
        ("severity", alert.severity.value),
        *(("rule", rule.id) for rule in alert.rules),
        *(("tag", tag) for tag in alert.source.tags),
    ]:
        _add(entry, "category", term=harmless(term, 100), scheme=f"{_OURS}/{scheme}")
    _add(entry, "content", render(compose(alert, None, labels), MATRIX), type="html")
    return entry


def _add_update(entries: dict[str, etree._Element], update: Update, now: datetime, labels: Labels) -> None:
    """Put an update into the entry of its alert, or into one of its own where that has gone."""
    entry = entries.get(update.alert)
    said = render(compose(update, None, labels), MATRIX)
    if entry is None:
        entry = entries[update.alert] = _entry(update, harmless(update.headline), now)
        _add(entry, "content", "", type="html")
    known = entry.get(f"{{{_OURS}}}updates", "").split()
    content = entry.find("a:content", _NAMES)
    if content is None or update.id in known:
        return
    entry.set(f"{{{_OURS}}}updates", " ".join([*known, update.id][-_MOST_UPDATES:]))
    parts = (content.text or "").split("<hr>\n")
    content.text = "<hr>\n".join([parts[0], *[*parts[1:], said][-_MOST_UPDATES:]])
    updated = entry.find("a:updated", _NAMES)
    if updated is not None:
        updated.text = _time(now)


def _entry(message: Alert | Update, title: str, now: datetime) -> etree._Element:
    name = message.id if isinstance(message, Alert) else message.alert
    entry = etree.Element(f"{{{_ATOM}}}entry", nsmap={None: _ATOM, "v": _OURS})
    entry.set(f"{{{_OURS}}}alert", name)
    _add(entry, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"{_OURS}/alert/{name}").urn)
    _add(entry, "title", title or "(no title)")
    _add(entry, "updated", _time(now))
    if message.published:
        _add(entry, "published", _time(message.published))
    if link := safe_link(message.url):
        _add(entry, "link", rel="alternate", href=link)
    author = _add(entry, "author")
    _add(author, "name", origin(message.source))
    return entry


def _feed(name: str, path: Path, now: datetime, entries: list[etree._Element]) -> etree._Element:
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM, "v": _OURS})
    _add(feed, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"{_OURS}/feed/{path.resolve()}").urn)
    _add(feed, "title", f"Vedette: {name}")
    _add(feed, "updated", _time(now))
    author = _add(feed, "author")
    _add(author, "name", "Vedette")
    feed.extend(entries)
    return feed


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _write(path: Path, content: bytes) -> None:
    """Replace a file as a whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).chmod(_READABLE)
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
