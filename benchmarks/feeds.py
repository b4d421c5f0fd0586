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
import tempfile
import time
import warnings
from calendar import timegm
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import feedparser

from monitor.errors import UnreadableDocument
from monitor.extract import decode
from monitor.extract.tree import printable
from monitor.kinds import read_entries
from monitor.kinds.slices import slices
from monitor.models import Document, Purpose, Source
from monitor.pipeline.read import Reading
from monitor.store.archive import Archive
from monitor.store.connection import connect
from monitor.store.documents import Documents
from monitor.store.embedded import EmbeddedServer, socket_path
from monitor.store.jobs import Jobs
from monitor.store.keys import Keys

FEEDS = Path(__file__).resolve().parents[2] / "shared" / "data" / "feeds"
SOURCE = Source(id="s", url="https://x.test/feed", kind="feed")
FIELDS = ("title", "link", "id", "date")


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
    return _why_date(mine, other) if field == "date" else _why_text(field, mine, other)


def _why_text(field: str, mine: str, other: str) -> str:
    return next(
        reason
        for reason, holds in (
            ("none in feedparser: the address, or a hash of the words", field == "id" and not other),
            ("no web address", field == "link" and not mine),
            ("without its fragment", field == "link" and mine == other.partition("#")[0]),
            ("white space folded", "".join(mine.split()) == "".join(other.split())),
            ("another encoding", bool(_foreign(mine) and _foreign(other) and not _foreign(mine) & _foreign(other))),
            ("markup, entities, control characters", bool(set(other) & set("<&") or printable(other) != other)),
            ("other", True),
        )
        if holds
    )


def _foreign(text: str) -> set[str]:
    return {character for character in text if character.isalpha() and not character.isascii()}


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


def pairs():
    """Real captures of 10 to 100 items without their first item, and with it."""
    for name, body in bodies():
        cut = slices(decode(body, ""))
        if cut and 10 <= len(cut.items) <= 100 and not name.startswith("derived"):
            yield cut.only(frozenset(range(1, len(cut.items)))).encode(), body


def clock() -> datetime:
    return datetime.now(UTC)


class Given(Documents):
    """The real store, but for the document, which is given; `reminds` as the program does, or not."""

    body = b""
    reminds = True

    def take(self, name: str, again: datetime):
        del name, again
        return document(self.body), 1

    def memory(self, source: str) -> bytes:
        return super().memory(source) if self.reminds else b""


class Silent:
    """Alerting costs the same in both."""

    def consider(self, *_article, **_how) -> None:
        pass


def polls() -> None:
    found = list(pairs())
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder))
        server.start()
        try:
            client = connect(f"unix://{socket_path(Path(folder))}")
            spent = {reminds: measured(client, found, reminds=reminds) for reminds in (False, True)}
        finally:
            server.stop()
    print(f"{len(found)} feeds of 10 to 100 items; ms of CPU a poll, with all calls of Redis")
    for reminds, (first, second) in spent.items():
        print(
            f"{'new items alone' if reminds else 'all items'} parsed: first poll {first:.2f}, one item new {second:.2f}"
        )
    print(f"{spent[False][1] / spent[True][1]:.1f} times cheaper")


def measured(client, found, *, reminds: bool) -> tuple[float, float]:
    spent = [0.0, 0.0]
    for number, pair in enumerate(found):
        keys = Keys(f"benchmark:{number}:{reminds}:")
        archive = Archive(client, keys, keep=timedelta(days=1), most=1)
        documents = Given(client, keys, archive, retention=timedelta(days=1))
        documents.reminds = reminds
        reading = Reading(
            Jobs(client, keys, lease=timedelta(minutes=1)),
            documents,
            Silent(),
            {"s": SOURCE},
            every=timedelta(minutes=1),
            backlog_age=timedelta(0),
            backlog_digest=True,
            needs_page=lambda _entry: True,
            clock=clock,
            random=Random(0),
        )
        for turn, body in enumerate(pair):
            documents.body = body
            start = time.process_time()
            reading.read("d")
            spent[turn] += time.process_time() - start
    return 1000 * spent[0] / len(found), 1000 * spent[1] / len(found)


if __name__ == "__main__":
    if sys.argv[1:2] == ["polls"]:
        polls()
    else:
        agreement(everything="--all" in sys.argv)
