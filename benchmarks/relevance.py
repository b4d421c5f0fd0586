"""Relevance of the default watch file: precision, recall and F1 on labelled texts, and its alerts on general news.

    python benchmarks/relevance.py [--data FOLDER] [--watch FILE] [--errors] [--alerts]

FOLDER holds relevance/labelled.jsonl and texts/*.jsonl.gz; by default it is shared/data beside the checkout. The
labelled rows are halved by a hash of their ids: the file was tuned on one half, and the other half is what counts.
Borderline rows are left out. The interval is the middle 95 % of 2,000 bootstrap samples of the rows. `--errors` lists
the rows of the tune half that the file gets wrong, `--alerts` every alert on general news, for a reader to judge.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from monitor.config.watch import load_watch
from monitor.matching import Matcher
from monitor.models import Article

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from monitor.models import Match

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
WATCH = ROOT / "config" / "watch.yaml"
SAMPLES = 2_000
LANGUAGES = ("en", "ru", "be", "uk")
GENERAL_NEWS = (
    "ru_independent_feeds",
    "ru_en_tgcontest",
    "ru_wikinews_nerel",
    "uk_bruk_press",
    "be_ud_hse",
    "be_yabc_titles",
)

Half: TypeAlias = Literal["tune", "report"]


class Labelled(NamedTuple):
    """A text and whether it is about Belarus and Russia growing together."""

    article: Article
    relevant: bool


class Judged(NamedTuple):
    """A labelled text, and what the watch file made of it."""

    row: Labelled
    matches: tuple[Match, ...]

    @property
    def alerted(self) -> bool:
        return bool(self.matches)


class Score(NamedTuple):
    """Shares from 0 to 1; one without a denominator is 0."""

    precision: float
    recall: float
    f1: float


class Noted(NamedTuple):
    """An article of general news that alerts."""

    article: Article
    matches: tuple[Match, ...]


def article_of(row: dict[str, Any]) -> Article:
    return Article(
        id=row["id"], source="", title=row["title"] or "", text=row.get("text") or "", language=row.get("lang")
    )


def read_labelled(folder: Path) -> list[Labelled]:
    """Every row that is not borderline."""
    lines = (folder / "relevance" / "labelled.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [Labelled(article_of(row), row["label"] == "relevant") for row in rows if not row["borderline"]]


def half_of(article: Article) -> Half:
    """The half of the labelled rows that an article belongs to: it hangs on the id only."""
    return "tune" if hashlib.sha256(article.id.encode()).digest()[0] % 2 else "report"


def judge(matcher: Matcher, rows: Sequence[Labelled], half: Half) -> list[Judged]:
    return [Judged(row, matcher.match(row.article)) for row in rows if half_of(row.article) == half]


def score(judged: Sequence[Judged]) -> Score:
    right = sum(one.alerted and one.row.relevant for one in judged)
    alerted = sum(one.alerted for one in judged)
    relevant = sum(one.row.relevant for one in judged)
    return Score(right / max(alerted, 1), right / max(relevant, 1), 2 * right / max(alerted + relevant, 1))


def interval(judged: Sequence[Judged]) -> tuple[float, float]:
    """Of the F1, 95 %."""
    draw = random.Random(0)
    scores = sorted(score(draw.choices(judged, k=len(judged))).f1 for _ in range(SAMPLES))
    return scores[round(0.025 * SAMPLES)], scores[round(0.975 * SAMPLES) - 1]


def read_texts(folder: Path, name: str) -> Iterator[Article]:
    with gzip.open(folder / "texts" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield article_of(json.loads(line))


def alerts_on(matcher: Matcher, articles: Sequence[Article]) -> list[Noted]:
    found = ((article, matcher.match(article)) for article in articles)
    return [Noted(article, matches) for article, matches in found if matches]


def show_scores(half: Half, judged: Sequence[Judged]) -> None:
    for language in (*LANGUAGES, None):
        rows = [one for one in judged if language in {None, one.row.article.language}]
        result = score(rows)
        low, high = interval(rows)
        print(
            f"{half:<7} {language or 'all':<4} {len(rows):4} rows, {sum(one.row.relevant for one in rows):3} relevant  "
            f"precision {result.precision:.3f}  recall {result.recall:.3f}  F1 {result.f1:.3f} [{low:.3f}, {high:.3f}]"
        )


def show_errors(judged: Sequence[Judged]) -> None:
    for row, matches in judged:
        if bool(matches) != row.relevant:
            article = row.article
            kind = "missed" if row.relevant else f"false: {', '.join(match.rule for match in matches)}"
            print(f"\n{kind}  [{article.language} {article.id}]\n  {article.title}\n  {article.text}")


def show_alert(matcher: Matcher, noted: Noted) -> None:
    best = noted.matches[0]
    rules = ", ".join(match.rule for match in noted.matches)
    print(
        f"  {noted.article.id}  {rules}\n    {noted.article.title}\n    > {matcher.snippet(noted.article, best).text}"
    )


def show_general_news(matcher: Matcher, folder: Path, *, listed: bool) -> None:
    for name in GENERAL_NEWS:
        articles = list(read_texts(folder, name))
        found = alerts_on(matcher, articles)
        rate = 1000 * len(found) / len(articles)
        print(f"{name:<22} {len(articles):6} texts  {len(found):4} alerts, noise or not: {rate:5.2f} per 1,000")
        for noted in found if listed else ():
            show_alert(matcher, noted)


def main() -> None:
    parser = argparse.ArgumentParser(description="Relevance of a watch file")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--watch", type=Path, default=WATCH)
    parser.add_argument("--errors", action="store_true", help="list the errors of the tune half")
    parser.add_argument("--alerts", action="store_true", help="list the alerts on general news")
    arguments = parser.parse_args()
    matcher = Matcher(load_watch(arguments.watch))
    rows = read_labelled(arguments.data)
    halves: tuple[Half, ...] = ("tune", "report")
    for half in halves:
        show_scores(half, judge(matcher, rows, half))
    if arguments.errors:
        show_errors(judge(matcher, rows, "tune"))
    show_general_news(matcher, arguments.data, listed=arguments.alerts)


if __name__ == "__main__":
    main()
