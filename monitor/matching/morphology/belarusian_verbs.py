"""Belarusian verbs: present or simple future, past, imperative, adverbial participle, passive participle.

An infinitive does not always show its conjugation or the stressed vowel of its stem (рабіць, робіць); where it does
not, all that it allows are formed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.matching.morphology.stems import attach, below_prefix, iotated, last_vowel, stressed, table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_VOWELS = tuple("аеёіоуыэюя")
_HUSHING = ("ж", "ч", "ш", "р")
_FIRST = words("еш е ём ем яце еце уць учы і іце ь ьце")
_FIRST_HARD = words("эш аш э а ом ам эце аце уць учы ы ыце - це")
_FIRST_IOTATED = words("ю еш е ем ём еце яце юць ючы й йма йце")
_SECOND = words("іш іць ім іце яць ячы і ь ьце")
_SECOND_HARD = words("ыш ыць ым ыце аць ачы ы - це")
_SECOND_IOTATED = words("ю іш іць ім іце яць ячы й йце")
_IMPERATIVE_IOTATED = words("й йце")
_PAST, _PAST_OPEN, _PAST_CLOSED = words("ў ла ло лі ўшы"), words("ў ла ло лі ўшы"), words("- ла ло лі шы")
_PARTICIPLE = words("ы ага аму ым ая ай аю ую ае ыя ых ымі а")
_GO, _WENT = words("ду дзеш дзе дзем дзеце дуць дзі дзіце"), words("шоў шаў шла шло шлі шоўшы шаўшы")
_IOTATION = (
    ("здз", "здж"), ("дз", "дж"), ("сц", "шч"), ("ст", "шч"), ("ск", "шч"), ("д", "дж"), ("т", "ч"), ("ц", "ч"),
    ("з", "ж"), ("с", "ш"), ("к", "ч"), ("г", "ж"), ("х", "ш"), ("б", "бл"), ("п", "пл"), ("в", "ўл"), ("м", "мл"),
    ("ф", "фл"),
)  # fmt: skip
_ROUNDED, _RAISED, _REDUCED = {"а": "о", "я": "ё"}, {"а": "о", "я": "е"}, {"е": "я", "о": "а"}

_SHORT = words("біць віць піць ліць шыць мыць крыць рыць выць ныць гніць")
_WITH_T = (*_SHORT, "быць", "жыць")
_PREFIXES = words(
    "аб ад без вы да з за зы на над не неда пад па пера прад пра пры раз рас разы са с сы уз узы ува у ў а аб' ад' з'"
    " раз' пад' уз'"
)
# Before a cluster a prefix gets an а: адабраць. A short verb shows it in the present alone: адбіць, адаб'ю.
_LENGTHENED = words("аба ада нада пада раза са")
# The simple verbs whose present the infinitive hides; their prefixed verbs go with them.
_IRREGULAR = table("""
быць ёсць буду будзеш будзе будзем будзеце будуць будзь будзьма будзьце будучы
даць дам дасі дасць дадзім дасце дадуць дай дайце|есці ем ясі есць ядзім ясце ядуць ежце еў ела елі
хацець хачу хочаш хоча хочам хочаце хочуць|слаць шлю шлеш шле шлём шляце шлюць шлі шліце
браць бяру бярэш бярэ бяром бераце бярэце бяруць беручы бяры бярыце|праць пяру пярэш пярэ пяруць
драць дзяру дзярэш дзярэ дзяруць|зваць заву завеш заве завём завяце завуць|рваць рву рвеш рве рвём рвяце рвуць
ждаць жду ждзеш ждзе ждзём ждуць|гнаць ганю гоніш гоніць гонім гоніце гоняць гані ганіце
спаць сплю спіш спіць спім спіце спяць спі|стаць стану станеш стане станем станеце стануць стань станьце
узяць вазьму возьмеш возьме возьмем возьмеце возьмуць вазьмі вазьміце узята
ехаць еду едзеш едзе едзем едзеце едуць едучы едзь едзьце
ісці іду ідзеш ідзе ідзём ідзяце ідуць ідучы ідзі ідзіце ішоў ішла ішло ішлі ішоўшы
бегчы бягу бяжыш бяжыць бяжым бежыце бягуць бяжы|сесці сяду сядзеш сядзе сядзем сядзеце сядуць сядзь сядзьце
легчы лягу ляжаш ляжа ляжам лягуць ляж лёг лягла ляглі|магчы магу можаш можа можам можаце могуць мог
жыць жыву жывеш жыве жывём жывяце жывуць жывучы жыві|плыць плыву плывеш плыве плывём плывяце плывуць
церці тру трэш трэ труць цёр цёрла цёрлі|мерці мру мрэш мрэ мром мруць мёр мерла мерлі|перці пру прэш прэ пруць пёр
малоць мялю мелеш меле мелюць|расці расту расцеш расце расцём растуць рос расла расло раслі
клясці кляну клянеш кляне клянём клянуць кляў кляла клялі
""")


def forms(word: str) -> set[str]:
    """All forms of a verb given in the infinitive (-ць, -цца, -ці, -чы and their reflexives)."""
    base = re.sub("цца$", "ць", word).removesuffix("ся")
    active = {base, *_past(base), *_finite(base)}
    if base == word:
        return {*active, *_passive(base)}
    return {word, *map(_reflexive, active)}


def _reflexive(form: str) -> str:
    """The form with -ся, which after the third person is written -цца."""
    if form.endswith("ць"):
        return form[:-2] + "цца"
    return form + ("цца" if re.search("(?<!ц)[еэ]$|[жчшр]а$", form) else "ся")


def _finite(base: str) -> Iterator[str]:
    """Present or simple future and imperative: by rule, or as the simple verb below a prefix has them."""
    going = re.search("^(.*)(?:йсці|(?<=ы)сці)$", base)
    found = [*(_going(going[1]) if going else ()), *_irregular(base), *_short(base)]
    yield from found
    if not found:
        yield from _regular(base) if base.endswith("ць") else _of_consonant_stem(base)


def _going(prefix: str) -> Iterator[str]:
    """Forms of прайсці, выйсці, сысці."""
    for head in {prefix, last_vowel(prefix, _ROUNDED)}:
        for stem in (head, head + "й"):
            yield from attach(stem, _GO)
            yield from attach(stem, _WENT)


def _irregular(base: str) -> Iterator[str]:
    for prefix, simple in below_prefix(base, (*_PREFIXES, *_LENGTHENED)):
        if simple in _IRREGULAR:
            yield from attach(prefix, _IRREGULAR[simple])
            if prefix in _LENGTHENED:
                yield from attach("з" if prefix == "са" else prefix[:-1], _IRREGULAR[simple])


def _short(base: str) -> Iterator[str]:
    """Forms of біць, б'ю; ліць, лью; мыць, мыю."""
    for prefix, simple in below_prefix(base, _PREFIXES):
        if simple not in _SHORT:
            continue
        root = simple[:-2]
        yield from attach(prefix + root, _IMPERATIVE_IOTATED)
        if simple[0] in "бвпл" and simple != "выць":
            present = root[0] + ("ь" if root[0] == "л" else "'")
            yield from attach(prefix + present, _FIRST_IOTATED)
            if prefix + "а" in _LENGTHENED:
                yield from attach(prefix + "а" + present, _FIRST_IOTATED)
        else:
            yield from attach(prefix + root, _FIRST_IOTATED)


def _past(base: str) -> Iterator[str]:
    if base.endswith("ць"):
        stem = base[:-2]
        yield from attach(stem, _PAST)
        if stem.endswith("ну") and len(stem) > len("гну") + 1:
            yield from attach(stem[:-2], _PAST_CLOSED)
        return
    for root in _consonant_roots(base):
        for form in {root, last_vowel(root, {**_ROUNDED, "е": "ё"}), last_vowel(root, _REDUCED)}:
            yield from attach(form, _PAST_OPEN if form.endswith(_VOWELS) else _PAST_CLOSED)


def _consonant_roots(base: str) -> Iterator[str]:
    """Roots of verbs in -сці, -зці, -чы: нес-, вез-, ве(д)-, маг-, пек-."""
    if base.endswith("чы"):
        yield base[:-2] + ("" if base.endswith("гчы") else "к")
    elif base.endswith("сці"):
        yield from (base[:-2], base[:-3])
    else:
        yield base[:-2]


def _passive(base: str) -> Iterator[str]:
    for stem in _participle_stems(base):
        yield from attach(stem, _PARTICIPLE)


def _participle_stems(base: str) -> Iterator[str]:
    stem, root = base[:-2], base[:-3]
    if base.endswith("йсці"):
        yield last_vowel(base[:-3], _ROUNDED) + "дзен"
    elif not base.endswith("ць"):
        for last in _consonant_roots(base):
            yield from attach(last, ("дзен", "цен") if last.endswith(_VOWELS) else ("ен",))
            yield _with_en(last)
    elif stem.endswith("у") or any(simple in _WITH_T for _, simple in below_prefix(base, _PREFIXES)):
        yield stem + "т"
    elif stem.endswith("да"):
        yield from (stem + "н", stem + "дзен")
    elif stem.endswith(("а", "я")):
        yield stem + "н"
        if re.search("[зпнц]я$|[пз]ача$", stem):
            yield stem + "т"
    else:
        yield from {_with_en(form) for form in (root, last_vowel(root, _ROUNDED), last_vowel(root, _RAISED))}


def _with_en(root: str) -> str:
    changed = iotated(root, _IOTATION)
    return changed + ("ан" if changed.endswith(_HUSHING) else "ен")


def _regular(base: str) -> Iterator[str]:
    stem = base[:-2]
    for pattern, present in _PRESENTS:
        if pattern.search(stem):
            yield from present(stem)
            return


def _first(stem: str) -> Iterator[str]:
    yield stem + "у"
    yield from attach(stem, _FIRST_HARD if stem.endswith(_HUSHING) else _FIRST)


def _first_iotated(stem: str) -> Iterator[str]:
    return attach(stem, _FIRST_IOTATED)


def _second(root: str) -> Iterator[str]:
    changed = iotated(root, _IOTATION)
    yield changed + ("у" if changed.endswith(_HUSHING) else "ю")
    for stem in stressed(root):
        yield from attach(stem, _second_endings(stem))


def _second_endings(stem: str) -> tuple[str, ...]:
    if stem.endswith((*_VOWELS, "'")):
        return _SECOND_IOTATED
    return _SECOND_HARD if stem.endswith(_HUSHING) else _SECOND


def _in_ava(stem: str) -> Iterator[str]:
    """кіраваць, кірую; but даваць, даю and спяваць, спяваю."""
    yield from _first_iotated(stem[:-3] + ("ю" if stem[-3] == "я" else "у"))
    yield from _first_iotated(stem[:-2])
    yield from _first_iotated(stem)


def _in_a(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    root = stem[:-1]
    if root.endswith(("з", "с", "к", "т", "х", "п", "г")):
        for form in stressed(iotated(root, _IOTATION)):
            yield from _first(form)
    elif re.search("[пз]ач$", root):
        yield from _first(root + "н")
    elif root.endswith(("ж", "ч", "ш")):
        yield from (root + "у", *attach(root, _SECOND_HARD))


def _in_ya(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    root = stem[:-1]
    if root.endswith(_VOWELS):
        yield from _first_iotated(root)
        yield from attach(root, _SECOND_IOTATED)
    elif root.endswith("н"):
        for end in ("йм", "м") if root[:-1].endswith(_VOWELS) else ("ым", "дым"):
            yield from _first(root[:-1] + end)
    elif root.endswith("ц"):
        yield from _first(root[:-1] + "тн")


def _in_e(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    yield from _second(stem[:-1])


def _in_i(stem: str) -> Iterator[str]:
    return _second(stem[:-1])


def _in_nu(stem: str) -> Iterator[str]:
    yield stem
    for root in stressed(stem[:-2]):
        yield from attach(root + "н", _FIRST)


def _of_consonant_stem(base: str) -> Iterator[str]:
    for root in _consonant_roots(base):
        for form in {root, last_vowel(root, _REDUCED), last_vowel(root, _RAISED)}:
            if form.endswith(_VOWELS):
                yield from attach(form, ("ду", "дуць", "ту", "туць"))
                yield from attach(form + "дз", _FIRST)
                yield from attach(form + "ц", _FIRST)
            elif form.endswith(("г", "к")):
                yield from attach(form, ("у", "уць"))
                yield from attach(iotated(form, _IOTATION), _FIRST_HARD)
            else:
                yield from _first(form)


# The first pattern that fits the infinitive without -ць decides.
_PRESENTS: tuple[tuple[re.Pattern[str], Callable[[str], Iterator[str]]], ...] = tuple(
    (re.compile(pattern + "$"), present)
    for pattern, present in (
        ("[ая]ва", _in_ava),
        ("а", _in_a),
        ("я", _in_ya),
        ("ну", _in_nu),
        ("[еэ]", _in_e),
        ("[іы]", _in_i),
        ("[ую]", _first_iotated),
    )
)
