"""The shared list of terms in inflected forms, each matched as a rule of its own."""

from __future__ import annotations

import json

from monitor.matching import Matcher
from monitor.models import Article, Severity
from monitor.rules import Hit, Near, Rule, Term, TermList, Watch

NOBODY = frozenset()


def watch_for(case: dict) -> Watch:
    """`A && B` with a mode of near:N or sentence asks for both close together; other modes are those of a list."""
    mode, kind = case["mode"], case["mode"].partition(":")[0]
    terms = [
        Term(text.strip(), 1, (case["lang"],), cased=mode == "cased", exact=mode == "exact")
        for text in case["term"].split("&&")
    ]
    lists = {f"l{number}": TermList(f"l{number}", (term,)) for number, term in enumerate(terms)}
    hits = tuple(map(Hit, lists))
    words = int(mode.partition(":")[2]) if kind == "near" else None
    condition = Near(tuple((hit,) for hit in hits), words) if len(hits) > 1 else hits[0]
    return Watch(lists, (Rule("r", "r", Severity.LOW, (), condition, NOBODY, NOBODY, NOBODY, (), 1),))


def test_recall_and_false_matches(shared_data):
    """At least 99.5 % of what should match does, and nothing that should not."""
    cases = [
        json.loads(line) for line in (shared_data / "terms" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    found = {
        case["id"]: bool(Matcher(watch_for(case)).match(Article(id="1", source="s", text=case["text"])))
        for case in cases
    }
    wanted = [case for case in cases if case["should_match"]]
    missed = [case for case in wanted if not found[case["id"]]]
    false = [case for case in cases if not case["should_match"] and found[case["id"]]]
    assert len(missed) <= 0.005 * len(wanted), missed
    assert not false


def test_the_seed_story_hits(shared_data):
    """The story the project was asked for touches the lists that its first rules are made of."""
    terms = {"ru": ("Россия", "Беларусь", "Союзное государство"), "en": ("Russia", "Belarus", "Lukashenko")}
    lists = {name: TermList(name, tuple(Term(text, 1, (name,)) for text in texts)) for name, texts in terms.items()}
    story = (shared_data / "seed_story.txt").read_text(encoding="utf-8")
    assert Matcher(Watch(lists, ())).touches(story)
