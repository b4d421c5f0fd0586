"""Articles in, matches out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.matching.checks import Check, ConditionReport, check, narrowest
from monitor.matching.evidence import Evidence
from monitor.matching.finder import Finder
from monitor.matching.operands import FIELDS, Operands
from monitor.matching.snippets import snippet
from monitor.models import Match, Severity, Snippet, Span
from monitor.rules import AllOf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from monitor.models import Article
    from monitor.rules import Rule, Watch


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What became of one rule: its conditions, those on source and language first, and the hits if it held."""

    rule: str
    name: str
    severity: Severity
    held: bool
    conditions: tuple[ConditionReport, ...]
    spans: tuple[Span, ...] = ()

    @property
    def failed(self) -> tuple[ConditionReport, ...]:
        """The conditions that did not hold."""
        return tuple(condition for condition in self.conditions if not condition.held)


class _Ready:
    """A rule with its condition made ready, and the operands without which it cannot hold."""

    __slots__ = ("check", "required", "rule")

    def __init__(self, rule: Rule, ready: Check) -> None:
        self.rule = rule
        self.check = ready
        self.required = frozenset(operand for gate in ready.gates if len(gate) == 1 for operand in gate)


class Matcher:
    """A watch file made ready. Not for use by two threads at once: it remembers the words it has seen."""

    def __init__(self, watch: Watch) -> None:
        self._operands = Operands(watch)
        self._finder = Finder(self._operands.vocabulary, self._operands.having)
        self._rules = [_Ready(rule, check(rule.condition, self._operands)) for rule in watch.rules]
        self._by_id = {ready.rule.id: ready for ready in self._rules}
        self._without_gate: list[int] = []
        self._behind: dict[int, list[int]] = {}
        for number, ready in enumerate(self._rules):
            gate = narrowest(ready.check.gates, self._operands)
            for rules in [self._without_gate] if gate is None else [self._behind.setdefault(n, []) for n in gate]:
                rules.append(number)

    def match(self, article: Article, *, tags: Collection[str] = ()) -> tuple[Match, ...]:
        """The rules that hold, the highest severity first, then in the order of the file. `tags` are the source's."""
        evidence = self._evidence(article)
        names = _names(article, tags)
        matches = [
            Match(
                rule=ready.rule.id,
                name=ready.rule.name,
                severity=ready.rule.severity,
                tags=ready.rule.tags,
                spans=evidence.spans(ready.check.hits(evidence)),
            )
            for ready in self._candidates(evidence.present())
            if ready.check.holds(evidence) and ready.rule.admits(names, article.language)
        ]
        return tuple(sorted(matches, key=lambda match: -match.severity.rank))

    def explain(self, article: Article, *, tags: Collection[str] = ()) -> tuple[RuleReport, ...]:
        """Every rule in the order of the file: whether it holds, which conditions did and how near the others came."""
        evidence = self._evidence(article)
        names = _names(article, tags)
        return tuple(_report(ready, evidence, names, article.language) for ready in self._rules)

    def explain_rule(self, rule: str, article: Article, tags: Collection[str] = ()) -> RuleReport:
        """The report of one rule. Raises KeyError for an id that the watch file does not have."""
        return _report(self._by_id[rule], self._evidence(article), _names(article, tags), article.language)

    def snippet(self, article: Article, match: Match) -> Snippet:
        """The sentence that shows most of why the rule holds."""
        return snippet(article, match)

    def touches(self, text: str, lists: Collection[str] | None = None) -> bool:
        """Whether any term hits the text; with `lists`, any term of these. An unknown list has no terms."""
        evidence = Evidence({"text": text}, self._operands, self._finder)
        if lists is None:
            return bool(evidence.present())
        return not evidence.present().isdisjoint(self._operands.of_lists(lists))

    def _evidence(self, article: Article) -> Evidence:
        return Evidence({name: getattr(article, name) for name in FIELDS}, self._operands, self._finder)

    def _candidates(self, present: frozenset[int]) -> list[_Ready]:
        """The rules that may hold for an article with hits of these operands, in the order of the file."""
        numbers = {number for operand in present.intersection(self._behind) for number in self._behind[operand]}
        rules = [self._rules[number] for number in sorted(numbers.union(self._without_gate))]
        return [ready for ready in rules if ready.required <= present]


def _names(article: Article, tags: Collection[str]) -> frozenset[str]:
    """What `sources:` of a rule can call the article's source."""
    return frozenset({article.source, *(f"tag:{tag}" for tag in tags)})


def _report(ready: _Ready, evidence: Evidence, names: frozenset[str], language: str | None) -> RuleReport:
    rule, whole = ready.rule, ready.check.report(evidence)
    asked = whole.parts if isinstance(rule.condition, AllOf) else (whole,)
    conditions = (*_origin(rule, names, language), *asked)
    held = all(condition.held for condition in conditions)
    spans = evidence.spans(ready.check.hits(evidence)) if held else ()
    return RuleReport(rule.id, rule.name, rule.severity, held, conditions, spans)


def _origin(rule: Rule, names: frozenset[str], language: str | None) -> Iterator[ConditionReport]:
    """The conditions on where the article comes from, as far as the rule has any."""
    came = f"the article is from {', '.join(sorted(filter(None, names))) or 'a source without a name'}"
    if rule.only:
        yield ConditionReport(f"sources only {', '.join(sorted(rule.only))}", not rule.only.isdisjoint(names), came)
    if rule.skip:
        yield ConditionReport(f"sources skip {', '.join(sorted(rule.skip))}", rule.skip.isdisjoint(names), came)
    if rule.languages:
        spoken = f"the article is in {language}" if language else "the language is unknown, which passes"
        wanted = f"languages {', '.join(sorted(rule.languages))}"
        yield ConditionReport(wanted, language is None or language in rule.languages, spoken)
