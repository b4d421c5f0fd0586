"""Belarusian verbs: present or simple future, past, imperative, adverbial participle, passive participle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.morphology.stems import attach, last_vowel, stressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VOWELS = "аеёіоуыэюя"
_FIRST_HUSHING = words("- эш аш э а ом ам эце аце уць учы ы ыце це")
_FIRST = words("еш е ём ем яце еце уць учы і іце ь ьце")
_FIRST_IOTATED = words("еш е ем ём еце яце юць ючы й йма йце")
_SECOND = words("іш іць ім іце яць ячы і")
_SECOND_HARD = words("ыш ыць ым ыце аць ачы ы")
_SECOND_IOTATED = words("іш іць ім іце яць ячы й йце")
_PAST = words("ў ла ло лі ўшы")
_PAST_CONSONANT = words("- ла ло лі шы")
_PARTICIPLE = words("ы ага аму ым ая ай аю ую ае ыя ых ымі а")
_IOTATION = (
    ("здз", "здж"), ("дз", "дж"), ("сц", "шч"), ("ст", "шч"), ("ск", "шч"), ("д", "дж"), ("т", "ч"), ("ц", "ч"), ("з", "ж"),
    ("с", "ш"), ("к", "ч"), ("г", "ж"), ("х", "ш"), ("б", "бл"), ("п", "пл"), ("в", "ўл"), ("м", "мл"), ("ф", "фл"),
)  # fmt: skip

_IRREGULAR = {
    "быць": "ёсць ёсьць буду будзеш будзе будзем будзеце будуць будзь будзьма будзьце будучы",
    "даць": "дам дасі дасць дадзім дасце дадуць дай дайце",
    "есці": "ем ясі есць ядзім ясце ядуць ежце еў ела елі ядучы",
    "хацець": "хачу хочаш хоча хочам хочаце хочуць",
    "мець": "маю маеш мае маем маеце маюць маючы май майце",
    "слаць": "шлю шлеш шле шлём шляце шлюць шлі",
    "браць": "бяру бярэш бярэ бяром бераце берацё бяруць беручы бяры бярыце",
    "праць": "пяру пярэш пярэ пяруць",
    "драць": "дзяру дзярэш дзярэ дзяруць",
    "зваць": "заву завеш заве завём завяце завуць",
    "рваць": "рву рвеш рве рвём рвяце рвуць",
    "ждаць": "жду ждзеш ждзе ждзём ждуць",
    "гнаць": "ганю гоніш гоніць гонім гоніце гоняць гоніць гані ганіце",
    "спаць": "сплю спіш спіць спім спіце спяць спі",
    "стаць": "стану станеш стане станем станеце стануць стань станьце",
    "ўзяць": "вазьму возьмеш возьме возьмем возьмеце возьмуць вазьмі вазьміце ўзяты",
    "узяць": "вазьму возьмеш возьме возьмем возьмеце возьмуць вазьмі вазьміце",
    "ехаць": "еду едзеш едзе едзем едзеце едуць едучы едзь едзьце",
    "ісці": "іду ідзеш ідзе ідзём ідзяце ідуць ідучы ідзі ідзіце ішоў ішла ішло ішлі ішоўшы",
    "бегчы": "бягу бяжыш бяжыць бяжым бежыце бягуць бяжы бег бегла беглі",
    "сесці": "сяду сядзеш сядзе сядзем сядзеце сядуць сядзь сядзьце сеў села селі",
    "легчы": "лягу ляжаш ляжа ляжам лягуць ляж лёг лягла ляглі",
    "магчы": "магу можаш можа можам можаце могуць магла магло маглі мог",
    "жыць": "жыву жывеш жыве жывём жывяце жывуць жывучы жыві",
    "плыць": "плыву плывеш плыве плывём плывуць",
    "церці": "тру трэш трэ труць цёр цёрла цёрлі",
    "мерці": "мру мрэш мрэ мром мруць мёр мерла мерлі",
    "перці": "пру прэш прэ пруць пёр пёрла",
    "малоць": "мялю мелеш меле мелюць",
    "расці": "расту расцеш расце расцём растуць рос расла расло раслі",
    "клясці": "кляну клянеш кляне клянём клянуць кляў кляла клялі",
}
_SHORT = frozenset("біць віць піць ліць шыць мыць крыць рыць выць ныць гніць".split())
# Before a cluster these prefixes get an а, which the infinitive of a short verb does not show: адбіць, адаб'ю.
_LENGTHENED = frozenset(("аба", "ада", "нада", "пада", "раза", "са"))
_WITH_T = _SHORT | {"быць", "жыць"}
_PREFIXES = (
    "аб", "аба", "ад", "ада", "без", "вы", "да", "з", "за", "зы", "на", "над", "нада", "не", "неда", "пад", "пада", "па",
    "пера", "пра", "пры", "раз", "рас", "разы", "с", "са", "сы", "у", "ў", "ува", "уз", "узы", "а", "аб'", "ад'", "з'", "раз'",
    "пад'", "уз'",
)  # fmt: skip


class Present(NamedTuple):
    """One way to form the present: the first person singular, the stem and the endings of the rest."""

    first: str
    stem: str
    endings: Iterable[str]


def forms(word: str) -> Iterable[str]:
    """All forms of a verb given in the infinitive (-ць, -цца, -ці, -чы and their reflexives)."""
    base, reflexive = _without_reflexive(word)
    active = {base, *_past(base), *_finite(base)}
    if reflexive:
        return {word, *(_reflexive(form) for form in active)}
    return {*active, *_passive(base)}


def _without_reflexive(word: str) -> tuple[str, bool]:
    if word.endswith("цца"):
        return word[:-3] + "ць", True
    if word.endswith("ся"):
        return word[:-2], True
    return word, False


def _reflexive(form: str) -> str:
    """The form with -ся, which is written -цца after -ць and -ться of the third person."""
    if form.endswith("ць"):
        return form[:-2] + "цца"
    return form + ("цца" if re.search("(?<!ц)[еэ]$|[жчшр]а$", form) else "ся")


def _finite(base: str) -> Iterator[str]:
    going = re.search("^(.*)(?:йсці|(?<=ы)сці)$", base)
    if going:
        yield from _going(going[1])
        return
    simple = list(_below_prefix(base))
    irregular = [(prefix, root) for prefix, root in simple if root in _IRREGULAR and (not prefix or root != "мець")]
    for prefix, root in irregular:
        yield from attach(prefix, _IRREGULAR[root].split())
    short = [(prefix, root) for prefix, root in simple if root in _SHORT and prefix not in _LENGTHENED]
    for prefix, root in short:
        yield from attach(prefix, _short(root))
        if prefix + "а" in _LENGTHENED:
            yield from attach(prefix + "а", _short(root))
    if irregular or short:
        return
    for present in _presents(base):
        yield present.first
        yield from attach(present.stem, present.endings)


def _below_prefix(base: str) -> Iterator[tuple[str, str]]:
    """Every way to take a prefix off a verb, none among them."""
    return ((prefix, base[len(prefix) :]) for prefix in ("", *_PREFIXES) if base.startswith(prefix))


def _going(prefix: str) -> Iterator[str]:
    """Forms of прайсці, выйсці, сысці."""
    for head in {prefix, last_vowel(prefix, {"а": "о"})}:
        for stem in (head + "й", head):
            yield from attach(stem, ("ду", "дзеш", "дзе", "дзем", "дзеце", "дуць", "дзі", "дзіце", "дзены"))
            yield from attach(stem, ("шоў", "шаў", "шла", "шло", "шлі", "шоўшы", "шаўшы"))


def _short(root: str) -> Iterator[str]:
    """Present of біць, ліць, мыць: б'ю, лью, мыю."""
    yield from attach(root[:-2], ("й", "йце"))
    if root[0] in "бвп":
        stem = root[0] + "'"
    elif root.startswith("лі"):
        stem = "ль"
    else:
        stem = re.sub("ы$", "ы", root[:-2])
    yield from attach(stem, ("ю", *_FIRST_IOTATED[:7]))
    if root.startswith(("мы", "кры", "ры", "вы", "ны")):
        yield from attach(root[:-3] + "ы", ("ю", *_FIRST_IOTATED[:7]))


def iotated(stem: str) -> str:
    """The stem before the old j: хадзі-ць, хадж-у; рабі-ць, рабл-ю."""
    for before, after in _IOTATION:
        if stem.endswith(before):
            return stem.removesuffix(before) + after
    return stem


def _past(base: str) -> Iterator[str]:
    if base.endswith("ць"):
        stem = base[:-2]
        yield from attach(stem, _PAST)
        if stem.endswith("ну"):
            yield from attach(stem[:-2], _PAST_CONSONANT)
        return
    for root in _consonant_roots(base):
        for form in {root, last_vowel(root, {"е": "ё", "а": "о", "я": "ё"}), last_vowel(root, {"е": "я", "о": "а"})}:
            yield from attach(form, _PAST_CONSONANT if form[-1] not in _VOWELS else _PAST)


def _consonant_roots(base: str) -> Iterator[str]:
    """Roots of verbs in -сці, -зці, -чы: нес-, вез-, ве(д)-, маг-, пек-."""
    if base.endswith("чы"):
        head = base[:-2]
        yield head if head.endswith("г") else head + "к"
    elif base.endswith("сці"):
        yield from (base[:-3] + "с", base[:-3])
    elif base.endswith("зці"):
        yield base[:-3] + "з"
    elif base.endswith("ці"):
        yield base[:-2]


def _passive(base: str) -> Iterator[str]:
    for stem in _participle_stems(base):
        yield from attach(stem, _PARTICIPLE)


def _participle_stems(base: str) -> Iterator[str]:
    if not base.endswith("ць"):
        for root in _consonant_roots(base):
            yield from attach(root, ("дзен", "цен")) if root[-1] in _VOWELS else (_with_en(root), root + "ен")
        return
    stem, root = base[:-2], base[:-3]
    if stem.endswith("у") or _has_t(base):
        yield stem + "т"
    elif stem.endswith(("а", "я")):
        yield stem + "н"
        if re.search("[нцп]я$|[пз]ача$", stem):
            yield stem + "т"
    else:
        yield from {_with_en(form) for form in (root, *_rounded(root))}


def _has_t(base: str) -> bool:
    return any(root in _WITH_T and prefix not in _LENGTHENED for prefix, root in _below_prefix(base))


def _rounded(root: str) -> Iterator[str]:
    yield last_vowel(root, {"а": "о", "я": "ё"})
    yield last_vowel(root, {"я": "е"})


def _with_en(root: str) -> str:
    changed = iotated(root)
    return changed + ("ан" if changed[-1:] in "жчшр" else "ен")


def _presents(base: str) -> Iterator[Present]:
    """Every present that an infinitive allows; more than one where the infinitive does not tell."""
    if not base.endswith("ць"):
        yield from _consonant_stem(base)
        return
    stem = base[:-2]
    for pattern, make in _CLASSES:
        if re.search(pattern, stem):
            yield from make(stem)
            return


def _first(stem: str) -> Present:
    return Present(stem + "у", stem, _FIRST_HUSHING if stem[-1:] in "жчшцр" else _FIRST)


def _first_iotated(stem: str) -> Present:
    return Present(stem + "ю", stem, _FIRST_IOTATED)


def _second(root: str) -> Iterator[Present]:
    changed = iotated(root)
    first = changed + ("у" if changed[-1:] in "жчшр" else "ю")
    for stem in stressed(root):
        if stem[-1:] in _VOWELS + "'":
            yield Present(first, stem, _SECOND_IOTATED)
        elif stem[-1:] in "жчшр":
            yield Present(first, stem, (*_SECOND_HARD, "", "це"))
        else:
            yield Present(first, stem, (*_SECOND, "ь", "ьце"))


def _avac(stem: str) -> Iterator[Present]:
    """-аваць, -яваць: кіраваць, кірую; but даваць, даю and спяваць, спяваю."""
    yield _first_iotated(stem[:-3] + ("ю" if stem[-3] == "я" else "у"))
    yield _first_iotated(stem[:-2])
    yield _first_iotated(stem)


def _ac(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    root = stem[:-1]
    if root[-1:] in "зсктхпг":
        for form in stressed(iotated(root)):
            yield _first(form)
    elif re.search("[пз]ача$", stem):
        yield _first(root + "н")
    elif root[-1:] in "жчш":
        changed = iotated(root)
        yield Present(changed + "у", root, (*_SECOND_HARD, ""))


def _yac(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    root = stem[:-1]
    if root[-1:] in _VOWELS:
        yield _first_iotated(root)
        yield Present(root + "ю", root, _SECOND_IOTATED)
    if stem.endswith("ня"):
        yield from (_first(stem[:-2] + end) for end in (("йм", "м") if stem[-3:-2] in _VOWELS else ("ым", "дым")))
    if stem.endswith("ця"):
        yield _first(stem[:-2] + "тн")


def _ec(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    yield from _second(stem[:-1])


def _ic(stem: str) -> Iterator[Present]:
    yield from _second(stem[:-1])


def _nuc(stem: str) -> Iterator[Present]:
    for root in stressed(stem[:-2]):
        yield Present(stem, root + "н", _FIRST)


def _consonant_stem(base: str) -> Iterator[Present]:
    for root in _consonant_roots(base):
        for form in {root, last_vowel(root, {"е": "я", "о": "а"}), last_vowel(root, {"а": "о", "я": "е"})}:
            if form[-1] in _VOWELS:
                yield Present(form + "ду", form + "дз", _FIRST)
                yield Present(form + "дуць", form + "ц", _FIRST)
                yield Present(form + "ту", form + "т", ("уць",))
            elif form[-1] in "гк":
                yield Present(form + "у", iotated(form), _FIRST_HUSHING)
                yield Present(form + "уць", form, ("і", "іце"))
            else:
                yield Present(form + "у", form, _FIRST)


_CLASSES = (
    ("[ая]ва$", _avac),
    ("а$", _ac),
    ("я$", _yac),
    ("ну$", _nuc),
    ("[еэ]$", _ec),
    ("[іы]$", _ic),
    ("у$", lambda stem: iter([_first_iotated(stem)])),
)
