"""What the default watch file must bring, and what it must leave alone, in sentences of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from watch.sentences import ALERTING_HEADLINES, ALERTS, SILENT, SILENT_HEADLINES

from monitor.config.watch import check_watch, load_watch
from monitor.models import Article, Severity

WATCH = Path(__file__).resolve().parents[2] / "config" / "watch.yaml"

# Facets of the seed story that say the state itself, or its arms, are at stake.
GRAVE = [
    "annexation planned",
    "creeping annexation by 2030",
    "deeper integration",
    "security guarantees",
    "nuclear weapons",
]


def each(facets):
    return [
        pytest.param(language, text, id=f"{facet}-{language}")
        for facet, texts in facets.items()
        for language, text in texts.items()
    ]


def rules(matcher, language, text, title=""):
    return [
        match.rule for match in matcher.match(Article(id="a", source="", title=title, text=text, language=language))
    ]


def test_file_is_sound():
    assert check_watch(WATCH) == ()


def test_every_rule_is_tested_both_ways_in_every_language_it_is_for():
    """A rule's own tests are written in its file: at least one match and one no_match, and a match per language."""
    for rule in load_watch(WATCH).rules:
        assert {test.holds for test in rule.tests} == {True, False}, rule.id
        assert sum(test.holds for test in rule.tests) >= (len(rule.languages) or 4), rule.id


@pytest.mark.parametrize(("language", "text"), each(ALERTS))
def test_facet_alerts(matcher, language, text):
    assert rules(matcher, language, text)


@pytest.mark.parametrize(("language", "text"), each(ALERTS))
def test_facet_alerts_where_the_language_is_unknown(matcher, language, text):
    """No guess at the language decides; the terms of all languages are looked for in every text."""
    assert rules(matcher, None, text) == rules(matcher, "be", text)


@pytest.mark.parametrize(("language", "text"), each({facet: ALERTS[facet] for facet in GRAVE}))
def test_grave_facet_is_high_or_more(matcher, language, text):
    matches = matcher.match(Article(id="a", source="", text=text, language=language))
    assert matches[0].severity.rank >= Severity.HIGH.rank


@pytest.mark.parametrize(("language", "text"), each(SILENT))
def test_near_miss_is_silent(matcher, language, text):
    assert rules(matcher, language, text) == []


@pytest.mark.parametrize(("language", "text"), each(SILENT))
def test_near_miss_is_silent_as_a_headline(matcher, language, text):
    """A headline counts for more than a sentence, so the same words are asked of it."""
    assert rules(matcher, language, "", title=text) == []


@pytest.mark.parametrize(("language", "title", "lead"), ALERTING_HEADLINES)
def test_headline_and_lead_alert(matcher, language, title, lead):
    """Near does not cross from the headline to the lead; a story told in both must still alert."""
    assert rules(matcher, language, lead, title)


@pytest.mark.parametrize(("language", "title", "lead"), SILENT_HEADLINES)
def test_headline_and_lead_off_the_topic_are_silent(matcher, language, title, lead):
    assert rules(matcher, language, lead, title) == []
