"""Belarusian: declension by rule, in the spelling of 2008 (the classical soft signs are removed before).

Unstressed о and э are written а, and ё and е before the stress я (вада, воды; сястра, сёстры), and the stress moves
within a paradigm. The dictionary form does not show where to, so both vowels are formed where it can move.
The part of speech is read off the ending of the dictionary form; where an ending belongs to several, all are formed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.matching.morphology import belarusian_verbs
from monitor.matching.morphology.stems import attach, last_vowel, softened, stressed, table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_VOWEL, _CONSONANT = "[аеёіоуыэюя]", "[бвгджзйклмнпрстўфхцчш]"
_VELAR = ("г", "к", "х")
_UNSTRESSED = {"о": "а", "ё": "я", "э": "а", "е": "я"}
# What a last consonant makes of the ending -е of the dative and locative.
_BEFORE_E = {
    "д": ("дзе",), "т": ("це",), "к": ("цы", "цэ"), "г": ("зе",), "х": ("се",),
    "р": ("ры",), "ж": ("жы",), "ч": ("чы",), "ш": ("шы",), "ц": ("цы",),
}  # fmt: skip
_OPENED = str.maketrans({"ў": "в", "й": ""})
_SOFT_DENTAL = {"т": "ц", "д": "дз"}

_ADJECTIVE_HARD = words("ы ага ога аму ому ым ая ай ой аю ою ую ае ое ыя ых ымі")
_ADJECTIVE_VELAR = words("і ага ога аму ому ім ая ай ой аю ою ую ае ое ія іх імі")
_ADJECTIVE_SOFT = words("і яга яму ім яя яй яю юю яе ія іх імі")
_MASCULINE_HARD = words("а у ам ом аў оў амі ах")
_MASCULINE_SOFT = words("я ю ем ём і яў ёў ей ям ямі ях")
_FEMININE_HARD = words("а у ай аю ой ою ам аў амі ах")
_FEMININE_SOFT = words("я і ю яй яю ёй ёю яў ёў ей ям ямі ях")
_FEMININE_THIRD = words("і ю яў ей ям ямі ях")
_NEUTER_HARD = words("о ом")
_NEUTER_SOFT = words("е ё я ю ем ём і яў ёў ей ям ямі ях")
_PLURAL = words("аў оў эй ам амі ах яў ёў ей ям ямі ях ь")
_PLURAL_SHIFTED, _PLURAL_SHIFTED_SOFT = words("аў оў ам амі ах"), words("і яў ёў ям ямі ях")
_SINGULAR_HARD, _SINGULAR_SOFT = words("а у ай ам ом"), words("я ю яй ем ь")
_SURNAME_IN_V_N = words("а ай ой у ы ым ых ымі")
_PEOPLE_IN_IN = words("е ы - аў ам амі ах")

_ADJECTIVE = re.compile("^(..+?)(?:ы|і|ая|яя|ае|яе|ое|(?<=[нвлш])ыя|(?<=[сц]к)ія|(?<=шн)ія)$")
_SOFT_ADJECTIVE = re.compile("(?:і|ія|яя|яе)$")
_SURNAME = re.compile("^(.+(?:[оаеёі][вў]|[іы]н))(а?)$")
_SURNAME_IN_OY = re.compile("^(.+)ой$")
_INFINITIVE = re.compile(".(?:ць|цца|ці|ціся|чы|чыся)$")
# An infinitive or an adjective beyond doubt.
_NO_NOUN = re.compile("(?:[аяіыуеэ]ць|цца|чыся|ціся|[^аеёійоуыэюяў]ны|[сц]кі|ая|яя|ае)$")

# рынак, беларусец, тыдзень, снежань, карабель, міністар: the head, the vowel that drops out, the consonant after it.
_FLEETING = re.compile(f"^(.*{_VOWEL}.*)(?:([аоеэё])([кц])|([еа])(н)|(?<=[бвпмшз])(е)(л)|(?<=т)(а)(р))$")
_CLUSTER = re.compile(f"^(.*)({_CONSONANT})(ь?)([квмнлрц])$")
# незалежнасць, Беларусь: masculine forms of a third declension would be many and wrong.
_SURELY_FEMININE = re.compile("..[аео]сц$|рус$")
# A town in -ск has no plural, which would be spelled like its adjective.
_TOWN = re.compile("[сц]к$")
_MOVING_O = re.compile("^[^аеёіоуыэюя]*о[^аеёіоуыэюя]+а[^аеёіоуыэюя]$")

_IRREGULAR = table("""
чалавек людзі людзей людзям людзьмі людзях|людзі людзей людзям людзьмі людзях
дзіця дзіцяці дзіцём дзеці дзяцей дзецям дзецьмі дзецях|дзіцё дзіцяці дзіцём дзеці дзяцей дзецям дзецьмі дзецях
дзеці дзяцей дзецям дзецьмі дзецях|дзяўчына дзяўчаты дзяўчат дзяўчатам дзяўчатамі дзяўчатах
імя імені іменем імёны імёнаў імёнам імёнамі імёнах|племя племені племенем плямёны плямёнаў плямёнам плямёнамі
сябар сябра сябру сябрам сябры сяброў сябрамі сябрах|маці мацеры матак маткам маткамі матках
госць госця гасцю гасцей гасцям гасцямі гасцях|конь каня каню канём кані коней коням конямі конях
дзень дня дню днём дні дзён днёў дням днямі днях|тыдзень тыдня тыдню тыднем тыдні тыдняў тыдням тыднямі тыднях
год гады гадоў гадам гадамі гадах гадох|сон сну сном сне сны сноў снам снамі снах|лоб лба лбу лбом лбе
леў льва льву львом льве львы львоў|пень пня пню пнём пні пнёў|лёд лёду лёдам лёдзе|рот рота роту ротам роце
рубель рубля рублю рублём рублі рублёў рублям рублямі рублях|агонь агню агнём агні агнёў агням агнямі агнях
кароль караля каралю каралём каралі каралёў каралям каралямі|вецер ветру ветрам ветры вятры вятроў
казёл казла казлу казлом казлы казлоў|арол арла арлу арлом арле арлы арлоў
пасол пасла паслу паслом пасле паслы паслоў паслам пасламі паслах
акно вокны вокнаў вокан вокнам вокнамі вокнах|вакно вокны вокнаў вокан вокнам вокнамі вокнах
вока вочы вачэй вачам вачыма вачамі вачах|вуха вушы вушэй вушам вушамі вушах|неба нябёсы нябёсаў
возера азёры азёр азёраў азёрам азёрамі азёрах|востраў астравы астравоў астравам астравамі астравах
вобласць абласцей абласцям абласцямі абласцях|памяць памяці памяццю|кроў крыві крывёй крывёю|любоў любові любоўю
сям'я сем'і сем'яў сямей сем'ям сем'ямі сем'ях|грошы грошай грашыма грашам грашамі грашах
войскі войскаў войскам войскамі войсках
падаць падаю падае падаюць падала|мець маю маеш мае маем маеце маюць маючы май майце
дзверы дзвярэй дзвярам дзвярыма дзвярамі дзвярах|хто каго каму кім|што чаго чаму чым
""")


def forms(word: str, *, name: bool) -> Iterator[str]:
    """All forms of a word in small letters; a name may be a surname, and has no singular where it is a plural."""
    yield word
    yield from _IRREGULAR.get(word, ())
    if name and _TOWN.search(word):
        yield from _town_forms(word)
        return
    yield from adjective_forms(word)
    if _INFINITIVE.search(word):
        yield from belarusian_verbs.forms(word)
    if not _NO_NOUN.search(word):
        yield from noun_forms(word)
        yield from () if name else singular_forms(word)
    if name:
        yield from surname_forms(word)


def _town_forms(word: str) -> Iterator[str]:
    return attach(word, ("а", "у", "ам"))


def adjective_forms(word: str) -> Iterator[str]:
    """Forms of an adjective given in any nominative: новы, новая, новае, новыя, with the comparative in -ей."""
    found = _ADJECTIVE.search(word)
    if not found:
        return
    stem = found[1]
    yield from attach(stem, _adjective_endings(word, stem))
    if word.endswith("ы"):
        yield from attach(stem, ("ей", "эй"))
    if word.endswith("ны"):
        yield stem[:-1] + "ен"


def _adjective_endings(word: str, stem: str) -> Iterable[str]:
    if stem.endswith(_VELAR):
        return _ADJECTIVE_VELAR
    return _ADJECTIVE_SOFT if _SOFT_ADJECTIVE.search(word) else _ADJECTIVE_HARD


def surname_forms(word: str) -> Iterator[str]:
    """Both genders and the plural of surnames in -оў, -аў, -ін, -ын (also given as -ова, -іна), and those in -ой."""
    found = _SURNAME.search(word)
    if found:
        yield from attach(_opened(found[1]), _SURNAME_IN_V_N)
    found = _SURNAME_IN_OY.search(word)
    if found:
        yield from attach(found[1], _ADJECTIVE_VELAR if found[1].endswith(_VELAR) else _ADJECTIVE_HARD)


def noun_forms(word: str) -> Iterator[str]:
    """Forms of a noun given in the nominative."""
    for ending, decline in _DECLENSIONS:
        if word.endswith(ending):
            yield from decline(word[: -len(ending)])
            return
    if re.search(f"{_CONSONANT}$", word):
        yield from _in_consonant(word)


def singular_forms(word: str) -> Iterator[str]:
    """The singular of a noun that is given in the plural (ракеты, санкцыі)."""
    if word.endswith(("ы", "гі", "кі", "хі")):
        yield from attach(word[:-1], _SINGULAR_HARD)
    elif word.endswith("і"):
        yield from attach(word[:-1], _SINGULAR_SOFT)


def _opened(stem: str) -> str:
    """The stem before a vowel: ў is в there."""
    return stem[:-1] + "в" if stem.endswith("ў") else stem


def _closed(stem: str) -> str:
    """The stem before a consonant or the end of the word: в after a vowel is ў there."""
    return re.sub(f"(?<={_VOWEL})в$", "ў", stem)


def _plural(stem: str) -> str:
    return stem + ("і" if stem.endswith(_VELAR) else "ы")


def _locative(stem: str) -> Iterator[str]:
    return attach(stem[:-1], _BEFORE_E.get(stem[-1:], (stem[-1:] + "е",)))


def _in_a(stem: str) -> Iterator[str]:
    yield from attach(stem, _FEMININE_HARD)
    yield from _locative(stem)
    for root in stressed(stem):
        yield _plural(root)
        yield from attach(root, _PLURAL_SHIFTED)
        yield from bare(root)


def _in_ya(stem: str) -> Iterator[str]:
    yield from attach(stem, _FEMININE_SOFT)
    if re.search(f"{_CONSONANT}$", stem):
        yield from (form + "ь" for form in bare(stem))
        for root in stressed(stem) - {stem}:
            yield from attach(root, _PLURAL_SHIFTED_SOFT)
    else:
        yield stem + "й"
        yield stem.removesuffix("'") + "ей"


def _in_o(stem: str) -> Iterator[str]:
    yield from attach(stem, _NEUTER_HARD)
    yield from _in_a(stem)


def _in_yo(stem: str) -> Iterator[str]:
    """A neuter in -ё (жыццё); радыё is not declined."""
    return _in_e(stem) if re.search(f"{_CONSONANT}$", stem) else iter(())


def _in_e(stem: str) -> Iterator[str]:
    yield from attach(stem, _NEUTER_SOFT)
    if stem[-2:-1] != stem[-1:]:
        yield from bare(stem)
        yield from attach(last_vowel(stem, {"о": "а"}), _PLURAL_SHIFTED_SOFT)


def _in_plural(stem: str) -> Iterator[str]:
    yield from attach(stem, _PLURAL)
    yield from bare(stem)
    if stem.endswith(("ы", "і")):
        yield stem + "й"


def _in_soft_sign(stem: str) -> Iterator[str]:
    yield _doubled(stem) + "ю"
    if _SURELY_FEMININE.search(stem):
        yield from attach(stem, _FEMININE_THIRD)
        return
    for oblique in _oblique(stem):
        yield from attach(oblique, _MASCULINE_SOFT)


def _doubled(stem: str) -> str:
    """The stem before the instrumental -ю: a single consonant after a vowel is doubled (соллю, меддзю, часцю)."""
    found = re.search(f"^(.*{_VOWEL})(дз|[лнсзцчжш])$", stem)
    return f"{found[1]}{found[2][0]}{found[2]}" if found else stem


def _in_iot(stem: str) -> Iterator[str]:
    yield stem + "й"
    for oblique in {stem, last_vowel(stem, _UNSTRESSED)}:
        yield from attach(oblique, _MASCULINE_SOFT)


def _in_consonant(word: str) -> Iterator[str]:
    for root in map(_opened, _oblique(word)):
        yield from attach(root, _MASCULINE_HARD)
        yield _plural(root)
        yield from () if root.endswith("к") else _locative(root)
    for root in map(_opened, _stressless(word)):
        yield from attach(root, _PLURAL_SHIFTED)
        yield _plural(root)
    if word.endswith(("ж", "ч", "ш")):
        yield from attach(word, (word[-1] + "у", "эй"))
    if word.endswith(("ін", "ын")):
        yield from attach(word[:-2], _PEOPLE_IN_IN)


def _stressless(word: str) -> Iterator[str]:
    """Roots of a plural whose stress is on the ending: лес, лясы; горад, гарады."""
    if _is_short(word):
        yield last_vowel(word, _UNSTRESSED)
    elif _MOVING_O.search(word):
        yield word.replace("о", "а")


def _is_short(stem: str) -> bool:
    return len(re.findall(_VOWEL, stem)) == 1


def _oblique(stem: str) -> set[str]:
    """Stems before a vowel ending: the stress may leave a short stem (стол, стала), a fleeting vowel drops out."""
    stems = {stem}
    if stem.endswith(("мен", "еж")):
        stems.add(last_vowel(stem, _UNSTRESSED))
    elif _is_short(stem):
        stems.add(last_vowel(stem, {"о": "а", "э": "а"}))
    return {dropped for form in stems for dropped in _without_fleeting(form)}


def _without_fleeting(stem: str) -> Iterator[str]:
    """The stem itself, unless it ends in -ец, and the stem without the vowel."""
    found = _FLEETING.search(stem)
    if not found:
        yield stem
        return
    head, vowel, last = filter(None, found.groups())
    if last != "ц":
        yield stem
    elif re.search(f"{_VOWEL}$", head):
        head += "й"
    elif head.endswith("л"):
        head += "ь"
    if last == "н" and vowel == "е":
        head = re.sub("дз$", "д", head)
    yield _closed(head) + last


def bare(stem: str) -> set[str]:
    """The stem without ending (genitive plural), with a fleeting vowel in a cluster."""
    stems = {_closed(stem)}
    found = _CLUSTER.search(stem)
    if found:
        head, before, soft, last = found.groups()
        root = head + before.translate(_OPENED)
        if last == "к":
            stems |= set(attach(root, ("ек", "ёк") if soft or before == "й" else ("ак", "ок")))
        else:
            stems |= {root + vowel + last for vowel in "ао"}
            stems |= {softened(root, _SOFT_DENTAL) + vowel + last for vowel in "её"}
    return stems


_DECLENSIONS: tuple[tuple[str, Callable[[str], Iterator[str]]], ...] = (
    ("а", _in_a),
    ("я", _in_ya),
    ("о", _in_o),
    ("ё", _in_yo),
    ("е", _in_e),
    ("ы", _in_plural),
    ("і", _in_plural),
    ("ь", _in_soft_sign),
    ("й", _in_iot),
)
