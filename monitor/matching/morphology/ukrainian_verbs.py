"""Ukrainian verbs: present or simple future, past, imperative, synthetic future, adverbial participle, -но and -то.

An infinitive does not always show its conjugation; where it does not, all that it allows are formed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.matching.morphology.stems import attach, below_prefix, iotated, last_vowel, table, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_VOWELS = tuple("аеєиіїоуюя")
_HUSHING = ("ж", "ч", "ш", "щ")
_FIRST = words("у еш е емо ем ете уть учи и імо ім іть")
_FIRST_IOTATED = words("ю єш є ємо єм єте ють ючи й ймо йте")
_SECOND = words("иш ить имо им ите ять ячи и імо ім іть ь ьмо ьте")
_SECOND_HUSHING = words("иш ить имо им ите ать ачи и імо ім іть - мо те")
_SECOND_IN_A = words("иш ить имо им ите ать ачи и імо ім іть")
_SECOND_LABIAL = words("иш ить имо им ите лять лячи и імо ім іть - мо те")
_SECOND_IOTATED = words("ю їш їть їмо їм їте ять ячи й ймо йте")
_IMPERATIVE_IOTATED, _IMPERATIVE_SOFT, _IMPERATIVE_HARD = words("й ймо йте"), words("ь ьмо ьте"), words("- мо те")
_PAST, _PAST_OPEN = words("в ла ло ли вши"), words("ла ло ли")
_WENT = words("шов шла шло шли шовши")
_FUTURE = words("му меш ме мемо мем мете муть")
_IOTATION = (
    ("зд", "ждж"), ("ст", "щ"), ("ск", "щ"), ("д", "дж"), ("т", "ч"), ("з", "ж"), ("с", "ш"), ("к", "ч"), ("г", "ж"),
    ("х", "ш"), ("б", "бл"), ("п", "пл"), ("в", "вл"), ("м", "мл"), ("ф", "фл"),
)  # fmt: skip

_SHORT = words("бити вити пити лити мити шити крити рити нити гнити")
_PREFIXES = words(
    "недо пере перед поза роз розі між над наді від віді під піді при про без ви до за зав зі із ізі на не об обі по"
    " пов з' від' об' роз' під' у уві в вві з с о"
)
# The simple verbs whose present the infinitive hides; their prefixed verbs go with them.
_IRREGULAR = table("""
дати дам даси дасть дамо дасте дадуть дай дайте дано
їсти їм їси їсть їмо їсте їдять їж їжте їв їла їло їли їдено
бути є єсть буду будеш буде будемо будете будуть будь будьмо будьте будучи
стати стану станеш стане станемо станете стануть стань станьте|дістати дістану дістанеш дістане дістанемо дістануть
взяти візьму візьмеш візьме візьмемо візьмете візьмуть візьми візьміть взято
хотіти хочу хочеш хоче хочемо хочете хочуть
мати маю маєш має маємо маєте мають маючи май майте|слати шлю шлеш шле шлемо шлете шлють шли шліть
брати беру береш бере беремо берете беруть беручи бери беріть|прати перу переш пере перемо перете перуть
звати зву звеш зве звемо звете звуть звучи зви|рвати рву рвеш рве рвемо рвете рвуть рви
ждати жду ждеш жде ждемо ждете ждуть жди|гнати жену женеш жене женемо женете женуть жени
спати сплю спиш спить спимо спите сплять спи спіть|стогнати стогну стогнеш стогне стогнемо стогнуть
бігти біжу біжиш біжить біжимо біжите біжать біжи біжіть|їхати їду їдеш їде їдемо їдете їдуть їдучи їдь їдьте
піти піду підеш піде підемо підете підуть піди підіть пішов пішла пішло пішли пішовши
зустріти зустріну зустрінеш зустріне зустрінемо зустрінете зустрінуть зустрінь зустріньте
сісти сяду сядеш сяде сядемо сядете сядуть сядь сядьте|лягти ляжу ляжеш ляже ляжемо ляжете ляжуть ляж ліг
повісти повім повіси повість повімо повісте повідять повів|рости росту ростеш росте ростемо ростете ростуть ріс
жити живу живеш живе живемо живете живуть живучи живи живіть|пливти пливу пливеш пливе пливемо пливете пливуть
молоти мелю мелеш меле мелемо мелете мелють|терти тру треш тре тремо трете труть тер|мерти мру мреш мре мруть мер
перти пру преш пре пруть пер|дерти деру дереш дере деруть дер|дути дму дмеш дме дмуть
""")


def forms(word: str) -> set[str]:
    """All forms of a verb given in the infinitive (-ти, -тися, -тись)."""
    base = re.sub("(?:ся|сь)$", "", word)
    stem = base[:-2]
    active = {base, stem + "ть", *attach(base, _FUTURE), *_past(stem), *_impersonal(stem), *_finite(base)}
    if base == word:
        return active
    return {form + ending for form in active for ending in _reflexive(form)}


def _reflexive(form: str) -> Iterable[str]:
    """Endings of the reflexive: the third person singular puts -ть before it (сміється)."""
    if form.endswith(("е", "є")) and not form.endswith("те"):
        return ("ться", "ся")
    return ("ся", "сь") if form.endswith((*_VOWELS, "в")) else ("ся",)


def _finite(base: str) -> Iterator[str]:
    """Present or simple future and imperative: by rule, or as the simple verb below a prefix has them."""
    found = [*_irregular(base), *_short(base)]
    yield from found
    if not found:
        yield from _regular(base[:-2])


def _irregular(base: str) -> Iterator[str]:
    known = "бути" if base.endswith("бути") else ""
    for prefix, simple in (*below_prefix(base, _PREFIXES), (base.removesuffix("бути"), known)):
        if simple in _IRREGULAR:
            yield from attach(prefix, _IRREGULAR[simple])
            yield from attach(prefix.removesuffix("і"), _IRREGULAR[simple])


def _short(base: str) -> Iterator[str]:
    """бити, б'ю; лити, ллю; мити, мию. A closed prefix gets an і before a cluster: розбити, розіб'ю."""
    for prefix, simple in below_prefix(base, _PREFIXES):
        if simple not in _SHORT:
            continue
        root = simple[:-2]
        yield from attach(prefix + root, _IMPERATIVE_IOTATED)
        if simple[0] in "кмшрнг":
            yield from attach(prefix + root, _FIRST_IOTATED)
            continue
        present = root[0] + ("л" if simple == "лити" else "'")
        yield from attach(prefix + present, _FIRST_IOTATED)
        if prefix.endswith(("б", "д", "в", "з")):
            yield from attach(prefix + "і" + present, _FIRST_IOTATED)


def _past(stem: str) -> Iterator[str]:
    if stem == "і":
        yield from (*attach("й", _WENT), *attach("і", _WENT))
    elif stem.endswith("ер"):
        yield from (stem, *attach(stem, _PAST_OPEN), stem + "ши")
    elif stem.endswith(_VOWELS):
        yield from attach(stem, _PAST)
        if stem.endswith("ну") and len(stem) > len("гну") + 1:
            yield from _past(stem[:-2])
    elif stem.endswith("й"):
        yield from attach(stem, _WENT)
    else:
        for root in {stem, stem.removesuffix("с")}:
            masculine = root + ("в" if root.endswith(_VOWELS) else "")
            for form in {masculine, last_vowel(masculine, {"о": "і", "е": "і", "я": "і"})}:
                yield from (form, form + "ши")
            yield from attach(root, _PAST_OPEN)


def _impersonal(stem: str) -> Iterator[str]:
    """The forms in -но and -то: зроблено, відкрито."""
    if stem.endswith(("а", "я")):
        yield stem + "но"
        yield from _from_uvaty(stem)
        if stem.endswith(("ня", "ча", "тя", "'я")):
            yield stem + "то"
    elif stem.endswith("ну"):
        yield from (stem + "то", stem[:-1] + "ено")
    elif stem.endswith(("и", "і", "ї")):
        yield iotated(stem[:-1], _IOTATION) + "ено"
        if re.search("(?:[бвпл]|м|ш|р|ж)и$", stem):
            yield stem + "то"
    elif stem.endswith("с"):
        yield from attach(stem[:-1], ("дено", "тено", "сено"))
    else:
        yield from (iotated(stem, _IOTATION) + "ено", stem + "ено", stem + "то")


def _from_uvaty(stem: str) -> Iterator[str]:
    """Заплановано, змальовано, опрацьовано, ініційовано."""
    if stem.endswith("ува"):
        yield stem[:-3] + "овано"
    elif stem.endswith("юва"):
        yield stem[:-3] + ("й" if stem[:-3].endswith(_VOWELS) else "ь") + "овано"


def _regular(stem: str) -> Iterator[str]:
    for pattern, present in _PRESENTS:
        if pattern.search(stem):
            yield from present(stem)
            return


def _first(stem: str) -> Iterator[str]:
    return attach(stem, _FIRST)


def _first_iotated(stem: str) -> Iterator[str]:
    return attach(stem, _FIRST_IOTATED)


def _second(stem: str) -> Iterator[str]:
    if stem.endswith(_VOWELS):
        return attach(stem, _SECOND_IOTATED)
    changed = iotated(stem, _IOTATION)
    first = changed + ("у" if changed.endswith(_HUSHING) else "ю")
    if stem.endswith(_HUSHING):
        endings = _SECOND_HUSHING
    elif stem.endswith(("б", "п", "в", "м", "ф")):
        endings = _SECOND_LABIAL
    elif stem.endswith("р"):
        endings = (*_SECOND, *_IMPERATIVE_HARD)
    else:
        endings = _SECOND
    return iter((first, *attach(stem, endings)))


def _in_uva(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem[:-2])
    if re.search("[бчсд]ува$", stem):
        yield from _first_iotated(stem)


def _in_ava(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem[:-2])
    yield from attach(stem, (*_IMPERATIVE_IOTATED, "ючи"))


def _in_iotated_ya(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    yield from _first_iotated(stem[:-1])
    yield from _second(stem[:-1])


def _in_nya(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    yield from _first(stem[:-2] + ("м" if stem.endswith("йня") else "нім"))


def _in_hushing_a(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    yield stem[:-1] + "у"
    yield from attach(stem[:-1], _SECOND_IN_A)
    if re.search("[пз]ача$|поча$", stem):
        yield from _first(stem[:-1] + "н")


def _in_a(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    if stem.endswith(("за", "са", "ка", "та", "ха", "па", "ма")):
        yield from _first(iotated(stem[:-1], _IOTATION))


def _in_i(stem: str) -> Iterator[str]:
    yield from _first_iotated(stem)
    imperatives = set(attach(stem[:-1], (*_IMPERATIVE_SOFT, *_IMPERATIVE_HARD)))
    yield from (form for form in _second(stem[:-1]) if form not in imperatives)


def _in_y(stem: str) -> Iterator[str]:
    return _second(stem[:-1])


def _in_nu(stem: str) -> Iterator[str]:
    yield from _first(stem[:-1])
    yield from attach(stem[:-1], _IMPERATIVE_SOFT)


def _in_olo(stem: str) -> Iterator[str]:
    yield from _first(stem[:-1])
    yield from attach(stem[:-1], ("ю", "ють"))


def _in_velar(stem: str) -> Iterator[str]:
    yield from _first(iotated(stem, _IOTATION))
    yield stem + "уть"


def _in_s(stem: str) -> Iterator[str]:
    """Нести, несу; плести, плету; вести, веду; пасти, пасу beside впасти, впаду."""
    if re.search("(?:не|тря|па)с$", stem):
        yield from _first(stem)
    if re.search("(?:пле|ме|гне|цві)с$", stem):
        yield from _first(stem[:-1] + "т")
    else:
        yield from _first(stem[:-1] + "д")


def _in_y_d(stem: str) -> Iterator[str]:
    return _first(stem + "д")


# The first pattern that fits the infinitive without -ти decides.
_PRESENTS: tuple[tuple[re.Pattern[str], Callable[[str], Iterator[str]]], ...] = tuple(
    (re.compile(pattern + "$"), present)
    for pattern, present in (
        ("[ую]ва", _in_uva),
        ("(?:да|зна|ста|гра)ва", _in_ava),
        ("[аеиіоуюя]я", _in_iotated_ya),
        ("ня", _in_nya),
        ("[жчшщ]а", _in_hushing_a),
        ("[ая]", _in_a),
        ("ну", _in_nu),
        ("[ую]", _first_iotated),
        ("(?:оло|оро)", _in_olo),
        ("..[іеї]", _in_i),
        ("и", _in_y),
        ("[йі]", _in_y_d),
        ("[гк]", _in_velar),
        ("с", _in_s),
        ("", _first),
    )
)
