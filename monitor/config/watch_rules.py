"""The rules of watch.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.config.nodes import check, did_you_mean
from monitor.config.watch_shape import RULE_ID, SOURCE_NAME, NearShape, RuleShape, TestShape, several
from monitor.rules import (
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
    hits_of,
    parse_expression,
)

if TYPE_CHECKING:
    from monitor.config.findings import Findings
    from monitor.config.tree import Loc
    from monitor.config.watch_lists import ListReader

_FIELDS = (((), Scope.ANYWHERE), (("in_title",), Scope.TITLE), (("in_body",), Scope.BODY))
_SIMPLE = ("all", "any", "none", "near")
_ASKS = (*_SIMPLE, "in_title", "in_body")
_ID_FORM = "letters, digits and . _ - only, at most 64"


class RuleReader:
    """Reads rules, and notes what is wrong with them. `rules` are the sound ones that need no unsound list."""

    def __init__(self, findings: Findings, lists: ListReader) -> None:
        self.findings = findings
        self.tree = findings.tree
        self.lists = lists
        self._logic = Logic(lists.lists)
        places = self.tree.entries(("rules",))
        self.rules = tuple(rule for loc in places if (rule := self._rule(loc)) is not None)
        if not places:
            findings.add(("rules",), "there are no rules", "a watch file without rules finds nothing")
        self._refuse_twins()

    def _rule(self, loc: Loc) -> Rule | None:
        """The rule, or None where it is broken or needs a broken list."""
        before = self.findings.mistakes
        if not isinstance(self.tree.value(loc), dict):
            return None
        condition = self._condition(loc)
        usable = condition is not None and _lists_of(condition).isdisjoint(self.lists.unsound)
        if (
            condition is not None
            and usable
            and self.findings.mistakes == before
            and (objection := self._logic.objection(condition))
        ):
            asked = next(key for key in self.tree.keys(loc) if key in {*_ASKS, "when"})
            self.findings.add((*loc, asked), objection, key=True)
        shape, shape_problems = check(RuleShape, self.tree, loc)
        tests = self._tests(loc)
        only, skip = self._sources(loc)
        if shape and not re.fullmatch(RULE_ID, shape.id):
            self.findings.add_shape((*loc, "id"), f"the id {shape.id!r} is not allowed", _ID_FORM)
        if shape is None or condition is None or not usable or shape_problems or self.findings.mistakes > before:
            return None
        line = self.tree.position(loc)[0]
        languages = frozenset(several(shape.languages))
        name, tags = shape.name or shape.id, several(shape.tags)
        return Rule(shape.id, name, shape.severity, tags, condition, only, skip, languages, tests, line)

    def _refuse_twins(self) -> None:
        first: dict[str, int] = {}
        for loc in self.tree.entries(("rules",)):
            name = self.tree.value((*loc, "id"))
            if isinstance(name, str) and name in first:
                self.findings.add((*loc, "id"), f"duplicate id {name!r}", f"the first is in line {first[name]}")
            elif isinstance(name, str):
                first[name] = self.tree.position((*loc, "id"))[0]

    def _condition(self, loc: Loc) -> Condition | None:
        keys = self.tree.keys(loc)
        asks = [key for key in keys if key in _ASKS]
        parts = [part for step, scope in _FIELDS for part in self._field(loc + step, scope)]
        if "when" in keys:
            if asks:
                self.findings.add(
                    (*loc, "when"), "a rule has `when` or the simple form, never both", _move(asks), key=True
                )
            return self._expression((*loc, "when"))
        if not asks:
            self.findings.add(loc, "the rule asks for nothing", f"give it `when`, or some of {', '.join(_ASKS)}")
        return None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _expression(self, loc: Loc) -> Condition | None:
        text = self.tree.value(loc)
        if not isinstance(text, str):
            self.findings.add_shape(loc, "an empty `when`")
            return None
        parsed = parse_expression(text, lambda offset: self.tree.position(loc, offset=offset)[0])
        for mistake in parsed.mistakes:
            self.findings.add(loc, mistake.message, mistake.hint, offset=mistake.offset)
        for name, offset in parsed.lists:
            self._check_list_name(name, loc, offset)
        return parsed.condition

    def _field(self, loc: Loc, scope: Scope) -> list[Condition]:
        """What all, any, none and near at `loc` ask of the fields in scope."""
        keys = self.tree.keys(loc)
        if scope and self.tree.value(loc) is not None and not keys:
            self.findings.add(loc, f"{loc[-1]} asks for nothing", f"give it some of {', '.join(_SIMPLE)}")
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
            self.findings.add(loc, f"{loc[-1]} needs at least one term or $list")
        found = [self._hit(entry, scope) for entry in entries]
        return tuple(hit for hit in found if hit is not None)

    def _hit(self, loc: Loc, scope: Scope) -> Hit | None:
        value = self.tree.value(loc)
        if isinstance(value, str) and value.startswith("$"):
            self._check_list_name(value[1:], loc, 0)
            return Hit(value[1:], scope)
        term = self.lists.term(loc)
        return None if term is None else Hit(term, scope)

    def _check_list_name(self, name: str, loc: Loc, offset: int) -> None:
        if name not in self.lists.lists:
            hint = did_you_mean(name, self.lists.lists) or "lists are defined under lists:"
            self.findings.add(loc, f"unknown list ${name}", hint, offset=offset)

    def _near(self, loc: Loc, scope: Scope) -> list[Condition]:
        shape, _ = check(NearShape, self.tree, loc)
        if shape is None:
            self.findings.add_shape(loc, "near: {terms: [$a, $b], words: 12} is expected here")
            return []
        hits = self._hits((*loc, "terms"), scope)
        if len(self.tree.entries((*loc, "terms"))) == 1:
            self.findings.add((*loc, "terms"), "near with one term", "it takes two or more terms or $lists")
        keys = self.tree.keys(loc)
        if ("words" in keys) == ("within" in keys):
            self.findings.add(loc, "near takes either words or within", "words: 12, or within: sentence", key=True)
        return [Near(tuple((hit,) for hit in hits), shape.words)]

    def _sources(self, loc: Loc) -> tuple[frozenset[str], frozenset[str]]:
        loc = (*loc, "sources")
        only, skip = (self._source_names((*loc, key)) for key in ("only", "skip"))
        if "only" in self.tree.keys(loc) and only <= skip:
            self.findings.add((*loc, "only"), "the rule can never match: no source is left", key=True)
        return only, skip

    def _source_names(self, loc: Loc) -> frozenset[str]:
        entries = self.tree.entries(loc)
        for entry in entries:
            self._check_source_name(entry)
        return frozenset(str(self.tree.value(entry)) for entry in entries)

    def _check_source_name(self, loc: Loc) -> None:
        name = self.tree.value(loc)
        if name is not None and not re.fullmatch(SOURCE_NAME, str(name)):
            self.findings.add(loc, f"{name!r} is not the name of a source", "a source id, or tag:NAME")

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
            self.findings.add_shape(loc, "an empty test", "a text, or {title: ..., text: ..., source: ...}")
            return None
        self._check_source_name((*loc, "source"))
        return RuleTest(holds, shape.title, shape.text, shape.source, shape.language, *self.tree.position(loc))


def _lists_of(condition: Condition) -> set[str]:
    return {hit.of for hit in hits_of(condition) if isinstance(hit.of, str)}


def _any_of(hits: tuple[Hit, ...]) -> Condition:
    return hits[0] if len(hits) == 1 else AnyOf(hits)


def _move(keys: list[str]) -> str:
    return f"say {', '.join(keys)} inside when"
