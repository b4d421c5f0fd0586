"""Recall and false hits of word matching on the treebanks: each lemma is a term, each token a text of one word.

    python benchmarks/morphology.py [--data FOLDER] [--misses LANGUAGE UPOS]

FOLDER holds treebanks/*.conllu.gz; by default it is shared/data beside the checkout. Recall is the share of tokens
that the term of their own lemma hits. "Other" is the share of all hits, of every term on every token, whose token
belongs to another lemma; homographs are among them, so even a perfect dictionary does not reach nought.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import re
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.fold import fold
from monitor.matching.morphology import expand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PARTS = ("NOUN", "PROPN", "ADJ", "VERB")
LANGUAGES = {"be": "belarusian", "en": "english", "ru": "russian", "uk": "ukrainian"}


class Token(NamedTuple):
    form: str
    lemma: str
    part: str


class Score(NamedTuple):
    recall: dict[str, float]
    other: float


def read_tokens(folder: Path, language: str) -> Iterator[Token]:
    """Tokens of the four open classes that are single words; a hyphen separates words, so it leaves a token out."""
    for path in sorted(folder.glob(f"{language}-*.conllu.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                columns = line.split("\t")
                if len(columns) > 5 and columns[0].isdigit() and columns[3] in PARTS:
                    token = Token(columns[1], columns[2], columns[3])
                    if is_word(token.form) and is_word(token.lemma):
                        yield token


def is_word(text: str) -> bool:
    return fold(text).replace("'", "").isalpha()


def score(tokens: list[Token], keys: Callable[[str], set[str] | frozenset[str]], key: Callable[[str], str]) -> Score:
    """`keys` gives what a term looks for, `key` what a text shows; equal ones are hits."""
    terms: dict[str, set[str]] = defaultdict(set)
    for lemma in {token.lemma for token in tokens}:
        for form in keys(lemma):
            terms[form].add(fold(lemma))
    hit: Counter[str] = Counter()
    total: Counter[str] = Counter()
    hits = foreign = 0
    for token in tokens:
        found = terms.get(key(token.form), set())
        own = fold(token.lemma) in found
        total[token.part] += 1
        hit[token.part] += own
        hits += len(found)
        foreign += len(found) - own
    return Score({part: 100 * hit[part] / total[part] for part in PARTS}, 100 * foreign / max(hits, 1))


def score_substring(tokens: list[Token]) -> Score:
    """What `term in text` finds, over distinct forms: the slow way round, so each form is looked at once."""
    text = "\n".join(sorted({fold(token.form) for token in tokens}))
    forms: dict[str, set[str]] = defaultdict(set)
    for lemma in {fold(token.lemma) for token in tokens}:
        for found in re.finditer(f"^.*{re.escape(lemma)}.*$", text, re.MULTILINE):
            forms[lemma].add(found[0])
    return score(tokens, lambda lemma: forms[fold(lemma)], fold)


def score_snowball(tokens: list[Token], language: str) -> Score | None:
    library = importlib.import_module("snowballstemmer")
    if LANGUAGES[language] not in library.algorithms():
        return None
    stem = library.stemmer(LANGUAGES[language]).stemWord
    return score(tokens, lambda lemma: {stem(fold(lemma))}, lambda form: stem(fold(form)))


def score_simplemma(tokens: list[Token], language: str) -> Score | None:
    if language == "be":
        return None
    lemmatize = importlib.import_module("simplemma").lemmatize
    return score(tokens, lambda t: {fold(lemmatize(t, lang=language))}, lambda t: fold(lemmatize(t, lang=language)))


def show(language: str, name: str, result: Score | None) -> None:
    if result is None:
        print(f"{language}  {name:<14} not available for this language")
        return
    parts = "  ".join(f"{part} {result.recall[part]:5.1f}" for part in PARTS)
    print(f"{language}  {name:<14} {parts}  other {result.other:5.1f} %")


def show_misses(tokens: list[Token], language: str, part: str) -> None:
    missed = Counter(
        (token.lemma, token.form)
        for token in tokens
        if token.part == part and fold(token.form) not in expand(token.lemma, language)
    )
    for (lemma, form), times in missed.most_common():
        print(f"{times:4} {lemma} -> {form}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Recall of word forms on treebanks")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--misses", nargs=2, metavar=("LANGUAGE", "UPOS"))
    arguments = parser.parse_args()
    folder = arguments.data / "treebanks"
    if arguments.misses:
        language, part = arguments.misses
        show_misses(list(read_tokens(folder, language)), language, part)
        return
    for language in LANGUAGES:
        compare(list(read_tokens(folder, language)), language)


def compare(tokens: list[Token], language: str) -> None:
    show(language, "vedette", score(tokens, lambda lemma: expand(lemma, language), fold))
    show(language, r"\b regex", score(tokens, lambda lemma: {fold(lemma)}, fold))
    show(language, "substring", score_substring(tokens))
    show(language, "snowball", score_snowball(tokens, language))
    show(language, "simplemma", score_simplemma(tokens, language))
    show_cost(sorted({token.lemma for token in tokens}), language)


def show_cost(lemmas: list[str], language: str) -> None:
    expand("warm", language)
    started = time.process_time()
    forms = sum(len(expand(lemma, language)) for lemma in lemmas)
    spent = time.process_time() - started
    print(f"{language}  {forms / len(lemmas):.1f} forms and {1e6 * spent / len(lemmas):.0f} us a lemma")


if __name__ == "__main__":
    main()
