"""English: plurals, verb forms and comparison by rule, after Quirk et al., A Comprehensive Grammar, chapters 3, 5, 7.

The part of speech of a term is not known, so a word gets the endings of a noun and of a verb. Comparison is kept to
adjectives that have it: -er on any other word is a derived word (work, worker).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.matching.morphology.stems import attach, below_prefix, table, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CONSONANT_Y = re.compile("[^aeiou]y$")
_DOUBLED = re.compile("(?:^|[^aeiou]|qu)[aeiou][bdfgklmnprstvz]$")
_ONE_SYLLABLE = re.compile("^(?:qu|[^aeiou])*[aeiou][^aeiou]+$")
_F_TO_V = ("elf", "alf", "olf", "arf", "eaf", "oaf", "ife")
# An adjective in -y; verbs in -fy, -ply, -rry and nouns in -cy, -ity are left out for their -er is another word.
_COMPARED_Y = re.compile("(?:[^aeioufpc]|pp)(?<!pl)(?<!rr)(?<!it)y$")

# Base form, past, past participle where it differs.
_VERBS = table("""
arise arose arisen|awake awoke awoken|bear bore born borne|beat beat beaten|become became become|begin began begun
bend bent|bet bet|bid bid bade bidden|bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken
breed bred|bring brought|broadcast broadcast|build built|burn burned burnt|burst burst|buy bought|cast cast
catch caught|choose chose chosen|cling clung|come came come|cost cost|creep crept|cut cut|deal dealt|dig dug
do did done does|draw drew drawn|dream dreamed dreamt|drink drank drunk|drive drove driven|dwell dwelled dwelt
eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled|fling flung|fly flew flown
forbid forbade forbad forbidden|forecast forecast|forget forgot forgotten|forgive forgave forgiven|freeze froze frozen
get got gotten|give gave given|go went gone goes|grind ground|grow grew grown|hang hung|have had has|hear heard
hide hid hidden|hit hit|hold held|hurt hurt|keep kept|kneel knelt|knit knitted knit|know knew known|lay laid|lead led
lean leaned leant|leap leaped leapt|learn learned learnt|leave left|lend lent|let let|lie lied lay lain lying
light lighted lit|lose lost|make made|mean meant|meet met|mow mowed mown|pay paid|prove proved proven|put put
quit quitted quit|read read|rid rid|ride rode ridden|ring rang rung|rise rose risen|run ran run|saw sawed sawn
say said|see saw seen|seek sought|sell sold|send sent|set set|sew sewed sewn|shake shook shaken|shed shed|shine shone
shoot shot|show showed shown|shrink shrank shrunk|shut shut|sing sang sung|sink sank sunk|sit sat|sleep slept
slide slid|smell smelled smelt|sow sowed sown|speak spoke spoken|speed speeded sped|spell spelled spelt|spend spent
spill spilled spilt|spin spun|spit spat|split split|spoil spoiled spoilt|spread spread|spring sprang sprung
stand stood|steal stole stolen|stick stuck|sting stung|stink stank stunk|stride strode stridden|strike struck stricken
string strung|strive strove striven|swear swore sworn|sweep swept|swell swelled swollen|swim swam swum|swing swung
take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown|thrust thrust
tread trod trodden|wake woke woken|wear wore worn|weave wove woven|weep wept|win won|wind wound
withdraw withdrew withdrawn|wring wrung|write wrote written
""")
_VERB_PREFIXES = ("over", "under", "out", "up", "fore", "with", "mis", "un", "re", "be")
_NOUNS = table("""
man men|woman women|thief thieves|child children|person people|foot feet|tooth teeth|goose geese|mouse mice|louse lice
ox oxen|die dice|penny pence|quiz quizzes|datum data|medium media|criterion criteria|phenomenon phenomena|stratum strata
bacterium bacteria|curriculum curricula|memorandum memoranda|referendum referenda|index indices|appendix appendices
matrix matrices|vertex vertices|genus genera|corpus corpora|nucleus nuclei|alumnus alumni|stimulus stimuli|fungus fungi
syllabus syllabi|focus foci|radius radii|formula formulae|larva larvae|antenna antennae
""")
_OTHERS = table("""
good better best|well better best|bad worse worst|ill worse worst|badly worse worst
far farther farthest further furthest|little less least|much more most|many more most|old elder eldest|late latter
be am is are was were been being
""")
# Adjectives of one syllable, and in -le and -ow, that are compared; those in -y follow by rule.
_GRADABLE = frozenset(
    words("""
    big black blue bold brave brief bright broad brown calm cheap clean clear close cold cool crude cruel dark dear
    deep dense dim dry dull faint fair false fast fat few fierce fine firm fit flat fond frank free fresh full grand
    grave gray great green grey grim gross hard harsh high hot huge just keen kind lame large late lax lean light long
    loose loud low mad mean mild moist near neat new nice odd old pale plain poor proud pure quick quiet rare raw red
    rich ripe rough round rude sad safe sane scarce sharp short shy sick slick slight slim slow small smart smooth soft
    sore sound sour stark steep stern stiff straight strange strict strong sure sweet swift tall tame tense thick thin
    tight tiny tough true vague vast warm weak weird wet white wide wild wise young
    able ample feeble gentle humble idle noble simple stable subtle hollow mellow narrow shallow soon early""")
)


_SHORTEST_PLURAL = 4
_NO_SINGULAR = words("always arms clothes customs goods means news perhaps series species thanks whereas")


def forms(word: str, *, name: bool) -> Iterator[str]:
    """All forms of a word in small letters, whatever its part of speech."""
    yield from noun_forms(word, name=name)
    if not any(singulars(word)):
        yield from verb_forms(word)
    yield from compared(word)
    yield from _OTHERS.get(word, ())


def noun_forms(word: str, *, name: bool) -> Iterator[str]:
    """Singular and plural; a name in -s (United States, Williams) has no singular."""
    yield word
    yield from plurals(word)
    if not name:
        yield from singulars(word)


def plurals(word: str) -> Iterator[str]:
    """The -s form, which a noun and a verb share, and the old and Latin plurals."""
    irregular = _irregular_plural(word)
    if irregular:
        yield from irregular
    yield with_s(word)
    if word.endswith(_F_TO_V):
        yield re.sub("fe?$", "ves", word)
    if word.endswith("sis"):
        yield word[:-2] + "es"
    if word.endswith("o"):
        yield word + "es"


def _irregular_plural(word: str) -> Iterable[str]:
    if word in _NOUNS:
        return _NOUNS[word]
    for ending, plural in (("woman", "women"), ("man", "men"), ("child", "children"), ("foot", "feet")):
        if word.endswith(ending):
            return (word.removesuffix(ending) + plural,)
    return ()


def singulars(word: str) -> Iterator[str]:
    """What a plural in -s is the plural of; nothing where -s is no ending (crisis, news, politics)."""
    if len(word) <= _SHORTEST_PLURAL or word.endswith(("ss", "us", "is", "ics")) or word in _NO_SINGULAR:
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    elif word.endswith(("sses", "xes", "zzes", "ches", "shes")):
        yield word[:-2]
    elif word.endswith("s"):
        yield word[:-1]


def with_s(word: str) -> str:
    """The word with the -s of the plural or of the third person."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if _CONSONANT_Y.search(word):
        return word[:-1] + "ies"
    return word + "s"


def verb_forms(word: str) -> Iterator[str]:
    """Past, participles and the -ing form; an irregular verb has its own past."""
    yield from with_vowel(word, "ing")
    if word in _VERBS:
        yield from _VERBS[word]
        return
    yield from with_vowel(word, "ed")
    for prefix, simple in below_prefix(word, _VERB_PREFIXES):
        yield from attach(prefix, _VERBS.get(simple, ()))


def compared(word: str) -> Iterator[str]:
    """Comparative and superlative, of adjectives that have them."""
    if word in _GRADABLE or _COMPARED_Y.search(word):
        yield from with_vowel(word, "er")
        yield from with_vowel(word, "est")


def with_vowel(word: str, ending: str) -> Iterator[str]:
    """The word with -ing, -ed, -er or -est; with and without doubling where that depends on the stress."""
    if word.endswith("ie") and ending == "ing":
        yield word[:-2] + "ying"
    elif word.endswith("e") and not (ending == "ing" and word.endswith(("ee", "oe", "ye"))):
        yield word[:-1] + ending
    elif _CONSONANT_Y.search(word) and ending != "ing":
        yield word[:-1] + "i" + ending
    elif word.endswith("c"):
        yield word + "k" + ending
    else:
        doubled = _DOUBLED.search(word)
        if doubled:
            yield word + word[-1] + ending
        if not (doubled and _ONE_SYLLABLE.match(word)):
            yield word + ending
