"""Belarusian verbs: present or simple future, past, imperative, adverbial participle, passive participle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.morphology.stems import attach, last_vowel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VOWELS = "аеёіоуыэюя"
_FIRST = "еш эш аш е э а ём ем ом ам еце эце аце яце уць учы".split()
_FIRST_IOTATED = "еш е ем ём еце яце юць ючы й йма йце".split()
_SECOND = "іш іць ім іце яць ячы і".split()
_SECOND_HARD = "ыш ыць ым ыце аць ачы ы".split()
_SECOND_IOTATED = "іш іць ім іце яць ячы й йце".split()
_PAST = "ў ла ло лі ўшы".split()
_PAST_CONSONANT = ("", *"ла ло лі шы".split())
_PARTICIPLE = "ы ага аму ым ая ай аю ую ае ыя ых ымі а".split()
_IOTATION = (
    ("здз", "здж"), ("дз", "дж"), ("сц", "шч"), ("ст", "шч"), ("ск", "шч"), ("д", "дж"), ("т", "ч"), ("ц", "ч"), ("з", "ж"),
    ("с", "ш"), ("к", "ч"), ("г", "ж"), ("х", "ш"), ("б", "бл"), ("п", "пл"), ("в", "ўл"), ("м", "мл"), ("ф", "фл"),
)  # fmt: skip
_STRESSED = ({}, {"а": "о", "я": "ё"}, {"а": "э", "я": "е"})

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
    simple = [(prefix, base[len(prefix) :]) for prefix in ("", *_PREFIXES) if base.startswith(prefix)]
    irregular = [(prefix, root) for prefix, root in simple if root in _IRREGULAR and (not prefix or root != "мець")]
    for prefix, root in irregular:
        yield from attach(prefix, _IRREGULAR[root].split())
    short = [(prefix, root) for prefix, root in simple if root in _SHORT]
    for prefix, root in short:
        yield from attach(prefix, _short(root))
    if irregular or short:
        return
    for present in _presents(base):
        yield present.first
        yield from attach(present.stem, present.endings)


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


def stressed(stem: str) -> set[str]:
    """The stem, and the stem with the vowel that its last syllable has under stress (рабі-ць, робі-ш)."""
    return {last_vowel(stem, vowels) for vowels in _STRESSED}


def _past(base: str) -> Iterator[str]:
    if base.endswith("ць"):
        stem = base[:-2]
        yield from attach(stem, _PAST)
        if stem.endswith("ну"):
            yield from attach(stem[:-2], _PAST_CONSONANT)
        if stem.endswith("е"):
            yield from attach(stem[:-1] + "я", ("ла", "ло"))
        if stem.endswith("я"):
            yield from attach(stem[:-1] + "е", ("лі",))
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
            if root[-1] in _VOWELS:
                yield from (root + "дзен", root + "цен")
            else:
                yield from (root + "ен", iotated(root) + "ан")
        return
    stem = base[:-2]
    if stem.endswith(("а", "я")):
        yield stem + "н"
        yield stem + "т"
    elif stem.endswith(("і", "ы")):
        root = stem[:-1]
        yield from (iotated(root) + "ан", iotated(root) + "ен", root + "ен", stem + "т")
        yield from (last_vowel(iotated(root), {"а": "о", "я": "ё"}) + end for end in ("ан", "ен"))
    elif stem.endswith(("е", "э")):
        yield from (stem[:-1] + "ен", iotated(stem[:-1]) + "ан", stem + "т")
    elif stem.endswith("у"):
        yield stem + "т"


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
    return Present(stem + "у", stem, (*_FIRST, "ы", "ыце", "і", "іце", ""))


def _first_iotated(stem: str) -> Present:
    return Present(stem + "ю", stem, _FIRST_IOTATED)


def _second(root: str) -> Iterator[Present]:
    changed = iotated(root)
    first = changed + ("у" if changed[-1:] in "жчшрц" else "ю")
    for stem in stressed(root):
        if stem[-1:] in _VOWELS + "'":
            yield Present(first, stem, _SECOND_IOTATED)
        elif stem[-1:] in "жчшр" or (stem[-1:] == "ц" and not stem.endswith("сц")):
            yield Present(first, stem, (*_SECOND_HARD, "", "це", *_SECOND))
        else:
            yield Present(first, stem, (*_SECOND, "ь", "ьце"))
        if changed.endswith("л") and not root.endswith("л"):
            yield Present(first, last_vowel(stem, {}), ("яць",))


def _avac(stem: str) -> Iterator[Present]:
    """-аваць, -яваць: кіраваць, кірую; planned as -ую, -юю."""
    yield _first_iotated(stem[:-3] + ("ю" if stem[-3] == "я" else "у"))
    yield _first_iotated(stem[:-2])
    yield _first_iotated(stem)


def _ac(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    root = stem[:-1]
    changed = iotated(root)
    if stem.endswith("а") and changed != root:
        for form in stressed(changed):
            yield _first(form)
    if stem.endswith("а") and root[-1:] in "жчшр":
        yield from _second(root)
    if stem.endswith("ча"):
        yield _first(root + "н")


def _yac(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    root = stem[:-1]
    if root[-1:] in _VOWELS:
        yield _first_iotated(root)
        yield from _second(root)
    if stem.endswith("ня"):
        for end in ("ім", "м"):
            yield _first(stem[:-2] + end)
        yield _first(stem[:-2] + "нім")
    if stem.endswith("ця"):
        yield _first(stem[:-2] + "тн")


def _ec(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    yield from _second(stem[:-1])


def _ic(stem: str) -> Iterator[Present]:
    yield from _second(stem[:-1])


def _nuc(stem: str) -> Iterator[Present]:
    for root in stressed(stem[:-2]):
        yield Present(stem, root + "н", (*_FIRST, "і", "іце", "ь", "ьце"))


def _consonant_stem(base: str) -> Iterator[Present]:
    for root in _consonant_roots(base):
        for form in {root, last_vowel(root, {"е": "я", "о": "а"}), last_vowel(root, {"а": "о", "я": "е"})}:
            if form[-1] in _VOWELS:
                yield Present(form + "ду", form + "дз", (*_FIRST, "і", "іце"))
                yield Present(form + "дуць", form + "ц", (*_FIRST, "і", "іце"))
                yield Present(form + "ту", form + "т", ("уць",))
            elif form[-1] in "гк":
                yield Present(form + "у", iotated(form), (*_FIRST, "ы", "ыце"))
                yield Present(form + "уць", form, ("і", "іце"))
            else:
                yield Present(form + "у", form, (*_FIRST, "і", "іце"))


_CLASSES = (
    ("[аяоў]ва$", _avac),
    ("а$", _ac),
    ("я$", _yac),
    ("ну$", _nuc),
    ("[еэ]$", _ec),
    ("[іы]$", _ic),
    ("у$", lambda stem: iter([_first_iotated(stem)])),
)
