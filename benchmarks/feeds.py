"""Feeds: agreement with feedparser's own reading, and what a poll costs, on the documents of ../shared/data/feeds.

python benchmarks/feeds.py agreement [--all]    differences by kind and number; --all names each
python benchmarks/feeds.py polls                processor time of a first poll and of one with a new item

Each row of the agreement is explained in docs/sources.md.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
import time
import warnings
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.kinds import read_entries
from monitor.kinds.identity import identities
from monitor.kinds.slices import slices
from monitor.models import Document, Purpose, Source
from monitor.store.connection import connect
from monitor.store.keys import Keys

FEEDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
SOURCE = Source(id="s", url="https://x.test/feed", kind="feed")
FIELDS = ("title", "link", "id", "date")
REPEATS = 5


def bodies():
    with (FEEDS / "INDEX.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            body = (FEEDS.parent / row["file"]).read_bytes()
            yield Path(row["file"]).name, gzip.decompress(body) if row["file"].endswith(".gz") else body


def document(body: bytes) -> Document:
    return Document("d", "s", Purpose.INDEX, SOURCE.url, body, "", datetime.now(UTC))


def ours(body: bytes):
    try:
        found = read_entries(document(body), SOURCE).entries
    except UnreadableDocument:
        return []
    return [
        {"title": entry.title, "link": entry.url or "", "id": entry.key, "date": entry.published} for entry in found
    ]


def theirs(body: bytes):
    """feedparser alone, as its documentation has it: bytes in, its own choice of encoding, its own cleaning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = feedparser.parse(io.BytesIO(body), response_headers={"content-location": SOURCE.url}).entries
    rows = []
    for item in found:
        parsed = dict.get(item, "published_parsed") or dict.get(item, "updated_parsed")
        date = datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
        rows.append(
            {"title": item.get("title", ""), "link": item.get("link", ""), "id": item.get("id", ""), "date": date}
        )
    return rows


def why(field: str, mine, other) -> str | None:
    """The kind of a difference; None where there is none."""
    if mine == other:
        return None
    if field == "date":
        return _why_date(mine, other)
    if not other:
        return "none in feedparser: " + ("taken from the address or the words" if field == "id" else "found here")
    if field == "link" and not mine:
        return "no web address"
    if field == "title" and ("<" in other or "&" in other or decode(other.encode(), "") != other):
        return "markup, entities or control characters in feedparser's"
    if "".join(mine.split()) == "".join(other.split()):
        return "white space"
    if field == "link" and mine == other.partition("#")[0]:
        return "fragment"
    return "other"


def _why_date(mine, other) -> str:
    if mine is None:
        return "before 1990"
    if other is None:
        return "found here"
    return "in the future: the time of fetching" if other > mine else "other"


def agreement(*, everything: bool) -> None:
    equal, reasons, documents = Counter(), Counter(), Counter()
    for name, body in bodies():
        mine, other = ours(body), theirs(body)
        kind = "both none" if not mine and not other else "equal" if len(mine) == len(other) else "number of items"
        documents[kind] += 1
        if kind == "number of items":
            print(f"{name}: {len(mine)} items here, {len(other)} in feedparser")
            continue
        for one, two in zip(mine, other, strict=True):
            for field in FIELDS:
                reason = why(field, one[field], two[field])
                equal[field] += reason is None
                reasons[field, reason] += reason is not None
                if reason and everything:
                    print(f"{name}: {field}: {reason}: {one[field]!r:.120} for {two[field]!r:.120}")
    print(f"documents: {dict(documents)}")
    for field in FIELDS:
        print(f"{field}: {equal[field]:,} equal")
        for (of, reason), number in sorted(reasons.items(), key=lambda item: -item[1]):
            if of == field and reason:
                print(f"    {number:,} {reason}")


def polls() -> None:
    """Real captures of some length: the second poll has one item that the first had not."""
    pairs = []
    for name, body in bodies():
        text = decode(body, "")
        cut = slices(text)
        if cut and 10 <= len(cut.items) <= 100 and not name.startswith("derived"):
            pairs.append((cut.only(frozenset(range(1, len(cut.items)))).encode(), body))
    first, known, whole, used = 0.0, 0.0, 0.0, 0
    for before, after in pairs:
        for _ in range(REPEATS):
            start = time.process_time()
            memory = read_entries(document(before), SOURCE).memory
            first += time.process_time() - start
            start = time.process_time()
            listed = read_entries(document(after), SOURCE, memory)
            identities(listed.entries, listed.known)
            known += time.process_time() - start
            start = time.process_time()
            identities(read_entries(document(after), SOURCE).entries)
            whole += time.process_time() - start
        used += bool(listed.known)
    number = len(pairs) * REPEATS
    print(f"{len(pairs)} feeds of 10 to 100 items, {used} of them well-formed enough to be read by their items")
    print(f"first poll                      {1000 * first / number:6.2f} ms of CPU a feed")
    print(f"one item new, all parsed        {1000 * whole / number:6.2f} ms")
    print(f"one item new, that alone parsed {1000 * known / number:6.2f} ms: {whole / known:.1f} times cheaper")


if __name__ == "__main__":
    if sys.argv[1:2] == ["polls"]:
        polls()
    else:
        agreement(everything="--all" in sys.argv)
