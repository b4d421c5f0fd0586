"""config/watch.yaml, loaded whole or refused with every mistake it has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.config.nodes import Loc, Tree, check, did_you_mean, read
from monitor.config.watch_shape import (
    EXCEPT,
    LIST_NAME,
    MODIFIERS,
    RULE_ID,
    SOURCE_NAME,
    NearShape,
    RuleShape,
    TermEdit,
    TestShape,
    WatchShape,
)
from monitor.errors import ConfigError, Problem
from monitor.matching import Matcher, failed_tests, strange_drops
from monitor.rules import (
    LANGUAGES,
    AllOf,
    AnyOf,
    Condition,
    Hit,
    Logic,
    Near,
    Not,
    Rule,
    RuleTest,
    Scope,
    Term,
    TermList,
    Watch,
    hits_of,
    parse_expression,
    term_mistakes,
)

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

_FIELDS = (((), Scope.ANYWHERE), (("in_title",), Scope.TITLE), (("in_body",), Scope.BODY))
_SIMPLE = ("all", "any", "none", "near")
_ASKS = (*_SIMPLE, "in_title", "in_body")
_ID_FORM = "letters, digits and . _ - only, at most 64"


def load_watch(path: Path) -> Watch:
    """The lists and rules of the file. Raises ConfigError with all problems; the rules' own tests are not run."""
    builder = _Builder(read(path))
    watch = builder.watch()
    if builder.problems:
        raise ConfigError(builder.problems)
    return watch


def check_watch(path: Path) -> tuple[Problem, ...]:
    """Every problem of the file in its order, those of the rules' own tests among them; none means that it is good.

    The tests of sound rules are run although other rules are broken.
    """
    try:
        tree = read(path)
    except ConfigError as error:
        return error.problems
    builder = _Builder(tree)
    watch = builder.watch()
    failed = failed_tests(watch, Matcher(watch))
    tests = (tree.problem_at(test.line, test.column, reason) for _, test, reason in failed)
    return ConfigError([*builder.problems, *tests]).problems


def watch_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for completion in editors."""
    schema = WatchShape.model_json_schema()
    lists = schema["properties"]["lists"]
    for mapping in (lists, *lists["patternProperties"].values()):
        mapping["additionalProperties"] = False
    return schema


class _Builder:
    """Builds what is sound and notes every problem."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        _, self.problems = check(WatchShape, tree)
        self._said = {(problem.line, problem.column) for problem in self.problems}
        self._mistakes = 0
        self._unsound: set[str] = set()
        self._lists: dict[str, TermList] = {}

    def watch(self) -> Watch:
        """All sound lists, and the sound rules that need no other list."""
        for name in self.tree.keys(("lists",)):
            before = self._mistakes
            self._lists[name] = self._list(name, ("lists", name))
            if self._mistakes > before:
                self._unsound.add(name)
        logic = Logic(self._lists)
        rules = [rule for loc in self.tree.entries(("rules",)) if (rule := self._rule(loc, logic))]
        if not self.tree.entries(("rules",)):
            self.report(("rules",), "there are no rules", "a watch file without rules finds nothing")
        self._refuse_twins()
        sound = {name: terms for name, terms in self._lists.items() if name not in self._unsound}
        return Watch(sound, tuple(rules))

    def report(self, loc: Loc, message: str, hint: str = "", *, key: bool = False, offset: int | None = None) -> None:
        self._mistakes += 1
        self.problems.append(self.tree.problem(loc, message, hint, key=key, offset=offset))

    def report_shape(self, loc: Loc, message: str, hint: str = "") -> None:
        """Report what the check of the shape may have reported already, in its own words."""
        self._mistakes += 1
        if self.tree.position(loc) not in self._said:
            self.problems.append(self.tree.problem(loc, message, hint))

    # Lists and terms

    def _list(self, name: str, loc: Loc) -> TermList:
        before = self._mistakes
        if not re.fullmatch(LIST_NAME, name):
            self.report(loc, f"the list name {name!r} is not allowed", "letters, digits and _ only", key=True)
        terms: list[Term] = []
        exceptions: list[Term] = []
        for key in self.tree.keys(loc):
            language, *modifiers = re.split(r"\s*\|\s*", key)
            self._check_list_key((*loc, key), language, modifiers)
            found = self._terms((*loc, key), language, modifiers)
            (exceptions if language == EXCEPT else terms).extend(found)
        if not terms and self._mistakes == before:
            self.report(loc, f"the list {name!r} has no terms", key=True)
        return TermList(name, tuple(terms), tuple(exceptions), self.tree.position(loc, key=True)[0])

    def _check_list_key(self, loc: Loc, language: str, modifiers: list[str]) -> None:
        if language not in {*LANGUAGES, EXCEPT}:
            hint = did_you_mean(language, [*LANGUAGES, EXCEPT])
            self.report(loc, f"unknown language {language!r}", hint, key=True)
        for modifier in modifiers:
            if modifier not in MODIFIERS:
                self.report(loc, f"unknown modifier {modifier!r}", did_you_mean(modifier, MODIFIERS), key=True)

    def _terms(self, loc: Loc, language: str, modifiers: list[str]) -> list[Term]:
        languages = (language,) if language in LANGUAGES else ()
        found = [self._term(entry, languages, modifiers) for entry in self.tree.entries(loc)]
        return [term for term in found if term is not None]

    def _term(self, loc: Loc, languages: tuple[str, ...] = (), modifiers: list[str] | None = None) -> Term | None:
        value = self.tree.value(loc)
        edit = TermEdit(term=value) if isinstance(value, str) else check(TermEdit, self.tree, loc)[0]
        if edit is None:
            self.report_shape(
                loc, "a term is expected here", "a word, a phrase, or {term: ..., add: [...], drop: [...]}"
            )
            return None
        self._check_text(loc if isinstance(value, str) else (*loc, "term"))
        for further in (*self.tree.entries((*loc, "add")), *self.tree.entries((*loc, "drop"))):
            self._check_text(further)
        flags = {modifier: True for modifier in modifiers or () if modifier in MODIFIERS}
        add, drop = _several(edit.add), _several(edit.drop)
        term = Term(edit.term, self.tree.position(loc)[0], languages, add=add, drop=drop, **flags)
        for form in strange_drops(term):
            index = drop.index(form)
            self.report(self.tree.entries((*loc, "drop"))[index], f"{form!r} is no form of {edit.term!r}")
        return term

    def _check_text(self, loc: Loc) -> None:
        """A term as it is written."""
        text = self.tree.value(loc)
        if not isinstance(text, str):
            self.report_shape(loc, "an empty term")
        elif text.startswith("$"):
            self.report(loc, "a list holds terms, not other lists", "name both lists in the rule")
        else:
            for mistake in term_mistakes(text):
                self.report(loc, mistake.message, mistake.hint, offset=mistake.offset)

    # Rules

    def _rule(self, loc: Loc, logic: Logic) -> Rule | None:
        """The rule, or None where it is broken or needs a broken list."""
        before = self._mistakes
        if not isinstance(self.tree.value(loc), dict):
            return None
        condition = self._condition(loc)
        usable = condition is not None and self._uses(condition).isdisjoint(self._unsound)
        if condition is not None and usable and self._mistakes == before and (objection := logic.objection(condition)):
            asked = next(key for key in self.tree.keys(loc) if key in {*_ASKS, "when"})
            self.report((*loc, asked), objection, key=True)
        shape, shape_problems = check(RuleShape, self.tree, loc)
        tests = self._tests(loc)
        only, skip = self._sources(loc)
        if shape and not re.fullmatch(RULE_ID, shape.id):
            self.report_shape((*loc, "id"), f"the id {shape.id!r} is not allowed", _ID_FORM)
        if shape is None or condition is None or not usable or shape_problems or self._mistakes > before:
            return None
        line = self.tree.position(loc)[0]
        languages = frozenset(_several(shape.languages))
        name, tags = shape.name or shape.id, _several(shape.tags)
        return Rule(shape.id, name, shape.severity, tags, condition, only, skip, languages, tests, line)

    def _refuse_twins(self) -> None:
        first: dict[str, int] = {}
        for loc in self.tree.entries(("rules",)):
            name = self.tree.value((*loc, "id"))
            if isinstance(name, str) and name in first:
                self.report((*loc, "id"), f"duplicate id {name!r}", f"the first is in line {first[name]}")
            elif isinstance(name, str):
                first[name] = self.tree.position((*loc, "id"))[0]

    def _uses(self, condition: Condition) -> set[str]:
        return {hit.of for hit in hits_of(condition) if isinstance(hit.of, str)}

    def _condition(self, loc: Loc) -> Condition | None:
        keys = self.tree.keys(loc)
        asks = [key for key in keys if key in _ASKS]
        parts = [part for step, scope in _FIELDS for part in self._field(loc + step, scope)]
        if "when" in keys:
            if asks:
                self.report((*loc, "when"), "a rule has `when` or the simple form, never both", _move(asks), key=True)
            return self._expression((*loc, "when"))
        if not asks:
            self.report(loc, "the rule asks for nothing", f"give it `when`, or some of {', '.join(_ASKS)}")
        return None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _expression(self, loc: Loc) -> Condition | None:
        text = self.tree.value(loc)
        if not isinstance(text, str):
            self.report_shape(loc, "an empty `when`")
            return None
        parsed = parse_expression(text, lambda offset: self.tree.position(loc, offset=offset)[0])
        for mistake in parsed.mistakes:
            self.report(loc, mistake.message, mistake.hint, offset=mistake.offset)
        for name, offset in parsed.lists:
            self._check_list_name(name, loc, offset)
        return parsed.condition

    def _field(self, loc: Loc, scope: Scope) -> list[Condition]:
        """What all, any, none and near at `loc` ask of the fields in scope."""
        keys = self.tree.keys(loc)
        if scope and self.tree.value(loc) is not None and not keys:
            self.report(loc, f"{loc[-1]} asks for nothing", f"give it some of {', '.join(_SIMPLE)}")
        hits = {key: self._hits((*loc, key), scope) for key in _SIMPLE[:3] if key in keys}
        parts: list[Condition] = list(hits.get("all", ()))
        if hits.get("any"):
            parts.append(_any_of(hits["any"]))
        if hits.get("none"):
            parts.append(Not(_any_of(hits["none"])))
        return [*parts, *self._near((*loc, "near"), scope)] if "near" in keys else parts

    def _hits(self, loc: Loc, scope: Scope) -> tuple[Hit, ...]:
        entries = self.tree.entries(loc)
        if not entries:
            self.report(loc, f"{loc[-1]} needs at least one term or $list")
        found = [self._hit(entry, scope) for entry in entries]
        return tuple(hit for hit in found if hit is not None)

    def _hit(self, loc: Loc, scope: Scope) -> Hit | None:
        value = self.tree.value(loc)
        if isinstance(value, str) and value.startswith("$"):
            self._check_list_name(value[1:], loc, 0)
            return Hit(value[1:], scope)
        term = self._term(loc)
        return None if term is None else Hit(term, scope)

    def _check_list_name(self, name: str, loc: Loc, offset: int) -> None:
        if name not in self._lists:
            hint = did_you_mean(name, self._lists) or "lists are defined under lists:"
            self.report(loc, f"unknown list ${name}", hint, offset=offset)

    def _near(self, loc: Loc, scope: Scope) -> list[Condition]:
        shape, _ = check(NearShape, self.tree, loc)
        if shape is None:
            self.report_shape(loc, "near: {terms: [$a, $b], words: 12} is expected here")
            return []
        hits = self._hits((*loc, "terms"), scope)
        if len(self.tree.entries((*loc, "terms"))) == 1:
            self.report((*loc, "terms"), "near with one term", "it takes two or more terms or $lists")
        keys = self.tree.keys(loc)
        if ("words" in keys) == ("within" in keys):
            self.report(loc, "near takes either words or within", "words: 12, or within: sentence", key=True)
        return [Near(tuple((hit,) for hit in hits), shape.words)]

    def _sources(self, loc: Loc) -> tuple[frozenset[str], frozenset[str]]:
        loc = (*loc, "sources")
        only, skip = (self._source_names((*loc, key)) for key in ("only", "skip"))
        if "only" in self.tree.keys(loc) and only <= skip:
            self.report((*loc, "only"), "the rule can never match: no source is left", key=True)
        return only, skip

    def _source_names(self, loc: Loc) -> frozenset[str]:
        entries = self.tree.entries(loc)
        for entry in entries:
            self._check_source_name(entry)
        return frozenset(str(self.tree.value(entry)) for entry in entries)

    def _check_source_name(self, loc: Loc) -> None:
        name = self.tree.value(loc)
        if name is not None and not re.fullmatch(SOURCE_NAME, str(name)):
            self.report(loc, f"{name!r} is not the name of a source", "a source id, or tag:NAME")

    def _tests(self, loc: Loc) -> tuple[RuleTest, ...]:
        return tuple(
            test
            for key, holds in (("match", True), ("no_match", False))
            for entry in self.tree.entries((*loc, "tests", key))
            if (test := self._test(entry, holds=holds)) is not None
        )

    def _test(self, loc: Loc, *, holds: bool) -> RuleTest | None:
        value = self.tree.value(loc)
        shape = TestShape(text=value) if isinstance(value, str) else check(TestShape, self.tree, loc)[0]
        if shape is None or not (shape.title + shape.text).strip():
            self.report_shape(loc, "an empty test", "a text, or {title: ..., text: ..., source: ...}")
            return None
        self._check_source_name((*loc, "source"))
        return RuleTest(holds, shape.title, shape.text, shape.source, shape.language, *self.tree.position(loc))


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """A single value without brackets is a list of one."""
    return value if isinstance(value, tuple) else (value,)


def _any_of(hits: tuple[Hit, ...]) -> Condition:
    return hits[0] if len(hits) == 1 else AnyOf(hits)


def _move(keys: list[str]) -> str:
    return f"say {', '.join(keys)} inside when"
