"""Terms: the words and phrases that a watch file looks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("en", "ru", "be", "uk")
MAX_WORDS = 20
MAX_LETTERS = 200
MIN_PREFIX = 2

_RUN = re.compile(r"[^\W\d_]+")
_STAR = re.compile(r"\*")
_PREFIX = re.compile(r"[\w'’ʼ`\u0301\u00ad]+(?=\*)")


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as it is written in the watch file, and how it matches.

    Without `languages` every word is inflected in each language whose alphabet it is written in. `add` are further
    spellings that match exactly, `drop` forms that do not count. `line` is where the file has it.
    """

    text: str
    line: int
    languages: tuple[str, ...] = ()
    cased: bool = False
    exact: bool = False
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @property
    def plain(self) -> str:
        """The text in small letters with single spaces."""
        return " ".join(self.text.lower().split())

    def covers(self, other: Term) -> bool:
        """Whether every hit of the other term is certainly a hit of this one."""
        return (
            self.plain == other.plain
            and (not self.languages or set(other.languages or LANGUAGES) <= set(self.languages))
            and (not self.cased or (other.cased and self.text == other.text))
            and (not self.exact or other.exact)
            and set(self.add) >= set(other.add)
            and set(self.drop) <= set(other.drop)
        )


@dataclass(frozen=True, slots=True)
class TermList:
    """A named list. A hit of `terms` that lies inside a hit of `exceptions` does not count."""

    name: str
    terms: tuple[Term, ...]
    exceptions: tuple[Term, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a text of the watch file; `offset` counts characters from the start of that text."""

    offset: int
    message: str
    hint: str = ""


def term_mistakes(text: str) -> Iterator[Mistake]:
    """What makes a term useless or not what it seems."""
    if not any(char.isalnum() for char in text):
        yield Mistake(0, "an empty term", "a term has at least one letter or digit")
        return
    if len(text) > MAX_LETTERS:
        yield Mistake(0, f"a term of more than {MAX_LETTERS} characters", "keep the part that no other text has")
    if len(text.split()) > MAX_WORDS:
        yield Mistake(0, f"a term of more than {MAX_WORDS} words", "keep the part that no other text has")
    yield from _star_mistakes(text)
    for run in _RUN.finditer(text):
        yield from _mixed_alphabet(run)


def _star_mistakes(text: str) -> Iterator[Mistake]:
    prefixes = {found.end(): found[0] for found in _PREFIX.finditer(text)}
    for star in _STAR.finditer(text):
        after = text[star.end() : star.end() + 1]
        if star.start() not in prefixes or after.isalnum() or after == "*":
            yield Mistake(star.start(), "a '*' that does not end a word", "word* stands for any ending")
        elif len(prefixes[star.start()]) < MIN_PREFIX:
            yield Mistake(
                star.start(), f"fewer than {MIN_PREFIX} letters before '*'", "this would match nearly every text"
            )


def _mixed_alphabet(run: re.Match[str]) -> Iterator[Mistake]:
    scripts = [unicodedata.name(char, "").partition(" ")[0] for char in run[0]]
    if not {"LATIN", "CYRILLIC"} <= set(scripts):
        return
    odd = "LATIN" if scripts.count("LATIN") <= scripts.count("CYRILLIC") else "CYRILLIC"
    for place, script in enumerate(scripts):
        if script == odd:
            char = run[0][place]
            what = f"the {odd.title()} letter {char!r} (U+{ord(char):04X}) inside {run[0]!r}"
            yield Mistake(run.start() + place, what, "type the word in one alphabet")
            return
