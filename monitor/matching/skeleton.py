"""The skeleton of a word: words that fold to the same string have the same one.

A skeleton forgets more than folding does (which of two look-alike letters it is, all marks, those of й and ї too), so
equal skeletons only suggest equal words. It is made for many words at once, at a small part of what folding them costs.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from monitor.matching.fold import APOSTROPHES, LOOK_ALIKES
from monitor.matching.words import is_letter, is_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable

_HANGUL_LEADS = range(0x1100, 0x1160)
_HANGUL_MEDIALS = range(0x1160, 0x1200)  # composition joins them to the letter before, as it does a mark
_REMEMBERED = 60_000  # characters, 6 MB
_FAR, _FOREIGN = "\u2e80", "x"  # letters from there on need not be told apart

# The modern spelling of fold.py, in words that are parted by apostrophes and blanks.
_ASSIMILATED = re.compile("(?<=[сзц])ь+(?=[сзцдвмнлпбф])|(?<=н)ь+(?=н)|(?<=л)ь+(?=л)")
_CLASSICAL_APOSTROPHE = re.compile("(?<![^' \n])((?:ра|у|бе)?[зс])ь+(?=[еюя])")
_CLASSICAL_DZ = re.compile("(?:дз)+(?=дз)")


class _Alike(dict[int, str | None]):
    """What stands for a character: a letter, an apostrophe, nothing for a mark, a blank for all else."""

    def __missing__(self, code: int) -> str | None:
        """The same, worked out now."""
        alike = _alike(chr(code))
        if len(self) >= _REMEMBERED:
            self.clear()
        self[code] = alike
        return alike


def _alike(char: str) -> str | None:
    if char == "\n":
        return char
    if char in APOSTROPHES:
        return "'"
    if ord(char) in _HANGUL_MEDIALS or is_unseen(char) or unicodedata.category(char) == "Mn":
        return None
    if not is_letter(char):
        return " "
    base = unicodedata.normalize("NFD", char)[0]
    if base != char:
        return _alike(base)
    small = char.lower()
    return _FOREIGN if max(small) >= _FAR or ord(char) in _HANGUL_LEADS else small.translate(LOOK_ALIKES)


_ALIKE = _Alike()


def skeletons(words: Iterable[str]) -> str:
    """The skeletons of some words, or of stretches of a line, one a line; what apostrophes part is parted by blanks."""
    alike = "\n".join(words).translate(_ALIKE)
    if "ь" in alike:
        alike = _CLASSICAL_APOSTROPHE.sub(r"\1'", _ASSIMILATED.sub("", alike))
    if "дздз" in alike:
        alike = _CLASSICAL_DZ.sub("д", alike)
    return alike.replace("'", " ")
