"""The comparison form of a word: two words that a reader takes for the same spelling fold to the same string.

Case, stress marks, invisible characters, the kind of apostrophe, ё/е, ў/у, ґ/г, Latin letters that look Cyrillic (and
the reverse), and the soft signs of classical Belarusian make no difference.
"""

from __future__ import annotations

import re
import unicodedata

# No word is longer; normalisation takes quadratic time on a run of combining marks (64,000 of them 8 s).
LONGEST_WORD = 256
APOSTROPHES = "'`´ʹʻʼʽˈ‘’‛′＇"

_LATIN_UPPER, _CYRILLIC_UPPER = "ABCEHIKMOPTXYÏË", "АВСЕНІКМОРТХУЇЁ"
_LATIN_LOWER, _CYRILLIC_LOWER = "aceiopxyïë", "асеіорхуїё"
_TO_CYRILLIC = str.maketrans(_LATIN_UPPER + _LATIN_LOWER, _CYRILLIC_UPPER + _CYRILLIC_LOWER)
_TO_LATIN = str.maketrans(_CYRILLIC_UPPER + _CYRILLIC_LOWER + "Ўў", _LATIN_UPPER + _LATIN_LOWER + "Yy")
_SAME_APOSTROPHE = str.maketrans(dict.fromkeys(APOSTROPHES, "'"))
_SAME_LETTER = _SAME_APOSTROPHE | str.maketrans("ёўґ", "еуг")
# Small letters that may stand for one another, whatever their neighbours are.
LOOK_ALIKES = str.maketrans(
    (_LATIN_UPPER + _LATIN_LOWER).lower() + "ґ", (_CYRILLIC_UPPER + _CYRILLIC_LOWER).lower() + "г"
)

_LETTERS = re.compile("[A-Za-z0-9А-яЁёІіЇїЄєЎўҐґ']*").fullmatch
LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
# Letters of one script that look like none of the other.
_ONLY_LATIN = re.compile(f"(?![{_LATIN_UPPER}{_LATIN_LOWER}]){LATIN.pattern}")
_ONLY_CYRILLIC = re.compile(f"(?![{_CYRILLIC_UPPER}{_CYRILLIC_LOWER}Ўў]){_CYRILLIC.pattern}")
_UNSEEN = re.compile("[\u0300\u0301\u034f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")

# Classical Belarusian marks assimilated softness; modern spelling, Russian and Ukrainian tell no two words apart by it.
# Only the next letter is looked at, so that a prefix folds as the beginning of the whole word does.
_ASSIMILATED = re.compile("(?<=[сзц])ь+(?=[сзцдвмнлпбф])|(?<=н)ь+(?=н)|(?<=л)ь+(?=л)")
_CLASSICAL_APOSTROPHE = re.compile("^((?:ра|у|бе)?[зс])ь+(?=[еёюя])")
_CLASSICAL_DZ = re.compile("(?:дз)+(?=дз)")

_ODD = re.compile("[^а-яіїє']|[сзц]ь[ьсзцдвмнлпбфеюя]|нь[ьн]|ль[ьл]|дздз")


def fold(word: str) -> str:
    """The form under which one word is compared; idempotent. Beyond 256 characters only case is folded."""
    lowered = word.lower()
    if word.isascii():
        return lowered.replace("`", "'")
    if len(word) > LONGEST_WORD:
        return lowered
    if not _ODD.search(lowered):
        return lowered
    plain = lowered.translate(_SAME_LETTER)
    if not _ODD.search(plain):
        return plain
    return modernised(spelled(word)).translate(_SAME_LETTER)


def spelled(word: str) -> str:
    """The word in small letters as a dictionary prints it: ё, ў and ґ stay, the way it was typed does not show."""
    seen = word
    if not _LETTERS(word):
        seen = unicodedata.normalize("NFC", _UNSEEN.sub("", unicodedata.normalize("NFD", word)))
    return _in_one_script(seen).lower().translate(_SAME_APOSTROPHE)


def modernised(word: str) -> str:
    """The modern spelling of a word in small letters, where the classical one adds a soft sign (зьезд, жыцьцё)."""
    if "ь" not in word and "дздз" not in word:
        return word
    softened = _CLASSICAL_APOSTROPHE.sub(r"\1'", _ASSIMILATED.sub("", word))
    return _CLASSICAL_DZ.sub("д", softened)


def _in_one_script(word: str) -> str:
    """The word with look-alikes of the other script replaced, where that leaves one script; else unchanged."""
    if not (LATIN.search(word) and _CYRILLIC.search(word)):
        return word
    to_cyrillic, to_latin = not _ONLY_LATIN.search(word), not _ONLY_CYRILLIC.search(word)
    if to_cyrillic and to_latin:
        to_cyrillic = len(LATIN.findall(word)) <= len(_CYRILLIC.findall(word))
    if to_cyrillic:
        return word.translate(_TO_CYRILLIC)
    return word.translate(_TO_LATIN) if to_latin else word
