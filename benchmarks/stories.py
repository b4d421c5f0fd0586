"""Which articles are taken for one story: rewrites of real texts, real news on like subjects, and headlines alone.

    python benchmarks/stories.py [--data FOLDER] [--half tune|report] [--curve] [--merges]

FOLDER holds stories/ and texts/; by default it is shared/data beside the checkout. Texts arrive in turn and join a
story or open one, as in the program. The stories of the rewrites are halved by a hash of their name: numbers were tuned
on one half. Real news are streamed as if all were of one week, which is harder than it is; a merge of two that were
published more than a week apart is false for certain, the others are listed by `--merges` for a reader to judge.
`--curve` moves one threshold at a time, over the half of the rewrites that was not tuned on and news on like subjects.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.models import AlertRule, Article, Severity
from monitor.store.alerts import AlertQueue
from monitor.store.connection import connect
from monitor.store.embedded import EmbeddedServer, socket_path
from monitor.store.keys import CANDIDATES, Keys
from monitor.stories import fingerprints
from monitor.stories.fingerprints import Fingerprint, fingerprint, same_story
from monitor.stories.story import Report, Story, find_story, with_telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
KINDS = ("reprint", "brief", "light", "heavy", "quoted")
# Claims with a tail of keywords are no news.
NOT_NEWS = "en_euvsdisinfo_titles"
# News on like subjects, many of one day and one agency.
LIKE_SUBJECTS = ("belarus", "nearmiss", "mfa", "tgcontest")
SHORTEST = 15
SHUFFLES = 12
WEEK = 7
CURVE = {
    "_REWORDED": (0.30, 0.34, 0.37, 0.40, 0.43, 0.46, 0.50),
    "_REWORDED_WORDS": (16, 24, 32),
    "_REPEATED": (0.6, 0.7, 0.85, 0.95),
    "_EXCERPT": (0.2, 0.33, 0.5),
    "_FIGURES_ALIKE": (0.0, 0.25, 0.5, 0.6, 0.75),
    "_TEXT": (0, 8, 16, 24),
}


class Told(NamedTuple):
    """A text of a known story, as the program sees it."""

    story: str
    kind: str
    mark: Fingerprint


class News(NamedTuple):
    """A text whose story nobody named."""

    file: str
    article: Article
    day: date | None
    mark: Fingerprint


class Totals(NamedTuple):
    """What a stream of texts of known stories gave."""

    recall: dict[str, float]
    precision: float
    joined: int
    false: Counter[str]


class Stream:
    """Stories as the program keeps them, without Redis: those that share most indexed words are compared."""

    def __init__(self) -> None:
        self._labels: list[Any] = []
        self._stories: list[Story] = []
        self._holders: defaultdict[str, set[int]] = defaultdict(set)

    def put(self, label: Any, mark: Fingerprint) -> Any | None:
        """The label of the story that the text joins; None where it opens one."""
        shared = Counter(at for value in mark.sought for at in self._holders[value])
        near = [self._stories[at] for at, _ in shared.most_common(CANDIDATES)]
        if joined := find_story(mark, near):
            at = int(joined.id)
            self._keep(at, with_telling(joined, mark))
            return self._labels[at]
        self._labels.append(label)
        self._stories.append(story_of(str(len(self._stories)), mark))
        self._keep(len(self._stories) - 1, self._stories[-1])
        return None

    def _keep(self, at: int, story: Story) -> None:
        self._stories[at] = story
        for value in story.indexed:
            self._holders[value].add(at)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def told(data: Path) -> list[Told]:
    return [
        Told(row["story"], row["kind"], fingerprint(Article(id="a", source="s", title=row["title"], text=row["text"])))
        for row in rows(data / "stories" / "rewrites.jsonl.gz")
    ]


def half_of(story: str) -> str:
    return ("tune", "report")[hashlib.blake2b(story.encode()).digest()[0] % 2]


def totals(items: Iterable[Told]) -> Totals:
    """Recall of each kind, counted where the story was opened before; precision of all joins."""
    stream, opened = Stream(), set()
    due: Counter[str] = Counter()
    right: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for item in items:
        joined = stream.put(item.story, item.mark)
        due[item.kind] += item.story in opened
        if joined is None:
            opened.add(item.story)
        elif joined == item.story:
            right[item.kind] += 1
        else:
            false[item.kind] += 1
    joins = right.total() + false.total()
    recall = {kind: right[kind] / due[kind] for kind in KINDS if due[kind]}
    return Totals(recall, right.total() / joins if joins else 1.0, joins, false)


def shuffled(items: Iterable[Told]) -> Totals:
    """Mean recall of every kind in orders by chance, and precision of all joins."""
    mixed, found = [item for item in items if item.kind != "quoted"], []
    for seed in range(SHUFFLES):
        random.Random(seed).shuffle(mixed)
        found.append(totals(mixed))
    recall = {kind: statistics.mean(one.recall[kind] for one in found) for kind in found[0].recall}
    joined, false = sum(one.joined for one in found), sum((one.false for one in found), Counter[str]())
    return Totals(recall, 1 - false.total() / joined, joined, false)


def published(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError):
        return None


def news(data: Path) -> list[News]:
    """Real news of at least SHORTEST words, each text once."""
    found: dict[str, News] = {}
    for path in sorted((data / "texts").glob("*.jsonl.gz")):
        if path.name.startswith(NOT_NEWS):
            continue
        for row in rows(path):
            title, text = row.get("title") or "", row.get("text") or ""
            key = f"{title}\n{text}"
            if len(key.split()) < SHORTEST or key in found:
                continue
            article = Article(id=row["id"], source="s", title=title, text=text)
            name = path.name.removesuffix(".jsonl.gz")
            found[key] = News(name, article, published(row.get("date") or ""), fingerprint(article))
    return list(found.values())


def merges(items: Sequence[News]) -> list[tuple[News, News]]:
    stream = Stream()
    found = ((item, stream.put(item, item.mark)) for item in items)
    return [(item, joined) for item, joined in found if joined is not None]


def surely_false(pair: tuple[News, News]) -> bool:
    one, other = pair[0].day, pair[1].day
    return bool(one and other and abs((one - other).days) > WEEK)


def as_table(name: str, found: Totals) -> str:
    recall = " | ".join(f"{100 * found.recall.get(kind, 0):.1f}" for kind in KINDS)
    return f"| {name} | {recall} | {100 * found.precision:.2f} of {found.joined} | {dict(found.false) or ''} |"


@contextmanager
def threshold(name: str, value: float) -> Iterator[None]:
    before = getattr(fingerprints, name)
    setattr(fingerprints, name, value)
    try:
        yield
    finally:
        setattr(fingerprints, name, before)


def curve(items: Sequence[Told], texts: Sequence[News]) -> None:
    print("\n| threshold | " + " | ".join(KINDS) + " | precision | news surely merged falsely | merged |")
    for name, values in CURVE.items():
        for value in values:
            with threshold(name, value):
                pairs = merges(texts)
                line = as_table(f"{name} {value}", totals(items)).rsplit(" | ", 1)[0]
                print(f"{line} | {sum(map(surely_false, pairs))} | {len(pairs)} |", flush=True)


def headlines(data: Path) -> None:
    stream, joined, false = Stream(), 0, 0
    events = list(rows(data / "stories" / "titles.jsonl"))
    for row in events:
        found = stream.put(row["event"], fingerprint(Article(id="a", source="s", title=row["title"])))
        joined += found == row["event"]
        false += found not in {None, row["event"]}
    print(f"{len(events)} headlines alone: {joined} joined their event, {false} another")


def costs(data: Path) -> None:
    articles = [
        Article(id="a", source="s", title=row["title"], text=row["text"])
        for row in rows(data / "stories" / "rewrites.jsonl.gz")
    ]
    begun = time.process_time()
    marks = [fingerprint(article) for article in articles]
    made = time.process_time()
    pairs = [(marks[at], marks[(at * 7 + 1) % len(marks)]) for at in range(len(marks))] * 10
    for one, other in pairs:
        same_story(one, other)
    compared = time.process_time()
    sizes = sorted(len(mark.model_dump_json()) for mark in marks)
    print(
        f"a fingerprint: {1000 * (made - begun) / len(marks):.2f} ms, {statistics.mean(sizes):.0f} bytes of JSON on "
        f"average, {sizes[-1]} at most; a comparison: {1e6 * (compared - made) / len(pairs):.0f} µs"
    )


def in_redis(texts: Sequence[News], number: int = 1000) -> None:
    """Memory of the first stories of the news in the store, and the time to find the story of an article."""
    with tempfile.TemporaryDirectory(prefix="stories-") as name:
        server = EmbeddedServer(Path(name))
        server.start()
        try:
            with connect(f"unix://{socket_path(Path(name))}") as client:
                keys = Keys()
                queue = AlertQueue(client, keys, retention=timedelta(days=30))
                before, times, sizes = client.info("memory")["used_memory"], [], []
                for item in texts[:number]:
                    begun = time.perf_counter()
                    candidates, version = queue.candidates(item.mark)
                    find_story(item.mark, candidates)
                    times.append(1000 * (time.perf_counter() - begun))
                    queue.put(item.article.id, None, story_of(f"s-{item.article.id}", item.mark), version=version)
                used = (client.info("memory")["used_memory"] - before) / number
                index = [client.memory_usage(key) for key in client.scan_iter(match=keys("word", "*"), count=1000)]
                sizes = [client.memory_usage(key) for key in client.scan_iter(match=keys("story", "*"), count=1000)]
        finally:
            server.stop()
    times.sort()
    print(
        f"{number} stories in the store: {used:.0f} bytes each, of which {sum(sizes) / number:.0f} the story and "
        f"{sum(index) / number:.0f} the {len(index)} words it is found by; to find the story of an article: "
        f"{statistics.median(times):.1f} ms, {times[int(0.99 * number)]:.1f} ms at the 99th percentile"
    )


def story_of(name: str, mark: Fingerprint) -> Story:
    return Story(
        id=name,
        alert=f"a-{name}",
        severity=Severity.HIGH,
        headline="A headline of the usual length, or nearly so",
        rules=(AlertRule(id="rule", name="Rule", severity=Severity.HIGH),),
        fingerprint=mark,
        reports=(Report(article=name, source="source", url="https://news.test/article", at="2026-01-01T00:00"),),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--half", choices=("tune", "report"))
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--merges", action="store_true")
    options = parser.parse_args()

    items = [item for item in told(options.data) if options.half in {None, half_of(item.story)}]
    print("| rewrites | " + " | ".join(KINDS) + " | precision | false joins |")
    print(as_table("in order", totals(items)))
    print(as_table("without quoted", totals([item for item in items if item.kind != "quoted"])))
    print(as_table(f"without quoted, {SHUFFLES} times shuffled", shuffled(items)))
    headlines(options.data)
    costs(options.data)
    texts = news(options.data)
    in_redis(sorted(texts, key=lambda item: len(item.article.text), reverse=True))
    pairs = merges(texts)
    false = sum(map(surely_false, pairs))
    print(
        f"{len(texts)} news: {len(pairs)} joined ({1000 * len(pairs) / len(texts):.2f} per 1,000), {false} of them "
        f"published more than a week apart ({1000 * false / len(texts):.2f} per 1,000)"
    )
    for name, count in Counter((item.file, surely_false((item, other))) for item, other in pairs).most_common():
        print(f"  {count:4} {name[0]}{', surely false' if name[1] else ''}")
    if options.merges:
        for item, other in pairs:
            print(f"\n{'FALSE' if surely_false((item, other)) else 'judge'} {item.file} {item.day} {other.day}")
            for one in (item, other):
                print(f"   {one.article.title} | {one.article.text[:300]}".replace("\n", " "))
    if options.curve:
        report = [item for item in told(options.data) if half_of(item.story) == "report"]
        curve(report, [item for item in texts if any(name in item.file for name in LIKE_SUBJECTS)])


if __name__ == "__main__":
    main()
