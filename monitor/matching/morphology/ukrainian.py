"""Ukrainian: declension and conjugation by rule, after the state orthography of 2019 (its endings and the older ones).

The part of speech is read off the ending of the dictionary form, and where an ending belongs to several, all of them
are formed. Participles are adjectives of their own here, as in the dictionaries; the impersonal -но, -то is the verb's.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from monitor.matching.morphology import ukrainian_verbs
from monitor.matching.morphology.stems import attach, last_vowel, softened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CONSONANT = "бвгджзйклмнпрстфхцчшщ"
_INFINITIVE = re.compile("^.+ти(?:ся|сь)?$")
_ONLY_INFINITIVE = re.compile("ти(?:ся|сь)$|^..+(?:[июіїуя]|[ую]ва)ти$")
_HUSHING = tuple("жчшщ")
_TO_SIBILANT = {"к": "ц", "г": "з", "х": "с"}
_TO_HUSHING = {"к": "ч", "г": "ж", "х": "ш", "ц": "ч"}

# ринок, українець, китаєць, тиждень, майстер; a word of one syllable keeps its vowel (рок), but for the irregular ones.
_FLEETING = re.compile(
    "^(.*[аеєиіїоуюя].*)([оеє])([кц])$|^(.*[аеєиіїоуюя].*[бвпмшз])(е)(л)$|^(.*[аеєиіїоуюя].*[бвгджзклмнпрстфхцчшщ])(е)(н)$|^(.+ст)(е)(р)$"
)
_CLUSTER_R = re.compile("[бвгджзклмнпрстфхцчшщ]р$")

_ADJECTIVE_HARD = "ий ого ому им ім а ої ій у ою е і их ими".split()
_ADJECTIVE_SOFT = "ій ього ьому ім я ьої ю ьою є і іх іми".split()
_ADJECTIVE_IOTATED = "їй його йому їм я йої ю йою є ї їх їми".split()
_PLURAL_HARD, _PLURAL_SOFT = ("ам", "ами", "ах"), ("ям", "ями", "ях")
_MASCULINE_HARD = ("", "а", "у", "ові", "ом", "и", "ів", *_PLURAL_HARD)
_MASCULINE_HUSHING = ("а", "у", "еві", "ем", "і", "ів", "ей", *_PLURAL_HARD)
_MASCULINE_SOFT = ("я", "ю", "еві", "ем", "і", "ів", "ей", *_PLURAL_SOFT)
_MASCULINE_IOT = ("й", "я", "ю", "єві", "єм", "ї", "їв", *_PLURAL_SOFT)
_FEMININE_HARD = ("а", "и", "у", "ою", "о", *_PLURAL_HARD)
_FEMININE_HUSHING = ("а", "і", "у", "ею", "е", *_PLURAL_HARD)
_FEMININE_SOFT = ("я", "і", "ю", "ею", "е", *_PLURAL_SOFT)
_FEMININE_IOT = ("я", "ї", "ю", "єю", "є", "й", *_PLURAL_SOFT)
_SURNAME_FEMININE = ("а", "ої", "ій", "у", "ою", "им", "их", "ими")

_IRREGULAR = {
    "людина": "люди людей людям людьми людях",
    "люди": "людей людям людьми людях",
    "дитина": "діти дітей дітям дітьми дітях",
    "діти": "дітей дітям дітьми дітях",
    "мати": "матері матір матір'ю матерів матерям матерями матерях",
    "ім'я": "імені іменем ім'ям імена імен іменам іменами іменах",
    "плем'я": "племені племенем племена племен племенам племенами племенах",
    "друг": "друзі друзів друзям друзями друзях",
    "брат": "братове",
    "гроші": "грошей грошам грішми грошима грошах",
    "двері": "дверей дверям дверима дверми дверях",
    "око": "очі очей очам очима очах",
    "вухо": "вуха вух вушам вушами вушах",
    "плече": "плечі плечей плечима",
    "війна": "воєн",
    "гість": "гостями гістьми",
    "кінь": "кіньми",
    "сон": "сну сном сні сни снів снам снами снах",
    "лев": "лева леву левом леви левів",
    "пес": "пса псу псом псові пси псів псам псами псах",
    "тиждень": "тижня тижню тижневі тижнем тижні тижнів тижням тижнями тижнях",
    "вогонь": "вогню вогнем вогні вогнів вогням вогнями вогнях",
    "єгипет": "єгипту єгиптом єгипті",
    "хребет": "хребта хребту хребтом хребті хребти хребтів",
    "колір": "кольору кольором кольорі кольори кольорів кольорам кольорами кольорах",
    "гра": "ігри ігор іграм іграми іграх",
    "чудо": "чудеса чудес чудесам чудесами чудесах",
    "небо": "небеса небес небесам небесами небесах",
    "мед": "меду",
    "посол": "посла послу послові послом послі посли послів послам послами послах",
    "орел": "орла орлу орлові орлом орлі орли орлів орлам орлами орлах",
    "вузол": "вузла вузлу вузлом вузлі вузли вузлів вузлам вузлами вузлах",
    "вітер": "вітру вітром вітрові вітрі вітри вітрів вітрам вітрами вітрах",
    "рот": "рота роту ротом роті",
    "день": "дні дня дню днем днів днями",
    "рік": "років літ",
    "раз": "разів раз",
    "господь": "господа господу господові господом господи",
    "дощ": "дощу",
    "любов": "любові любов'ю",
    "хто": "кого кому ким",
    "що": "чого чому чим чім",
}


def forms(word: str, name: bool) -> Iterable[str]:
    """All forms of a word in small letters; `name` adds the feminine and plural of a surname."""
    yield word
    yield from _IRREGULAR.get(word, "").split()
    yield from adjective_forms(word)
    if _INFINITIVE.search(word):
        yield from ukrainian_verbs.forms(word)
    if not _ONLY_INFINITIVE.search(word):
        yield from noun_forms(word)
    if name:
        yield from surname_forms(word)


# --- adjectives


def adjective_forms(word: str) -> Iterator[str]:
    """Forms of an adjective given in the masculine, or in another gender where its suffix shows that it is one."""
    base = re.search("^(.+)(?:ий|ій|їй)$", word)
    if base:
        yield from attach(base[1], _adjective_endings(word))
        if word.endswith("ний"):
            yield base[1][:-1] + "ен"
        return
    if word.endswith("нє"):
        yield from attach(word[:-1], _ADJECTIVE_SOFT)
    other = re.search("^(.+(?:[сцз]ьк|н|[оеє]в|ш|лив|ист|[ую]ч|[уі]л))(?:а|е|і)$", word)
    if other and len(other[1]) > 2:  # noqa: PLR2004
        yield from attach(other[1], _ADJECTIVE_HARD)


def _adjective_endings(word: str) -> Iterable[str]:
    if word.endswith("їй"):
        return _ADJECTIVE_IOTATED
    return _ADJECTIVE_SOFT if word.endswith(("ній", "тій")) else _ADJECTIVE_HARD


def surname_forms(word: str) -> Iterator[str]:
    """Feminine and plural of surnames in -ов, -ев, -ін, -ин, and the oblique forms of feminine ones in -ова, -іна."""
    found = re.search("^(.+(?:[оеєії]в|[иії]н))(а?)$", word)
    if found:
        yield from attach(found[1], _SURNAME_FEMININE)


# --- nouns


def noun_forms(word: str) -> Iterator[str]:
    """Forms of a noun given in the nominative, singular or, of a word that has no singular, plural."""
    for ending, decline in _DECLENSIONS.items():
        if word.endswith(ending):
            yield from decline(word[: -len(ending)])
            return
    if word[-1] in _CONSONANT:
        yield from _consonant(word)


def _in_a(stem: str) -> Iterator[str]:
    endings = _FEMININE_HUSHING if stem.endswith(_HUSHING) else _FEMININE_HARD
    yield from attach(stem, endings)
    yield softened(stem, _TO_SIBILANT) + "і"
    yield from bare(stem)
    if stem.endswith("щ"):
        yield stem + "ем"


def _in_ya(stem: str) -> Iterator[str]:
    if stem[-1:] not in _CONSONANT:
        yield from attach(stem, (*_FEMININE_IOT, "їв"))
        yield stem.removesuffix("'") + "ей"
    elif stem[-2:-1] == stem[-1:] or stem.endswith("ст"):
        yield from attach(stem, (*_FEMININE_SOFT, "ів", "ей"))
        yield from attach(stem[:-1], ("ь", "", "ей"))
    else:
        yield from attach(stem, _FEMININE_SOFT)
        yield from attach(stem, ("ей", "ів"))
        yield from (form + "ь" for form in bare(stem))


def _in_o(stem: str) -> Iterator[str]:
    yield from attach(stem, ("о", "а", "у", "ові", "ом", *_PLURAL_HARD))
    yield softened(stem, _TO_SIBILANT) + "і"
    yield from bare(stem)
    if stem.endswith(("к", "л", "р", "н")):
        yield from attach(stem, ("и", "ів"))


def _in_e(stem: str) -> Iterator[str]:
    if stem.endswith(_HUSHING):
        yield from attach(stem, ("е", "а", "у", "ем", "і", *_PLURAL_HARD))
        yield from bare(stem)
    else:
        yield from attach(stem, ("е", "я", "ю", "ем", "і", "ів", *_PLURAL_SOFT))
        yield from chain.from_iterable((form, form + "ь") for form in bare(stem))


def _in_plural(stem: str) -> Iterator[str]:
    yield from attach(stem, ("ів", "ей", *_PLURAL_HARD, *_PLURAL_SOFT))
    yield from bare(stem)


def _in_yi(stem: str) -> Iterator[str]:
    yield from attach(stem, _FEMININE_IOT)
    yield stem + "їв"


def _in_yo(stem: str) -> Iterator[str]:
    return attach(stem, _MASCULINE_SOFT)


def _in_soft_sign(stem: str) -> Iterator[str]:
    for oblique in _oblique(stem):
        yield from attach(oblique, _MASCULINE_SOFT)
    for oblique in last_vowel(stem, {"і": "о"}), last_vowel(stem, {"і": "е"}), stem:
        yield from attach(oblique, ("і", "ей", "и", *_PLURAL_SOFT))
    yield from _instrumental(stem)
    if stem.endswith("ц"):
        yield from (softened(oblique, _TO_HUSHING) + "е" for oblique in _oblique(stem))


def _in_short_i(stem: str) -> Iterator[str]:
    for oblique in {stem, last_vowel(stem, {"і": "о"})}:
        yield from attach(oblique, _MASCULINE_IOT)


def _consonant(word: str) -> Iterator[str]:
    for stem in _oblique(word):
        if stem.endswith(_HUSHING) or stem.endswith(("ар", "яр", "ир")):
            yield from attach(stem, _MASCULINE_HUSHING)
        if stem.endswith(("ар", "ир")):
            yield from attach(stem, _MASCULINE_SOFT)
        if not stem.endswith(_HUSHING):
            yield from attach(stem, _MASCULINE_HARD)
            yield softened(stem, _TO_SIBILANT) + "і"
            yield softened(stem, _TO_HUSHING) + "е"
    if word.endswith((*_HUSHING, "ов")):
        yield from _instrumental(word)
        yield from attach(last_vowel(word, {"і": "о"}), ("і", "ей"))
    if word.endswith("нин"):
        yield from attach(word[:-2], ("и", "", "ам", "ами", "ах"))
    elif word.endswith("ин"):
        yield from attach(word[:-2], ("и", "", "ів", "ам", "ами", "ах"))


def _instrumental(stem: str) -> Iterator[str]:
    """Instrumental of the third declension: сіллю, радістю, любов'ю."""
    if re.search("[аеєиіїоуюя][тдсзнлцчшжщ]$", stem):
        yield stem + stem[-1] + "ю"
    elif stem.endswith(("б", "п", "в", "м", "ф", "р")):
        yield stem + "'ю"
    yield stem + "ю"


def _oblique(stem: str) -> set[str]:
    """Stems before a vowel ending: і turns to о or е in an open syllable, a fleeting vowel drops out."""
    stems = {stem}
    if re.search("лі[дт]$", stem):
        stems.add(last_vowel(stem, {"і": "ьо"}))
    if re.search("[іїо][бвгджзклмнпрстфхцчшщ]{1,2}$", stem):
        stems.add(last_vowel(stem, {"і": "о", "ї": "є"}))
    if re.search("і[длнпчшж]$|[нлжчшщ]ів$|пір$", stem):
        stems.add(last_vowel(stem, {"і": "е"}))
    return {dropped for form in stems for dropped in _without_fleeting(form)}


def _without_fleeting(stem: str) -> Iterator[str]:
    """The stem itself, unless -ець loses its vowel for certain, and the stem without the vowel."""
    found = _FLEETING.search(stem)
    if not found:
        yield stem
        return
    head, vowel, last = filter(None, found.groups())
    if last != "ц" or _CLUSTER_R.search(head):
        yield stem
    if last == "ц" and head.endswith("л"):
        yield head + "ьц"
    elif vowel == "є":
        yield from (head + "й" + last, last_vowel(head, {"о": "і"}) + "й" + last)
    else:
        yield head + last


def bare(stem: str) -> set[str]:
    """The stem without ending (genitive plural), with a fleeting vowel in a cluster, о and е closed to і."""
    stems = {stem, last_vowel(stem, {"о": "і", "е": "і"}) if re.search("[ое][^аеєиіїоуюя]$", stem) else stem}
    found = re.search("^(.*)([бвгджзйклмнпрстфхцчшщ])(ь?)([квмнлрцгх])$", stem)
    if found:
        head, before, soft, last = found.groups()
        if before == "й":
            stems |= {head + "йо" + last, head + "є" + last}
        elif last in "кгх" or before in "кгх":
            stems |= {head + before + ("ьо" if soft else "о") + last, head + before + "е" + last}
        else:
            stems.add(head + before + "е" + last)
    return stems


_DECLENSIONS = {
    "а": _in_a,
    "я": _in_ya,
    "е": _in_e,
    "ї": _in_yi,
    "и": _in_plural,
    "і": _in_plural,
    "ьо": _in_yo,
    "о": _in_o,
    "ь": _in_soft_sign,
    "й": _in_short_i,
}
