"""Belarusian: declension by rule, in the spelling of 2008 (classical soft signs are removed before).

Unstressed о and э are written а, unstressed ё and е before the stress я (вада, воды; сястра, сёстры), and the stress
moves within a paradigm. The spelling of the dictionary form does not show where to, so both vowels are formed there.
The part of speech is read off the ending of the dictionary form, and where an ending belongs to several, all are formed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.matching.morphology import belarusian_verbs
from monitor.matching.morphology.stems import attach, last_vowel, softened, stressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VOWELS = "аеёіоуыэюя"
_CONSONANT = "бвгджзйклмнпрстўфхцчш"
_VELAR = tuple("гкх")
_INFINITIVE = re.compile(".(?:ць|цца|ці|ціся|чы|чыся)$")
# An infinitive or an adjective beyond doubt.
_NO_NOUN = re.compile("(?:[аяіыуеэ]ць|цца|чыся|сціся|[^аеёіоуыэюяў]ны|[сц]кі)$")

# Before the ending -е (dative, locative): д and т turn to дз and ц, the velars to sibilants.
_BEFORE_E = {"д": "дзе", "т": "це", "к": "цы", "г": "зе", "х": "се", "р": "ры", "ж": "жы", "ч": "чы", "ш": "шы",
             "ц": "цы"}  # fmt: skip
_UNSTRESSED = {"о": "а", "ё": "я", "э": "а", "е": "я"}

_ADJECTIVE_HARD = words("ы ага ога аму ому ым ая ай ой аю ою ую ае ое ыя ых ымі")
_ADJECTIVE_VELAR = words("і ага ога аму ому ім ая ай ой аю ою ую ае ое ія іх імі")
_ADJECTIVE_SOFT = words("і яга яму ім яя яй яю юю яе ія іх імі")
_PLURAL_HARD, _PLURAL_SOFT = ("аў", "оў", "ам", "амі", "ах"), ("яў", "ёў", "ей", "ям", "ямі", "ях")
_MASCULINE_HARD = ("а", "у", "ам", "ом", "е", *_PLURAL_HARD)
_MASCULINE_SOFT = ("я", "ю", "ем", "ём", "і", *_PLURAL_SOFT)
_FEMININE_HARD = ("а", "у", "ай", "аю", "ой", "ою", *_PLURAL_HARD)
_FEMININE_SOFT = ("я", "і", "ю", "яй", "яю", "ёй", "ёю", "ям", *_PLURAL_SOFT)
_NEUTER_SOFT = ("е", "ё", "я", "ю", "ем", "ём", "і", *_PLURAL_SOFT)
_SURNAME_FEMININE = words("а ай ой у ы ым ых ымі")

_IRREGULAR = {
    "чалавек": "людзі людзей людзям людзьмі людзях",
    "людзі": "людзей людзям людзьмі людзях",
    "дзіця": "дзіцяці дзіцём дзеці дзяцей дзецям дзецьмі дзецях",
    "дзіцё": "дзіцяці дзіцём дзеці дзяцей дзецям дзецьмі дзецях",
    "дзеці": "дзяцей дзецям дзецьмі дзецях",
    "маці": "маткі матку маткай маткаю мацеры маці",
    "імя": "імені імені іменем імёны імёнаў імёнам імёнамі імёнах",
    "племя": "племені племенем плямёны плямёнаў плямёнам плямёнамі плямёнах",
    "полымя": "полымем полымю",
    "сябар": "сябра сябру сябрам сябры сяброў сябрамі сябрах",
    "сябра": "сябру сябрам сябры сяброў сябрамі сябрах",
    "брат": "браты братоў",
    "госць": "госця гасцю гасцей гасцям гасцямі гасцях",
    "конь": "каня каню канём кані коней коням конямі конях",
    "дзень": "дня дню днём дні дзён днёў дням днямі днях",
    "тыдзень": "тыдня тыдню тыднем тыдні тыдняў тыдням тыднямі тыднях",
    "сон": "сну сном сне сны сноў снам снамі снах",
    "лоб": "лба лбу лбом лбе",
    "рот": "рота роту ротам роце",
    "лёд": "лёду лёдам лёдзе",
    "леў": "льва льву львом",
    "пень": "пня пню пнём пні",
    "памяць": "памяці памяццю",
    "сям'я": "сем'і сем'яў сямей сем'ям сем'ямі сем'ях",
    "дзяўчына": "дзяўчаты дзяўчат дзяўчатам дзяўчатамі дзяўчатах",
    "казёл": "казла казлу казлом казле казлы казлоў",
    "арол": "арла арлу арлом арле арлы арлоў",
    "пасол": "пасла паслу паслом пасле паслы паслоў паслам пасламі паслах",
    "кароль": "караля каралю каралём каралі каралёў каралям каралямі каралях",
    "вецер": "ветру ветрам ветры вятры вятроў",
    "вакно": "вокны",
    "акно": "вокны вокан акон вокнаў вокнам вокнамі вокнах",
    "вока": "вочы вачэй вачам вачыма вачамі вачах",
    "вуха": "вушы вушэй вушам вушамі вушах",
    "неба": "нябёсы нябёсаў",
    "возера": "азёры азёр азёраў азёрам азёрамі азёрах",
    "востраў": "астравы астравоў астравам астравамі астравах",
    "вобласць": "абласцей абласцям абласцямі абласцях",
    "кроў": "крыві крывёй крывёю",
    "любоў": "любові любоўю",
    "грошы": "грошай грошаў грашыма грашамі грашах",
    "дзверы": "дзвярэй дзвярам дзвярыма дзвярамі дзвярах",
    "год": "гады гадоў гадам гадамі гадах",
    "рубель": "рубля рублю рублём рублі рублёў рублям рублямі рублях",
    "агонь": "агню агнём агні агнёў агням агнямі агнях",
    "вайна": "войнаў",
    "сястра": "сясцёр",
    "хто": "каго каму кім",
    "што": "чаго чаму чым",
}


def forms(word: str, name: bool) -> Iterable[str]:
    """All forms of a word in small letters; `name` adds the feminine and plural of a surname."""
    yield word
    yield from _IRREGULAR.get(word, "").split()
    yield from adjective_forms(word)
    if _INFINITIVE.search(word):
        yield from belarusian_verbs.forms(word)
    if not _NO_NOUN.search(word):
        yield from noun_forms(word)
    if name:
        yield from surname_forms(word)


def adjective_forms(word: str) -> Iterator[str]:
    """Forms of an adjective given in any nominative: новы, новая, новае, новыя."""
    found = re.search("^(..+?)(?:ы|і|ая|яя|ае|яе|ое|ыя|ія)$", word)
    if not found or re.search("ц[ыі]я$", word):
        return
    stem = found[1]
    if stem.endswith(_VELAR):
        yield from attach(stem, _ADJECTIVE_VELAR)
    elif re.search("(?:і|ія|яя|яе)$", word):
        yield from attach(stem, _ADJECTIVE_SOFT)
    else:
        yield from attach(stem, _ADJECTIVE_HARD)
    if word.endswith("ы"):
        yield from attach(stem, ("ей", "эй"))
    if word.endswith("ны"):
        yield stem[:-1] + "ен"


def surname_forms(word: str) -> Iterator[str]:
    """Feminine and plural of surnames in -оў, -аў, -еў, -ін, -ын, and oblique forms of feminine ones in -ова, -іна."""
    found = re.search("^(.+(?:[оаеёі][вў]|[іы]н))(а?)$", word)
    if found:
        yield from attach(re.sub("ў$", "в", found[1]), _SURNAME_FEMININE)


def noun_forms(word: str) -> Iterator[str]:
    """Forms of a noun given in the nominative, singular or plural."""
    for ending, decline in _DECLENSIONS.items():
        if word.endswith(ending):
            yield from decline(word[: -len(ending)])
            return
    if word[-1] in _CONSONANT:
        yield from _consonant(word)


def _hard_plural(stem: str) -> str:
    return stem + ("і" if stem.endswith(_VELAR) else "ы")


def before_e(stem: str) -> Iterator[str]:
    """Dative and locative in -е."""
    for last, changed in _BEFORE_E.items():
        if stem.endswith(last):
            yield stem[:-1] + changed
            if changed.endswith("цы"):
                yield stem[:-1] + "цэ"
            return
    yield stem + "е"


def _in_a(stem: str) -> Iterator[str]:
    yield from attach(stem, _FEMININE_HARD)
    yield _hard_plural(stem)
    yield from before_e(stem)
    yield from bare(stem)
    for root in stressed(stem) - {stem}:
        yield _hard_plural(root)
        yield from attach(root, ("ам", "амі", "ах", "аў"))
        yield from bare(root)


def _in_ya(stem: str) -> Iterator[str]:
    yield from attach(stem, _FEMININE_SOFT)
    if stem[-1:] in _CONSONANT:
        yield from (form + "ь" for form in bare(stem))
        yield from (root + "і" for root in (stressed(stem) - {stem}))
    else:
        yield from (stem + "й", stem.replace("'", "") + "ей") if stem.endswith("'") else (stem + "й",)


def _in_o(stem: str) -> Iterator[str]:
    yield from attach(stem, ("о", "а", "у", "ом", "ам", *_PLURAL_HARD))
    yield from _in_a(stem)


def _in_e(stem: str) -> Iterator[str]:
    yield from attach(stem, _NEUTER_SOFT)
    if stem[-2:-1] == stem[-1:]:
        return
    yield from bare(stem)
    yield from attach(last_vowel(stem, {"о": "а"}), ("і", *_PLURAL_SOFT))


def _in_plural(stem: str) -> Iterator[str]:
    yield from attach(stem, (*_PLURAL_HARD, *_PLURAL_SOFT))
    yield from bare(stem)
    yield stem + "ь"


def _in_soft_sign(stem: str) -> Iterator[str]:
    for oblique in _oblique(stem):
        yield from attach(oblique, _MASCULINE_SOFT)
    yield _doubled(stem) + "ю"


def _doubled(stem: str) -> str:
    """The stem before the instrumental -ю: a single consonant after a vowel is doubled (соллю, меддзю, часцю)."""
    found = re.search(f"^(.*[{_VOWELS}])(дз|[лнсзцчжш])$", stem)
    return f"{found[1]}{found[2][0]}{found[2]}" if found else stem


def _in_short_i(stem: str) -> Iterator[str]:
    for oblique in {stem, last_vowel(stem, _UNSTRESSED)}:
        yield from attach(oblique, (*_MASCULINE_SOFT, "й"))


def _consonant(word: str) -> Iterator[str]:
    for form in _oblique(word):
        stem = re.sub("ў$", "в", form)
        yield from attach(stem, _MASCULINE_HARD)
        yield _hard_plural(stem)
        yield from before_e(stem)
    yield from _plural_in_a(word)
    if word.endswith(("ж", "ч", "ш")):
        yield from attach(word, (word[-1] + "у", "ы", "эй"))
    if word.endswith(("ін", "ын")):
        yield from attach(word[:-2], ("е", "ы", "", "аў", "ам", "амі", "ах"))


def _plural_in_a(word: str) -> Iterator[str]:
    """Plural of горад, доктар, голас, whose stress moves to the ending and turns every о to а."""
    if re.search(f"^[^{_VOWELS}]*о[^{_VOWELS}]+а[^{_VOWELS}]$", word):
        root = word.replace("о", "а")
        yield _hard_plural(root)
        yield from attach(root, _PLURAL_HARD)


def _oblique(stem: str) -> set[str]:
    """Stems before a vowel ending: the stress may leave the stem, a fleeting vowel drops out."""
    stems = {stem}
    if len(re.findall(f"[{_VOWELS}]", stem)) == 1 or stem.endswith(("мен", "еж")):
        stems.add(last_vowel(stem, _UNSTRESSED))
    return {dropped for form in stems for dropped in _without_fleeting(form)}


# рынак, беларусец, тыдзень, снежань, ансамбель, міністар
_FLEETING = re.compile(f"^(.*[{_VOWELS}].*)(?:([аоеэё])([кц])|([еа])(н)|(?<=[бвпмшз])(е)(л)|(?<=т)(а)(р))$")


def _without_fleeting(stem: str) -> Iterator[str]:
    """The stem itself, unless it ends in -ец, and the stem without the vowel; в closes to ў."""
    found = _FLEETING.search(stem)
    if not found:
        yield stem
        return
    head, vowel, last = filter(None, found.groups())
    if last != "ц":
        yield stem
    if last == "ц" and head.endswith(tuple(_VOWELS)):
        head += "й"
    elif last == "ц" and head.endswith("л"):
        head += "ь"
    elif last == "н" and vowel == "е":
        head = re.sub("дз$", "д", head)
    yield re.sub(f"(?<=[{_VOWELS}])в$", "ў", head) + last


def bare(stem: str) -> set[str]:
    """The stem without ending (genitive plural), with a fleeting vowel in a cluster; в closes to ў."""
    stems = {re.sub(f"(?<=[{_VOWELS}])в$", "ў", stem)}
    found = re.search("^(.*)([бвгджзйклмнпрстўфхцчш])(ь?)([квмнлрц])$", stem)
    if found:
        head, before, soft, last = found.groups()
        open_ = head + before.translate(_OPENED)
        if last == "к":
            stems |= set(attach(open_, ("ек", "ёк") if soft or before == "й" else ("ак", "ок")))
        else:
            stems |= {open_ + vowel + last for vowel in "ао"}
            stems |= {softened(open_, _SOFT_DENTAL) + vowel + last for vowel in "её"}
    return stems


_OPENED = str.maketrans({"ў": "в", "й": ""})
_SOFT_DENTAL = {"т": "ц", "д": "дз"}

_DECLENSIONS = {
    "а": _in_a,
    "я": _in_ya,
    "о": _in_o,
    "ё": _in_e,
    "е": _in_e,
    "ы": _in_plural,
    "і": _in_plural,
    "ь": _in_soft_sign,
    "й": _in_short_i,
}
