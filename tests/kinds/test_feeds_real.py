"""The 586 real and broken documents of the shared folder."""

import csv
from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.kinds import read_entries
from monitor.kinds.entries import unpacked
from monitor.kinds.identity import identities
from monitor.kinds.slices import slices
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://x.test/feed", kind="feed")


def read(body, memory=b""):
    return read_entries(Document("d", "s", Purpose.INDEX, SOURCE.url, body, "", NOW), SOURCE, memory)


@pytest.fixture(scope="module")
def readings(shared_data):
    """(row of the index, text, entries) of each; no document may crash."""
    with (shared_data / "feeds" / "INDEX.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = []
    for row in rows:
        body = (shared_data / row["file"]).read_bytes()
        try:
            entries = read(body).entries
        except UnreadableDocument:
            entries = ()
        found.append((row, decode(unpacked(body), ""), entries))
    return found


def test_every_document_that_holds_items_gives_them(readings):
    assert len(readings) > 500
    wrong = [(row["file"], row["items"], len(found)) for row, _, found in readings if len(found) != int(row["items"])]
    assert wrong == []


def test_dates_are_given_where_the_index_counts_them(readings):
    """Those before 1990 are none: all are the first second of 1970. JSON Feeds are not in feedparser's count."""
    odd = []
    for row, text, found in readings:
        dated = sum(entry.published is not None for entry in found)
        absurd = "01 Jan 1970" in text or "1970-01-01" in text
        if row["with_date"] and dated != int(row["with_date"]) and not absurd and row["format"] != "json":
            odd.append((row["file"], row["with_date"], dated))
    assert odd == []


def test_entries_hold_no_control_characters_and_are_storable(readings):
    for _, _, found in readings:
        for entry in found[:50]:
            assert entry.title or entry.lead or entry.text or entry.url or entry.key
            assert all(character >= " " or character == "\n" for character in entry.title + entry.lead + entry.text)
            entry.model_dump_json().encode()


def test_a_feed_read_again_gives_what_it_gives_in_full(readings):
    """A poll without some of the items, then the whole: equal names of all, and equal entries where they are parsed."""
    used = 0
    for row, text, whole in readings:
        cut = slices(text) if len(text) < 50_000 else None
        before = cut and read(cut.only({number for number in range(len(cut.items)) if number % 3}).encode())
        if not before or not before.memory:
            continue
        again = read(text.encode(), before.memory)
        used += bool(again.known)
        assert sorted(identities(again.entries, again.known)) == sorted(identities(whole)), row["file"]
        assert [entry for entry in whole if entry in again.entries] == list(again.entries), row["file"]
    assert used > 150
