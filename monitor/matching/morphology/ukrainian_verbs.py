"""Ukrainian verbs: present or simple future, past, imperative, synthetic future, adverbial participle, -но and -то."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from monitor.matching.morphology.stems import attach, last_vowel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_VOWELS = "аеєиіїоуюя"
_FIRST = "еш е емо ем ете уть учи и імо ім іть".split()
_FIRST_IOTATED = "єш є ємо єм єте ють ючи й ймо йте".split()
_SECOND = "иш ить имо им ите ять ячи и імо ім іть ь ьмо ьте".split()
_SECOND_HUSHING = ("", *"иш ить имо им ите ать ачи и імо ім іть мо те".split())
_SECOND_IOTATED = "їш їть їмо їм їте ять ячи й ймо йте".split()
_PAST = "в ла ло ли вши".split()
_PAST_CONSONANT = "ла ло ли ши".split()
_FUTURE = "му меш ме мемо мем мете муть".split()
_IOTATION = (
    ("зд", "ждж"), ("ст", "щ"), ("ск", "щ"), ("д", "дж"), ("т", "ч"), ("з", "ж"), ("с", "ш"), ("к", "ч"), ("г", "ж"),
    ("х", "ш"), ("б", "бл"), ("п", "пл"), ("в", "вл"), ("м", "мл"), ("ф", "фл"),
)  # fmt: skip

_IRREGULAR = {
    "бути": "є єсть був була було були буду будеш буде будемо будете будуть будь будьмо будьте бувши будучи",
    "дати": "дам даси дасть дамо дасте дадуть дай дайте дано",
    "їсти": "їм їси їсть їмо їсте їдять їж їжте їв їла їло їли їдено",
    "хотіти": "хочу хочеш хоче хочемо хочете хочуть хотячи",
    "мати": "маю маєш має маємо маєте мають маючи май майте",
    "слати": "шлю шлеш шле шлемо шлете шлють шли шліть",
    "брати": "беру береш бере беремо берете беруть беручи бери беріть",
    "прати": "перу переш пере перемо перете перуть",
    "звати": "зву звеш зве звемо звете звуть звучи",
    "рвати": "рву рвеш рве рвемо рвете рвуть",
    "ждати": "жду ждеш жде ждемо ждете ждуть",
    "гнати": "жену женеш жене женемо женете женуть",
    "спати": "сплю спиш спить спимо спите сплять спи спіть",
    "стати": "стану станеш стане станемо станете стануть стань станьте",
    "взяти": "візьму візьмеш візьме візьмемо візьмете візьмуть візьми візьміть взято",
    "бігти": "біжу біжиш біжить біжимо біжите біжать біжи біжіть",
    "їхати": "їду їдеш їде їдемо їдете їдуть їдучи їдь їдьте",
    "піти": "піду підеш піде підемо підете підуть підучи піди підіть пішов пішла пішло пішли пішовши",
    "стріти": "стріну стрінеш стріне стрінемо стрінете стрінуть стрінь стріньте",
    "іти": "іду ідеш іде ідемо ідете ідуть ідучи іди ідіть йду йдеш йде йдемо йдете йдуть йдучи йди йдіть йшов йшла йшло йшли йшовши",
    "йти": "іду ідеш іде ідемо ідете ідуть ідучи іди ідіть йду йдеш йде йдемо йдете йдуть йди йдіть йшов йшла йшло йшли",
    "повісти": "повім повіси повість повімо повісте повідять повів повіла повіло повіли",
    "сісти": "сяду сядеш сяде сядемо сядете сядуть сядь сядьте сів сіла сіло сіли",
    "лягти": "ляжу ляжеш ляже ляжемо ляжете ляжуть ляж ляжте ліг лягла лягло лягли",
    "рости": "росту ростеш росте ростемо ростете ростуть ріс росла росло росли",
    "гребти": "гребу гребеш гребе гребуть греби гріб гребла гребло гребли",
    "жити": "живу живеш живе живемо живете живуть живучи живи живіть",
    "пливти": "пливу пливеш пливе пливемо пливете пливуть",
    "молоти": "мелю мелеш меле мелють",
    "терти": "тру треш тре тремо трете труть тер терла терло терли терто",
    "мерти": "мру мреш мре мремо мрете мруть мер мерла мерло мерли",
    "перти": "пру преш пре пруть пер перла перло перли",
    "дерти": "деру дереш дере деруть дер дерла дерли",
}
_SHORT = frozenset("бити вити пити лити мити шити крити рити нити гнити".split())
_CLOSED_PREFIX = frozenset("бдвз")
_PREFIXES = (
    "недо", "пере", "перед", "поза", "роз", "розі", "між", "над", "наді", "від", "віді", "під", "піді", "при", "про",
    "без", "ви", "до", "за", "зі", "зу", "ді", "із", "ізі", "на", "не", "об", "обі", "по", "з'", "від'", "об'", "роз'", "під'", "у", "уві", "в", "вві", "з", "с", "о",
)  # fmt: skip


class Present(NamedTuple):
    """One way to form the present: the stem of the first person and its ending, the stem and endings of the rest."""

    first: str
    stem: str
    endings: Iterable[str]


def forms(word: str) -> Iterable[str]:
    """All forms of a verb given in the infinitive (-ти, -тися, -тись)."""
    base = re.sub("(ся|сь)$", "", word)
    stem = base[:-2]
    active = {base, base[:-1] + "ь", *attach(base, _FUTURE), *_past(stem), *_impersonal(stem), *_finite(base)}
    if base == word:
        return active
    return {form + ending for form in active for ending in _reflexive(form)}


def _reflexive(form: str) -> Iterable[str]:
    """Endings of the reflexive: the third person singular puts -ть before it (сміється)."""
    if form[-1] in "еє" and not form.endswith("те"):
        return ("ться", "ся")
    return ("ся", "сь") if form[-1] in _VOWELS + "в" else ("ся",)


def _finite(base: str) -> Iterator[str]:
    """Present or simple future and imperative: of the verb itself, or as the simple verb below a prefix has them."""
    simple = [(prefix, base[len(prefix) :]) for prefix in ("", *_PREFIXES) if base.startswith(prefix)]
    irregular = [(prefix, root) for prefix, root in simple if root in _IRREGULAR]
    for prefix, root in irregular:
        yield from attach(prefix, _IRREGULAR[root].split())
        yield from attach(prefix.removesuffix("і"), _IRREGULAR[root].split())
    short = [(prefix, root) for prefix, root in simple if root in _SHORT]
    for prefix, root in short:
        yield from attach(prefix, _short(root))
        if root[0] in "бвпл" and prefix[-1:] in _CLOSED_PREFIX:
            yield from attach(prefix + "і", _short(root))
    if irregular or short:
        return
    for present in _presents(base[:-2]):
        yield present.first
        yield from attach(present.stem, present.endings)


def _short(root: str) -> Iterator[str]:
    """Present of бити, лити, мити: б'ю, ллю, мию."""
    yield from attach(root[:-2], ("й", "ймо", "йте"))
    stem = root[:-2] if root[0] in "кмшрн" else root[0] + ("л" if root == "лити" else "'")
    yield from attach(stem, ("ю", *_FIRST_IOTATED[:7]))


def _past(stem: str) -> Iterator[str]:
    if stem[-1:] in _VOWELS:
        yield from attach(stem, _PAST)
        if stem.endswith("ну"):
            yield from _past(stem[:-2])
        return
    for root in (stem[:-1], stem) if stem.endswith("с") else (stem,):
        vowel = root[-1:] in _VOWELS
        closed = last_vowel(root, {"о": "і", "е": "і", "я": "і"}) + ("в" if vowel else "")
        open_ = root + ("в" if vowel else "")
        yield from (closed, closed + "ши", open_, open_ + "ши", *attach(root, _PAST_CONSONANT[:3]))
    if stem.endswith("й"):
        yield from attach(stem, ("шов", "шла", "шло", "шли", "шовши"))


def iotated(stem: str) -> str:
    """The stem before the old j: ходи-ти, ходж-у; люби-ти, любл-ю."""
    for before, after in _IOTATION:
        if stem.endswith(before):
            return stem.removesuffix(before) + after
    return stem


def _impersonal(stem: str) -> Iterator[str]:
    if stem.endswith(("а", "я")):
        yield stem + "но"
        if stem.endswith(("ува", "юва")):
            yield stem[:-3] + ("ьовано" if stem[-4:] == "люва" else "овано")
        if stem.endswith(("ня", "ча", "тя")):
            yield stem + "то"
    elif stem.endswith("ну"):
        yield from (stem + "то", stem[:-1] + "ено")
    elif stem.endswith(("и", "і")):
        yield iotated(stem[:-1]) + "ено"
        if re.search("(?:би|ви|пи|ли|ми|ши|ри|жи)$", stem):
            yield stem + "то"
    elif stem.endswith("с"):
        yield from (stem[:-1] + "дено", stem[:-1] + "тено", stem + "ено")
    else:
        yield from (iotated(stem) + "ено", stem + "ено")


def _presents(stem: str) -> Iterator[Present]:
    """Every present that an infinitive stem allows; more than one where the infinitive does not tell."""
    for pattern, make in _CLASSES:
        found = re.search(pattern, stem)
        if found:
            yield from make(stem)
            return
    yield from _consonant_stem(stem)


def _first(stem: str) -> Present:
    return Present(stem + "у", stem, _FIRST)


def _first_iotated(stem: str) -> Present:
    return Present(stem + "ю", stem, _FIRST_IOTATED)


def _second(stem: str) -> Present:
    if stem[-1:] in _VOWELS:
        return Present(stem + "ю", stem, _SECOND_IOTATED)
    changed = iotated(stem)
    first = changed + ("у" if changed.endswith(("ж", "ч", "ш", "щ")) else "ю")
    if stem.endswith(("ж", "ч", "ш", "щ")):
        return Present(first, stem, _SECOND_HUSHING)
    if changed.endswith("л") and not stem.endswith("л"):
        return Present(first, stem, (*_SECOND, "лять", "лячи"))
    return Present(first, stem, _SECOND)


def _uvaty(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem[:-2])
    if re.search("[бчс]ува$", stem):
        yield _first_iotated(stem)


def _avaty(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem[:-2])
    yield Present(stem, stem, ("й", "ймо", "йте", "ючи"))


def _yaty_after_vowel(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem[:-1])
    yield _second(stem[:-1])
    yield _first_iotated(stem)


def _hushing_aty(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    yield _second(stem[:-1])
    if stem.endswith(("поча", "зача", "нача")):
        yield _first(stem[:-1] + "н")


def _nyaty(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    yield _first(stem[:-3] + "йм" if stem.endswith("йня") else stem[:-2] + "нім")


def _aty(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    root = stem[:-1]
    changed = iotated(root)
    if stem.endswith("а") and changed != root and root.endswith(("з", "с", "к", "т", "х", "п", "м")):
        yield _first(changed)


def _ity(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)
    yield _second(stem[:-1])


def _yty(stem: str) -> Iterator[Present]:
    yield _second(stem[:-1])


def _nuty(stem: str) -> Iterator[Present]:
    yield Present(stem, stem[:-1], (*_FIRST, "ь", "ьмо", "ьте"))


def _uty(stem: str) -> Iterator[Present]:
    yield _first_iotated(stem)


def _consonant_stem(stem: str) -> Iterator[Present]:
    if stem.endswith("й"):
        yield _first(stem + "д")
    elif stem.endswith("с"):
        yield from (_first(stem[:-1] + end) for end in ("д", "т", "с"))
    elif stem.endswith(("г", "к")):
        yield _first(iotated(stem))
        yield Present(stem + "у", stem, ("уть",))
    elif stem.endswith(("ро", "ло")):
        yield Present(stem[:-1] + "ю", stem[:-1], (*_FIRST, "ють"))
    else:
        yield _first(stem)


_CLASSES = (
    ("[ую]ва$", _uvaty),
    ("(?:да|зна|ста|гра)ва$", _avaty),
    ("[аеиіоуюя]я$", _yaty_after_vowel),
    ("[жчшщ]а$", _hushing_aty),
    ("ня$", _nyaty),
    ("[ая]$", _aty),
    ("і$", _ity),
    ("и$", _yty),
    ("ну$", _nuty),
    ("[ую]$", _uty),
)
