"""The matching engine: speed by number of terms, beside other ways to find many words, all in one run.

    python benchmarks/matching.py [--data FOLDER] [--megabytes 6] [--skip-slow]

FOLDER holds texts/*.jsonl.gz and treebanks/*.conllu.gz; by default it is shared/data beside the checkout. Terms are
lemmas of the treebanks in four languages, shuffled; texts are real news in order of publication, joined to articles of
5 KB. Megabytes are of UTF-8, times are CPU times of one core. The packages of requirements/bench.lock are needed.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import itertools
import json
import math
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ahocorasick
import ahocorasick_rs
import flashtext2

from monitor.config.watch import load_watch
from monitor.matching import Matcher
from monitor.matching.fold import fold
from monitor.matching.patterns import Forms
from monitor.models import Article, Severity
from monitor.rules import AllOf, AnyOf, Hit, Near, Not, Rule, Scope, Term, TermList, Watch, term_mistakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
ARTICLE_BYTES = 5_000
UNSEEN = 4  # pieces of 50 KB
SIZES = (10, 100, 1_000, 10_000)
OPEN_CLASSES = {"NOUN", "PROPN", "ADJ", "VERB"}
NOBODY: frozenset[str] = frozenset()


class Lemma(NamedTuple):
    language: str
    text: str


def lemmas(folder: Path) -> list[Lemma]:
    """Every lemma of the treebanks that could stand in a watch file, in random but fixed order."""
    found = {}
    for path in sorted(folder.glob("*.conllu.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for columns in (line.split("\t") for line in lines):
                if len(columns) > 5 and columns[3] in OPEN_CLASSES and columns[2].isalpha() and len(columns[2]) > 3:
                    found[Lemma(path.name[:2], columns[2])] = not any(term_mistakes(columns[2]))
    sound = [lemma for lemma, is_sound in found.items() if is_sound]
    random.Random(1).shuffle(sound)
    return sound


def articles(folder: Path, megabytes: float) -> list[Article]:
    """The newest texts in order of publication, joined to articles of 5 KB."""
    rows = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows += [json.loads(line) for line in lines]
    rows.sort(key=lambda row: row.get("date") or "")
    made, parts, size = [], [], 0
    for row in rows:
        parts.append(f"{row.get('title') or ''}\n{row.get('text') or ''}")
        size += len(parts[-1].encode())
        if size >= ARTICLE_BYTES:
            made.append(Article(id=str(len(made)), source="s", title=parts[0][:80], text="\n".join(parts)))
            parts, size = [], 0
    return made[-int(megabytes * 1_000_000 / ARTICLE_BYTES) :]


def megabytes_of(texts: Iterable[Article]) -> float:
    return sum(len(article.text.encode()) for article in texts) / 1_000_000


def watch(terms: list[Lemma]) -> Watch:
    """Lists of ten terms, and a rule for every ten, of four shapes in turn."""
    pieces = [terms[at : at + 10] for at in range(0, len(terms), 10)]
    lists = {
        f"l{n}": TermList(f"l{n}", tuple(Term(t.text, 1, (t.language,)) for t in piece))
        for n, piece in enumerate(pieces)
    }
    chosen = random.Random(2)
    return Watch(lists, tuple(rule(n, [Hit(chosen.choice(list(lists))) for _ in range(4)]) for n in range(len(lists))))


def rule(number: int, hits: list[Hit]) -> Rule:
    a, b, c, d = hits
    condition = (
        AllOf((a, b)),
        Near(((a,), (b,)), 8),
        AllOf((AnyOf((a, b)), c, Not(Hit(d.of, Scope.TITLE)))),
        AllOf((AnyOf((a, b)), c)),
    )[number % 4]
    return Rule(f"r{number}", "", Severity.LOW, (), condition, NOBODY, NOBODY, NOBODY, (), 1)


def seconds(work: Callable[[], Any], best_of: int = 1) -> float:
    """CPU time of the fastest of some runs."""
    taken = []
    for _ in range(best_of):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def read_all(matcher: Matcher, texts: list[Article]) -> None:
    for article in texts:
        matcher.touches(article.text, [])


def match_all(matcher: Matcher, texts: list[Article]) -> int:
    return sum(len(matcher.match(article)) for article in texts)


class Run:
    """One watch file, and the CPU seconds that it took for each kind of work."""

    def __init__(self, terms: list[Lemma]) -> None:
        self.watch = watch(terms)
        self.matcher = Matcher(self.watch)
        self.unseen = self.in_order = self.again = 0.0
        self.warm = self.matched = math.inf

    def read_unseen(self, piece: list[Article]) -> None:
        fresh = Matcher(self.watch)
        gc.collect()  # what the matcher before has left is not this one's work
        self.unseen += seconds(lambda: read_all(fresh, piece))

    def read(self, piece: list[Article]) -> float:
        return seconds(lambda: read_all(self.matcher, piece))

    def match(self, piece: list[Article]) -> float:
        return seconds(lambda: match_all(self.matcher, piece))


def by_number_of_terms(terms: list[Lemma], texts: list[Article]) -> None:
    """All watch files take turns, so that what else the machine does falls on all alike."""
    runs = {number: Run(terms[:number]) for number in SIZES}
    recent = texts[-300:]
    pieces = [texts[at : at + 10] for at in range(0, len(texts), 10)]
    for piece, run in itertools.product(pieces[:UNSEEN], runs.values()):
        run.read_unseen(piece)
    for piece, run in itertools.product(pieces, runs.values()):
        run.in_order += run.read(piece)
    for piece, run in itertools.product(pieces, runs.values()):
        run.again += run.read(piece)
    for _, run in itertools.product(range(7), runs.values()):
        run.warm = min(run.warm, run.read(recent))
        run.matched = min(run.matched, run.match(recent))
    print_speeds(runs, megabytes_of(itertools.chain(*pieces[:UNSEEN])), megabytes_of(texts), recent)


def print_speeds(runs: dict[int, Run], unseen: float, whole: float, recent: list[Article]) -> None:
    print(
        "\nReading, MB/s. unseen: 50 KB by a new matcher; in order: all texts once, by a new matcher, in order of\n"
        "publication; again: all a second time; warm: 300 articles just read. ms: to match one article of 5 KB, warm."
    )
    print(f"{'terms':>6} {'rules':>6} {'unseen':>7} {'in order':>8} {'again':>6} {'warm':>6} {'ms':>6} {'matches':>8}")
    warm = megabytes_of(recent)
    for number, run in runs.items():
        speeds = (unseen / run.unseen, whole / run.in_order, whole / run.again, warm / run.warm)
        figures = "{:>7.1f} {:>8.1f} {:>6.1f} {:>6.1f}".format(*speeds)
        milliseconds = run.matched / warm * ARTICLE_BYTES / 1_000
        matches = match_all(run.matcher, recent) / len(recent)
        print(f"{number:>6} {len(run.watch.rules):>6} {figures} {milliseconds:>6.2f} {matches:>8.2f}")
    least, most = runs[SIZES[0]], runs[SIZES[-1]]
    print(
        f"10,000 terms cost {most.warm / least.warm:.1f} times what 10 terms cost warm, "
        f"{most.again / least.again:.1f} times again, {most.in_order / least.in_order:.1f} times in order"
    )


def finders(terms: list[Lemma], *, slow: bool) -> Iterator[tuple[str, float, Callable[[str], int]]]:
    """Ways to find all forms of the terms as whole words: name, share of the text to try, and the count."""
    forms = Forms()
    keywords = sorted({form for lemma in terms for form in forms.of(lemma.text, (lemma.language,))})
    matcher = Matcher(Watch({"all": TermList("all", tuple(Term(t.text, 1, (t.language,)) for t in terms))}, ()))
    yield "this engine", 1, lambda text: matcher.touches(text, [])
    for name, make in (
        ("flashtext2", _flashtext),
        ("pyahocorasick", _ahocorasick),
        ("ahocorasick_rs", _ahocorasick_rs),
    ):
        find = make(keywords)
        yield f"{name}, folding", 1, lambda text, find=find: find(folded(text))
        yield f"{name} *", 1, find
    alternation = re.compile(rf"\b(?:{'|'.join(map(re.escape, keywords))})\b")
    yield "one re alternation *", 0.01, lambda text: sum(1 for _ in alternation.finditer(text.lower()))
    if slow:
        each = [
            re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(forms.of(t.text, (t.language,)))))})\b") for t in terms
        ]
        yield "one re per term *", 0.002, lambda text: sum(len(one.findall(text.lower())) for one in each)


_WORD = re.compile(r"\w+")
_known: dict[str, str] = {}


def folded(text: str) -> str:
    """The text with every word folded, each different word once: what the others need done before them."""
    return _WORD.sub(lambda found: _known.get(found[0]) or _known.setdefault(found[0], fold(found[0])), text)


def _flashtext(keywords: list[str]) -> Callable[[str], int]:
    processor = flashtext2.KeywordProcessor(case_sensitive=False)
    processor.add_keywords_from_iter(keywords)
    return lambda text: len(processor.extract_keywords_with_span(text))


def _ahocorasick(keywords: list[str]) -> Callable[[str], int]:
    automaton = ahocorasick.Automaton()
    for keyword in keywords:
        automaton.add_word(keyword, len(keyword))
    automaton.make_automaton()

    def count(text: str) -> int:
        lowered = text.lower()
        return sum(_whole(lowered, end + 1 - length, end + 1) for end, length in automaton.iter(lowered))

    return count


def _ahocorasick_rs(keywords: list[str]) -> Callable[[str], int]:
    automaton = ahocorasick_rs.AhoCorasick(keywords)

    def count(text: str) -> int:
        lowered = text.lower()
        found = automaton.find_matches_as_indexes(lowered, overlapping=True)
        return sum(_whole(lowered, start, end) for _, start, end in found)

    return count


def find_all(find: Callable[[str], int], sample: list[Article]) -> None:
    for article in sample:
        find(article.text)


def _whole(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())


def beside_others(terms: list[Lemma], texts: list[Article], *, slow: bool) -> None:
    print(
        "\nMB/s for all forms of single words, as whole words, warm. folding: each different word of the texts was\n"
        "folded once and is kept, which makes it the same job but for phrases; *: lower case only."
    )
    print(f"{'':<24} {'1,000 terms':>12} {'10,000 terms':>13} {'this engine is':>15}")
    speeds: dict[str, list[float]] = {}
    recent = texts[-300:]
    for number in SIZES[-2:]:
        for name, share, find in finders(terms[:number], slow=slow):
            sample = recent[: max(1, int(len(recent) * share))]
            taken = seconds(lambda find=find, sample=sample: find_all(find, sample), 5 if share == 1 else 1)
            speeds.setdefault(name, []).append(megabytes_of(sample) / taken)
    ours = speeds["this engine"][-1]
    for name, (thousand, ten_thousand) in speeds.items():
        print(f"{name:<24} {thousand:>12.3f} {ten_thousand:>13.4f} {ours / ten_thousand:>13.1f} x")


LOAD = """
import sys, time
from pathlib import Path
import psutil
from monitor.config.watch import load_watch
from monitor.matching import Matcher
memory = lambda: psutil.Process().memory_info().rss / 1_000_000
before, began = memory(), time.process_time()
watch = load_watch(Path(sys.argv[1]))
loaded = time.process_time()
matcher = Matcher(watch)
print(f"{loaded - began:.2f} s for the file, {time.process_time() - loaded:.2f} s for the forms, "
      f"{memory():.0f} MB in all, {memory() - before:.0f} of them for the terms")
"""


def loading(terms: list[Lemma]) -> None:
    print("\nLoading 10,000 terms in 1,000 lists and 1,000 rules from YAML, in a process of its own:")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watch.yaml"
        path.write_text(as_yaml(terms[:10_000]), encoding="utf-8")
        load_watch(path)
        subprocess.run([sys.executable, "-c", LOAD, str(path)], check=True)


def as_yaml(terms: list[Lemma]) -> str:
    lines = ["lists:"]
    for number in range(0, len(terms), 10):
        lines.append(f"  l{number // 10}:")
        by_language = itertools.groupby(sorted(terms[number : number + 10]), key=lambda lemma: lemma.language)
        lines += [
            f"    {language}: {json.dumps([t.text for t in group], ensure_ascii=False)}"
            for language, group in by_language
        ]
    lines.append("rules:")
    lists = len(terms) // 10
    lines += [f"  - {{id: r{n}, near: {{terms: [$l{n}, $l{(n * 7 + 1) % lists}], words: 8}}}}" for n in range(lists)]
    return "\n".join(lines)


def hostile(terms: list[Lemma]) -> None:
    print("\nA million characters each, 10,000 terms and 1,000 rules, slowest first, seconds:")
    matcher = Matcher(watch(terms[:10_000]))
    gc.collect()
    gc.freeze()  # as a worker does once it has compiled its rules
    taken = {
        name: seconds(lambda text=text: matcher.match(Article(id="1", source="s", text=text[:1_000_000])))
        for name, text in hostile_texts(terms).items()
    }
    print(", ".join(f"{name} {one:.2f}" for name, one in sorted(taken.items(), key=lambda entry: -entry[1])))


def hostile_texts(terms: list[Lemma]) -> dict[str, str]:
    generator = random.Random(3)
    cyrillic, both = "абвгдежзиклмнопрстуфхцчшщыэюя", "абвгдежзиклмнопрсabcdefgh"
    alphabets = {
        "unseen words": cyrillic,
        "unseen words of both alphabets": both,
        "unseen words of look-alikes": "аеорсхaeopcx",
        "unseen words and signs": cyrillic + ".,-!»",
        "unseen words and apostrophes": cyrillic + "'",
        "unseen words with marks": cyrillic + "\u0301\u00ad\u200b",
        "unseen words in classical spelling": "сьцьзнледдз",
        "unseen Greek words": "αβγδεζηθικλμνξοπρστυφχψω",
        "unseen words of any letters": "".join(filter(str.isalpha, map(chr, range(0xA0, 0xD800)))),
        "unseen signs": '.,-!»«()…"',
    }
    texts = {
        name: " ".join("".join(generator.choices(alphabet, k=7)) for _ in range(125_000))
        for name, alphabet in alphabets.items()
    }
    texts["any characters"] = "".join(chr(generator.randrange(0x20, 0x110000)) for _ in range(1_000_000))
    texts["nothing but terms"] = " ".join(term.text for term in terms[:10_000]) * 15
    pieces = {
        "one letter": "а",
        "blanks": " ",
        "line ends": "\n",
        "both alphabets, no blanks": "aб",
        "stress marks": "а\u0301",
        "soft hyphens": "а\u00ad",
        "combining marks": "а\u0315\u0323",
        "apostrophes": "а'",
        "words without blanks": "слово,",
        "one term": "слово ",
        "one term with a mark": "сло\u0301во ",
        "hyphens": "а-",
        "full stops": ".",
        "emoji": "😀",
        "letters and emoji": "а😀",
        "surrogates": "\ud800а ",
        "NUL": "\0а",
    }
    return texts | {name: piece * (1_000_000 // len(piece)) for name, piece in pieces.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--megabytes", type=float, default=6)
    options.add_argument("--skip-slow", action="store_true", help="without one regular expression per term")
    chosen = options.parse_args()
    terms, texts = lemmas(chosen.data / "treebanks"), articles(chosen.data / "texts", chosen.megabytes)
    print(f"{len(terms):,} lemmas; {len(texts):,} articles, {megabytes_of(texts):.1f} MB")
    by_number_of_terms(terms, texts)
    beside_others(terms, texts, slow=not chosen.skip_slow)
    loading(terms)
    hostile(terms)


if __name__ == "__main__":
    main()
