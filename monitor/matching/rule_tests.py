"""The tests that rules carry: texts for which a rule must hold, or must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from monitor.models import Article

if TYPE_CHECKING:
    from monitor.matching.checks import ConditionReport
    from monitor.matching.matcher import Matcher, RuleReport
    from monitor.rules import RuleTest, Watch

_TAG = "tag:"


class FailedTest(NamedTuple):
    """A test of a rule that came out otherwise, and why."""

    rule: str
    test: RuleTest
    reason: str


def failed_tests(watch: Watch, matcher: Matcher) -> list[FailedTest]:
    """The tests of the watch file that do not hold, in the order of the file. The matcher is made of the same watch."""
    failed = []
    for rule in watch.rules:
        for test in rule.tests:
            report = matcher.explain_rule(rule.id, *_article(test))
            if report.held != test.holds:
                failed.append(FailedTest(rule.id, test, _reason(report)))
    return failed


def _article(test: RuleTest) -> tuple[Article, tuple[str, ...]]:
    """The text as an article, and the tags of its source."""
    source = test.source or ""
    tags = (source.removeprefix(_TAG),) if source.startswith(_TAG) else ()
    article = Article(
        id="test", source="" if tags else source, title=test.title, text=test.text, language=test.language
    )
    return article, tags


def _reason(report: RuleReport) -> str:
    if report.held:
        hits = ", ".join(dict.fromkeys(repr(span.text) for span in report.spans))
        return f"rule {report.rule!r} holds for a text it must not match: {hits}"
    failed = "; ".join(_spoken(condition) for condition in report.failed)
    return f"rule {report.rule!r} does not hold for a text it must match: {failed}"


def _spoken(condition: ConditionReport) -> str:
    return f"{condition.condition}: {condition.detail}" if condition.detail else condition.condition
