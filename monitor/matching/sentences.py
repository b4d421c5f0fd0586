"""Where sentences and paragraphs begin."""

from __future__ import annotations

import re

_CLOSING = "»”\"’'“)\\]"
_OPENING = "«„“\"‘'(\\["
# Possessive, and never tried from inside a run: a megabyte of full stops is read once.
_END = re.compile(
    rf"(?<![.!?…])(?P<end>[.!?…]++)(?P<closing>[{_CLOSING}]*+)[^\S\n]++"
    rf"(?P<dash>[—–-][^\S\n]++)?(?=[{_OPENING}]*+(?P<next>\w))"
)
_LAST_WORD = re.compile(r"(?:^|[^\w])(\w+)$")
_LONGEST_ABBREVIATION = 6

# Words that a full stop shortens and that need something after them; a single letter is an initial.
_CYRILLIC = """
акад вв вобл воз вул гг гл гор гос грн дац деп див докт дол долл доц зам заст зб зв илл им ин инст канд кв коп корп
мин млн млрд нав напр нар обл оз пер пл пос пп пр праф просп проф ред рис рр руб св см соч ср ст стор стр табл тис
тов трлн тт тыс уд ул чл шт экз ім імя інш
"""
_ENGLISH = """
adm approx apr aug capt cf col dec dept dr feb fig gen gov hon jan jr jul jun lt maj mar mr mrs ms no nov oct pres
prof rep rev sen sep sept sgt sr st vol vs
"""
_ABBREVIATIONS = frozenset((_CYRILLIC + _ENGLISH).split())


def paragraph_starts(text: str) -> list[int]:
    """The offsets at which paragraphs begin: 0, and after each line end."""
    return [0, *(found.end() for found in re.finditer("\n", text))]


def sentence_starts(text: str) -> list[int]:
    """The offsets at which sentences begin, the first at 0. A line end always ends one.

    A full stop ends none after an initial or an abbreviation, nor before a small letter.
    """
    inside = (
        found.start("dash") if found["dash"] else found.end()
        for found in _END.finditer(text)
        if _ends_sentence(text, found)
    )
    return sorted({*paragraph_starts(text), *inside})


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    if not (found["next"].isupper() or found["next"].isdigit()):
        return False
    if found["closing"] and found["dash"]:
        return False  # «Хватит!» — words of the author go on
    return found["end"] != "." or not _is_shortened(
        text[max(0, found.start() - _LONGEST_ABBREVIATION - 1) : found.start()]
    )


def _is_short(word: str) -> bool:
    return (len(word) == 1 and word.isalpha()) or word.lower() in _ABBREVIATIONS


def _is_shortened(before: str) -> bool:
    """Whether the text before a full stop ends with an initial or an abbreviation."""
    word = _LAST_WORD.search(before)
    return word is not None and _is_short(word[1])
