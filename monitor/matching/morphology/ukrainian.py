"""Ukrainian: declension by rule, after the orthography of 2019, with the older endings that it keeps beside its own.

The part of speech is read off the ending of the dictionary form, and where an ending belongs to several, all of them
are formed. Participles are adjectives of their own here, as in the dictionaries.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.matching.morphology import ukrainian_verbs
from monitor.matching.morphology.stems import attach, last_vowel, softened, table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_VOWEL, _CONSONANT = "[аеєиіїоуюя]", "[бвгджзйклмнпрстфхцчшщ]"
_HUSHING = ("ж", "ч", "ш", "щ")
_TO_SIBILANT = {"к": "ц", "г": "з", "х": "с"}
_TO_HUSHING = {"к": "ч", "г": "ж", "х": "ш", "ц": "ч"}

_ADJECTIVE_HARD = words("ий ого ому им ім а ої ій у ою е і их ими")
_ADJECTIVE_SOFT = words("ій ього ьому ім я ьої ю ьою є і іх іми")
_ADJECTIVE_IOTATED = words("їй його йому їм я йої ю йою є ї їх їми")
_MASCULINE_HARD = words("- а у ові ом и ів ам ами ах")
_MASCULINE_HUSHING = words("а у еві ем і ів ей ам ами ах")
_MASCULINE_SOFT = words("я ю еві ем і ів ей ям ями ях")
_MASCULINE_IOTATED = words("й я ю єві єм ї їв ям ями ях")
_FEMININE_HARD = words("а и у ою о ам ами ах")
_FEMININE_HUSHING = words("а і у ею е ем ам ами ах")
_FEMININE_SOFT = words("я і ю ею е ів ей ям ями ях")
_FEMININE_IOTATED = words("я ї ю єю є й їв ям ями ях")
_FEMININE_THIRD = words("і ей ям ями ях")
_NEUTER_HARD = words("о а у ові ом ам ами ах")
_NEUTER_HUSHING = words("е а у ем і ам ами ах")
_NEUTER_SOFT = words("е я ю ем і ів ям ями ях")
_PLURAL = words("ів ей ам ами ах ям ями ях")
_SINGULAR_HARD, _SINGULAR_SOFT = words("а у і ою ом ові"), words("я ю ею ем еві ь")
_SURNAME_IN_V_N = words("а ої ій у ою им их ими")
_PEOPLE_IN_YN = words("и - ів ам ами ах")

_ADJECTIVE = re.compile("^(.+)(?:ий|(?<=[нт])ій|їй)$")
_ADJECTIVE_NOT_MASCULINE = re.compile("^(..+(?:[сцз]ьк|н|[оеє]в|ш|лив|ист|[ую]ч|[уі]л))(?:а|е|і)$")
_SURNAME = re.compile("^(.+(?:[оеєії]в|[иії]н))(а?)$")
_SURNAME_IN_OY = re.compile("^(.+)ой$")
_INFINITIVE = re.compile("^.+ти(?:ся|сь)?$")
# An infinitive or an adjective beyond doubt; кандидати and мати may be nouns.
_NO_NOUN = re.compile("ти(?:ся|сь)$|^..+(?:[иіїуюя]|[ую]ва)ти$|.ий$")

# ринок, українець, тиждень, корабель, майстер: the head, the vowel that drops out, the consonant after it.
_FLEETING = re.compile(
    f"^(?:(.*{_VOWEL}.*)([оеє])([кц])|(.*{_VOWEL}.*[бвпмшз])(е)(л)|(.*{_VOWEL}.*{_CONSONANT})(е)(н)|(.+ст)(е)(р))$"
)
_CLUSTER = re.compile(f"^(.*)({_CONSONANT})(ь?)([квмнлрц])$")
# A locative in -ці is of short nouns (бік, боці); політик has політику.
_SUFFIX_K = re.compile(f"{_VOWEL}.*[иі]к$")
# камінь, каменя; осінь, осені; ведмідь, ведмедя; річ, речі; Канів, Канева
_FROM_E = re.compile("(?:[квмпрс]ін|[тб]іж|жіл|[бм]ід|[ст]тіл|[уо]піл|папір|[прс]іч|[нлжчшщ]ів)$")
# The genitive in -и that the orthography of 2019 allows: незалежности, соли, осени. Not Білоруси: that is a people.
_GENITIVE_IN_Y = re.compile("[слрн]т$|(?:сол|осен)$")
# незалежність, Білорусь: masculine forms of the latter would be those of a people.
_SURELY_FEMININE = re.compile("..іст$|[рл]ус$")
# бій, спокій, настрій, but not водій: і goes back to о.
_MOVING_IOT = re.compile("(?:[бпв]і|кі|стрі|^крі|^рі|^лі|^гні)$")

_IRREGULAR = table("""
обідати обідаю обідає обідають
людина люди людей людям людьми людях|люди людей людям людьми людях
дитина діти дітей дітям дітьми дітях|діти дітей дітям дітьми дітях
дівчина дівчата дівчат дівчатам дівчатами дівчатах|мати матері матір матір'ю матерів матерям матерями матерях
ім'я імені іменем імена імен іменам іменами іменах|плем'я племені племенем племена племен племенам племенах
друг друзі друзів друзям друзями друзях|гість гостями гістьми|кінь кіньми|господь господа господу господом
око очі очей очам очима очах|вухо вуха вух вушам вушами|плече плечі плечей плечима|рік літ|війна воєн
гроші грошей грошам грішми грошима грошах|двері дверей дверям дверима дверми дверях|вівця овець
чудо чудеса чудес чудесам чудесами|небо небеса небес небесам небесами|гра ігри ігор іграм іграми іграх
тиждень тижня тижню тижневі тижнем тижні тижнів тижням тижнями тижнях
вогонь вогню вогнем вогні вогнів вогням вогнями вогнях
колір кольору кольором кольорі кольори кольорів кольорам кольорами кольорах
день дня дню днем дні днів дням днями днях|сон сну сном сні сни снів снам снами снах
лев лева леву левом леви левів|пес пса псу псом пси псів псам псами|шов шва шву швом шві шви швів
посол посла послу послові послом послі посли послів послам послами послах
орел орла орлу орлом орлі орли орлів орлам|вузол вузла вузлу вузлом вузлі вузли вузлів вузлам вузлами вузлах
котел котла котлу котлом котлі котли котлів|вітер вітру вітром вітрові вітрі вітри вітрів вітрам
хребет хребта хребту хребтом хребті хребти хребтів|цукор цукру цукром цукрі|четвер четверга четвергом четвергу
єгипет єгипту єгиптом єгипті|христос христа христу христові христом христі|ігор ігоря ігорю ігореві ігорем
кров крові кров'ю|хто кого кому ким|що чого чому чим
""")


def forms(word: str, *, name: bool) -> Iterator[str]:
    """All forms of a word in small letters; a name may be a surname, and has no singular where it is a plural."""
    yield word
    yield from _IRREGULAR.get(word, ())
    yield from adjective_forms(word)
    if _INFINITIVE.search(word):
        yield from ukrainian_verbs.forms(word)
    if not _NO_NOUN.search(word):
        yield from noun_forms(word)
        yield from () if name else singular_forms(word)
    if name:
        yield from surname_forms(word)


def adjective_forms(word: str) -> Iterator[str]:
    """Forms of an adjective given in the masculine, or in another gender where its suffix shows that it is one."""
    masculine = _ADJECTIVE.search(word)
    if masculine:
        yield from attach(masculine[1], _adjective_endings(word))
        if word.endswith("ний"):
            yield masculine[1][:-1] + "ен"
    elif word.endswith("нє"):
        yield from attach(word[:-1], _ADJECTIVE_SOFT)
    else:
        other = _ADJECTIVE_NOT_MASCULINE.search(word)
        yield from attach(other[1], _ADJECTIVE_HARD) if other else ()


def _adjective_endings(word: str) -> Iterable[str]:
    if word.endswith("їй"):
        return _ADJECTIVE_IOTATED
    return _ADJECTIVE_SOFT if word.endswith("ій") else _ADJECTIVE_HARD


def surname_forms(word: str) -> Iterator[str]:
    """Both genders and the plural of surnames in -ов, -ев, -ін, -ин (also given as -ова, -іна), and those in -ой."""
    found = _SURNAME.search(word)
    if found:
        yield from attach(found[1], _SURNAME_IN_V_N)
    found = _SURNAME_IN_OY.search(word)
    if found:
        yield from attach(found[1], _ADJECTIVE_HARD)


def noun_forms(word: str) -> Iterator[str]:
    """Forms of a noun given in the nominative."""
    for ending, decline in _DECLENSIONS:
        if word.endswith(ending):
            yield from decline(word[: -len(ending)])
            return
    if re.search(f"{_CONSONANT}$", word):
        yield from _in_consonant(word)


def singular_forms(word: str) -> Iterator[str]:
    """The singular of a noun that is given in the plural (ракети, солдати)."""
    if word.endswith("и"):
        yield from attach(word[:-1], _SINGULAR_HARD)
    elif word.endswith("і"):
        yield from attach(word[:-1], _SINGULAR_SOFT)


def _in_a(stem: str) -> Iterator[str]:
    yield from attach(stem, _FEMININE_HUSHING if stem.endswith(_HUSHING) else _FEMININE_HARD)
    yield softened(stem, _TO_SIBILANT) + "і"
    yield from bare(stem)


def _in_ya(stem: str) -> Iterator[str]:
    if not re.search(f"{_CONSONANT}$", stem):
        yield from attach(stem, _FEMININE_IOTATED)
        yield stem.removesuffix("'") + "ей"
        return
    yield from attach(stem, _FEMININE_SOFT)
    if stem[-2:-1] == stem[-1:] or stem.endswith("ст"):
        yield from attach(stem[:-1], ("", "ей") if stem.endswith(_HUSHING) else ("ь", "ей"))
    else:
        yield from (form + "ь" for form in bare(stem))


def _in_o(stem: str) -> Iterator[str]:
    yield from attach(stem, _NEUTER_HARD)
    yield softened(stem, _TO_SIBILANT) + "і"
    yield from bare(stem)
    if stem.endswith("к"):
        yield from attach(stem, ("и", "ів"))


def _in_soft_o(stem: str) -> Iterator[str]:
    return attach(stem, _MASCULINE_SOFT)


def _in_e(stem: str) -> Iterator[str]:
    hushing = stem.endswith(_HUSHING)
    yield from attach(stem, _NEUTER_HUSHING if hushing else _NEUTER_SOFT)
    for form in bare(stem):
        yield from (form,) if hushing else (form, form + "ь")


def _in_plural(stem: str) -> Iterator[str]:
    yield from attach(stem, _PLURAL)
    yield from bare(stem)


def _in_iotated_plural(stem: str) -> Iterator[str]:
    return attach(stem, _FEMININE_IOTATED)


def _in_soft_sign(stem: str) -> Iterator[str]:
    masculine = () if _SURELY_FEMININE.search(stem) else _oblique(stem)
    for oblique in masculine:
        yield from attach(oblique, _MASCULINE_SOFT)
        if stem.endswith("ц"):
            yield softened(oblique, _TO_HUSHING) + "е"
    for oblique in _opened(stem):
        yield from attach(oblique, _FEMININE_THIRD)
        if _GENITIVE_IN_Y.search(oblique):
            yield oblique + "и"
    yield from _instrumental(stem)


def _in_iot(stem: str) -> Iterator[str]:
    yield from attach(stem, _MASCULINE_IOTATED)
    if _MOVING_IOT.search(stem):
        yield from attach(last_vowel(stem, {"і": "о"}), _MASCULINE_IOTATED)


def _in_consonant(word: str) -> Iterator[str]:
    for stem in _oblique(word):
        if stem.endswith((*_HUSHING, "ар", "яр", "ир")):
            yield from attach(stem, _MASCULINE_HUSHING)
        if stem.endswith(("ар", "ир")):
            yield from attach(stem, _MASCULINE_SOFT)
        if not stem.endswith(_HUSHING):
            yield from attach(stem, _MASCULINE_HARD)
            yield softened(stem, _TO_HUSHING) + "е"
            yield (stem if _SUFFIX_K.search(stem) else softened(stem, _TO_SIBILANT)) + "і"
    if word.endswith((*_HUSHING, "ов")):
        yield from _instrumental(word)
        yield from attach(last_vowel(word, {"і": "о"}), ("і", "ей"))
    if word.endswith("ин"):
        yield from attach(word[:-2], _PEOPLE_IN_YN)


def _instrumental(stem: str) -> Iterator[str]:
    """Instrumental of the third declension: сіллю, радістю, любов'ю."""
    if re.search(f"{_VOWEL}[тдсзнлцчшжщ]$", stem):
        yield stem + stem[-1] + "ю"
    elif stem.endswith(("б", "п", "в", "м", "ф", "р")):
        yield stem + "'ю"
    yield stem + "ю"


def _oblique(stem: str) -> set[str]:
    """Stems before a vowel ending: the syllable opens, a fleeting vowel drops out."""
    return {dropped for form in _opened(stem) for dropped in _without_fleeting(form)}


def _opened(stem: str) -> set[str]:
    """The stem, and the stem with the о or е that і goes back to in an open syllable."""
    stems = {stem}
    if re.search(f"[іїо]{_CONSONANT}{{1,2}}$", stem):
        stems.add(last_vowel(stem, {"і": "о", "ї": "є"}))
    if _FROM_E.search(stem):
        stems.add(last_vowel(stem, {"і": "е"}))
    if re.search("лі[дт]$", stem):
        stems.add(last_vowel(stem, {"і": "ьо"}))
    return stems


def _without_fleeting(stem: str) -> Iterator[str]:
    """The stem itself, unless it ends in -ець after anything but a cluster in р, and the stem without the vowel."""
    found = _FLEETING.search(stem)
    if not found:
        yield stem
        return
    head, vowel, last = filter(None, found.groups())
    if last != "ц" or re.search(f"{_CONSONANT}р$", head):
        yield stem
    if vowel == "є":
        yield from (head + "й" + last, last_vowel(head, {"о": "і"}) + "й" + last)
    elif last == "ц" and head.endswith("ход"):
        yield last_vowel(head, {"о": "і"}) + last
    else:
        yield head + ("ь" if last == "ц" and head.endswith("л") else "") + last


def bare(stem: str) -> set[str]:
    """The stem without ending (genitive plural), with a fleeting vowel in a cluster, о and е closed to і."""
    stems = {stem}
    if re.search(f"[ое]{_CONSONANT}$", stem):
        stems.add(last_vowel(stem, {"о": "і", "е": "і"}))
    found = _CLUSTER.search(stem)
    if found:
        head, before, soft, last = found.groups()
        if before == "й":
            stems |= {head + "йо" + last, head + "є" + last}
        elif last == "к" or before in "кгх":
            stems.add(head + before + ("ьо" if soft else "о") + last)
        if last != "к" and before != "й":
            stems.add(head + before + "е" + last)
    return stems


_DECLENSIONS: tuple[tuple[str, Callable[[str], Iterator[str]]], ...] = (
    ("а", _in_a),
    ("я", _in_ya),
    ("ьо", _in_soft_o),
    ("о", _in_o),
    ("е", _in_e),
    ("и", _in_plural),
    ("і", _in_plural),
    ("ї", _in_iotated_plural),
    ("ь", _in_soft_sign),
    ("й", _in_iot),
)
