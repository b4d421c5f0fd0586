"""watch.yaml: loaded whole, or refused with every mistake it has."""

from __future__ import annotations

import re
import time
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config.watch import check_watch, load_watch, watch_schema
from monitor.errors import ConfigError
from monitor.models import Severity
from monitor.rules import AllOf, AnyOf, Hit, Near, Not, Scope, Term

GOOD = """
version: 1
lists:
  belarus:
    ru: [Беларусь, {term: Минск, add: [Менск], drop: [Минску]}]
    be|cased|exact: Беларусь
    except: [Минск-2]
  sport: {en: [match, hockey]}
rules:
  - id: simple
    name: A name
    severity: high
    tags: [one, two]
    all: [$belarus, treaty]
    any: [$sport, annex*]
    none: war
    near: {terms: [$belarus, $sport], words: 5}
    in_title: {none: [$sport]}
    in_body: {near: {terms: [$belarus, treaty], within: sentence}}
    sources: {only: [one, tag:state], skip: tag:sport}
    languages: [ru, be]
    tests:
      match: [{title: t, text: x, source: tag:state, language: ru}]
      no_match: nothing here
  - id: expression
    when: >
      $belarus near/3 "treaty"
      and not title:$sport
"""


def load(text: str, folder: Path):
    path = folder / "watch.yaml"
    path.write_text(text, encoding="utf-8")
    return load_watch(path)


def said(text: str, folder: Path, *, tests: bool = False) -> list[str]:
    """What is wrong with a file, as line:column: message (hint)."""
    path = folder / "watch.yaml"
    path.write_text(text, encoding="utf-8")
    if tests:
        found = check_watch(path)
    else:
        with pytest.raises(ConfigError) as caught:
            load_watch(path)
        found = caught.value.problems
        assert all(problem.excerpt == text.splitlines()[problem.line - 1] for problem in found)
    return [str(problem).removeprefix(f"{path}:") for problem in found]


def test_a_file_becomes_values(tmp_path):
    watch = load(GOOD, tmp_path)
    belarus = watch.lists["belarus"]
    assert belarus.terms == (
        Term("Беларусь", 5, ("ru",)),
        Term("Минск", 5, ("ru",), add=("Менск",), drop=("Минску",)),
        Term("Беларусь", 6, ("be",), cased=True, exact=True),
    )
    assert (belarus.exceptions, belarus.line) == ((Term("Минск-2", 7),), 4)
    simple, expression = watch.rules
    treaty, sport = Hit(Term("treaty", 14)), Hit("sport")
    assert simple.condition == AllOf(
        (
            Hit("belarus"),
            treaty,
            AnyOf((sport, Hit(Term("annex*", 15)))),
            Not(Hit(Term("war", 16))),
            Near(((Hit("belarus"),), (sport,)), 5),
            Not(Hit("sport", Scope.TITLE)),
            Near(((Hit("belarus", Scope.BODY),), (Hit(Term("treaty", 19), Scope.BODY),)), None),
        )
    )
    assert (simple.name, simple.severity, simple.tags) == ("A name", Severity.HIGH, ("one", "two"))
    assert (simple.only, simple.skip) == ({"one", "tag:state"}, {"tag:sport"})
    assert (simple.languages, len(simple.tests), simple.line) == ({"ru", "be"}, 2, 10)
    assert (expression.name, expression.severity) == ("expression", Severity.MEDIUM)
    assert expression.condition == AllOf(
        (Near(((Hit("belarus"),), (Hit(Term("treaty", 27)),)), 3), Not(Hit("sport", Scope.TITLE)))
    )


BAD = """
version: 2
lists:
  belarus:
    ru: [Беларусь, "", Беларуcь, $sport, [x]]
    rus: [x]
    be|casd: [Мінск]
    en: {trem: x}
    uk: {term: Мінськ, drop: [Мінськові, Москва]}
    ru: [again]
  bad-name: {ru: [x]}
  empty: {}
rules:
  - id: a
    severity: hgih
    all: [$belarsu]
    when: $belarus and foo
  - id: a
    nmae: x
    near: {terms: [x], words: 3}
  - id: b b
    near: {terms: [x, y], within: paragraph}
    languages: [ru, ua]
  - name: without
    none: [war]
  - id: c
    any: [alpha]
    none: [Alpha]
    sources: {only: [x], skip: [x, "tag:"]}
    tests: {match: [""], no_match: [{titel: x}]}
  - id: d
    when: >
      "x" near/8 ("y"
      or слово) and $nolist
      and "Беларуcь"
  - text
  - id: f
  - id: g
    in_title: {}
  - id: h
    near: {terms: [x, y], words: 3, within: sentence}
  - id: i
    any: ["*", ""]
    all: []
  - id: j
    near: {terms: [x, y], words: -1}
    near: {terms: []}
"""


def test_every_mistake_of_a_file_is_reported_in_one_run(tmp_path):
    found = said(BAD, tmp_path)
    expected = """
2:10: version: input should be less than or equal to 1, not '2'
5:20: an empty term (a term has at least one letter or digit)
5:30: the Latin letter 'c' (U+0063) inside 'Беларуcь' (type the word in one alphabet)
5:34: a list holds terms, not other lists (name both lists in the rule)
5:42: ru: a text is expected, not a list
6:5: unknown language 'rus' (did you mean 'ru'?)
7:5: unknown modifier 'casd' (did you mean 'cased'?)
8:9: missing key 'term'
8:10: unknown key 'trem' (did you mean 'term'?)
9:42: 'Москва' is no form of 'Мінськ'
10:5: duplicate key 'ru' (the first is in line 5)
11:3: the list name 'bad-name' is not allowed (letters, digits and _ only)
12:3: the list 'empty' has no terms
15:15: unknown severity 'hgih' (did you mean 'high'?)
16:11: unknown list $belarsu (did you mean 'belarus'?)
17:5: a rule has `when` or the simple form, never both (say all inside when)
17:24: a bare word 'foo' (a term stands in "quotes", a list is $foo)
18:9: duplicate id 'a' (the first is in line 14)
19:5: unknown key 'nmae' (did you mean 'name'?)
20:19: near with one term (it takes two or more terms or $lists)
21:9: the id 'b b' is not allowed (letters, digits and . _ - only, at most 64)
22:35: unknown within 'paragraph' (known: sentence)
23:21: unknown language 'ua' (known: be, en, ru, uk)
24:5: missing key 'id'
25:5: the rule is made of exclusions only: it holds for texts without any of its words
27:5: the rule can never match: what it asks for it also excludes
29:15: the rule can never match: no source is left
29:36: 'tag:' is not the name of a source (a source id, or tag:NAME)
30:21: an empty test (a text, or {title: ..., text: ..., source: ...})
30:37: an empty test (a text, or {title: ..., text: ..., source: ...})
30:38: unknown key 'titel' (did you mean 'title'?)
34:10: a bare word 'слово' (a term stands in "quotes", a list is $слово)
34:21: unknown list $nolist (known: bad-name, belarus, empty)
35:18: the Latin letter 'c' (U+0063) inside 'Беларуcь' (type the word in one alphabet)
36:5: rule: a mapping: key: value is expected, not 'text'
37:5: the rule asks for nothing (give it `when`, or some of all, any, none, near, in_title, in_body)
39:15: in_title asks for nothing (give it some of all, any, none, near)
41:5: near takes either words or within (words: 12, or within: sentence)
43:12: an empty term (a term has at least one letter or digit)
43:16: an empty term (a term has at least one letter or digit)
44:10: all needs at least one term or $list
46:34: words: input should be greater than or equal to 0, not '-1'
47:5: duplicate key 'near' (the first is in line 46)
""".strip().splitlines()
    assert found == expected


def test_a_rule_test_that_does_not_hold_is_a_problem_of_the_file(tmp_path):
    text = """
lists:
  a: {ru: [Минск]}
rules:
  - id: r
    when: $a near/2 "Россия" and not title:"хоккей"
    sources: {skip: tag:sport}
    tests:
      match:
        - в Минске и России
        - в Минске никто о нас и о России
        - {title: Хоккей, text: Минск и Россия}
        - {text: Минск и Россия, source: tag:sport}
      no_match:
        - Минск
        - {title: Россия, text: Минск}
        - в Минске и в России
  - id: broken
    all: [$nothing]
    tests: {match: [a text that is not tried]}
"""
    assert said(text, tmp_path) == ["19:11: unknown list $nothing (known: a)"]
    assert said(text, tmp_path, tests=True) == [
        "11:11: rule 'r' does not hold for a text it must match: $a near/2 \"Россия\": nearest: 5 words between",
        "12:11: rule 'r' does not hold for a text it must match: not title:\"хоккей\": it is there",
        "13:11: rule 'r' does not hold for a text it must match: sources skip tag:sport: the article is from tag:sport",
        "17:11: rule 'r' holds for a text it must not match: 'Минске', 'России'",
        "19:11: unknown list $nothing (known: a)",
    ]


def test_a_file_that_cannot_be_read_is_a_problem_too(tmp_path):
    assert [problem.message for problem in check_watch(tmp_path / "none.yaml")] == ["there is no such file"]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("all: []", "all needs at least one term"),
        ("all:", "all needs at least one term"),
        ("when:", "an empty `when`"),
        ("when: ''", "an empty `when`"),
        ("near: {terms: [x, y]}", "either words or within"),
        ("near: [x, y]", "a mapping: key: value is expected"),
        ("all: [[x]]", "a text is expected, not a list"),
        ("all: [{add: y}]", "missing key 'term'"),
        ("all: [x]\n    sources: {only: []}", "no source is left"),
        ("all: [x]\n    tests: {match: {text: ''}}", "an empty test"),
        ("all: [x]\n    tests: [x]", "a mapping: key: value is expected"),
        ("all: [x]\n    id: ''", "duplicate key 'id'"),
        ("all: [x]\n    severity: 3", "unknown severity '3'"),
        ("all: [x]\n    all: [y]", "duplicate key 'all'"),
    ],
)
def test_single_mistakes(rule, problem, tmp_path):
    assert problem in said(f"rules:\n  - id: r\n    {rule}\n", tmp_path)[0]


@pytest.mark.parametrize("text", ["", "rules: []", "rules:", "lists: {a: {ru: [x]}}"])
def test_a_file_without_rules_is_refused(text, tmp_path):
    assert any("rules" in line for line in said(text + "\n", tmp_path))


def test_words_of_yaml_are_words(tmp_path):
    watch = load("lists: {no: {en: [no, on, 012, 3:20, 2024-01-01]}}\nrules: [{id: r, all: [$no]}]", tmp_path)
    assert [term.text for term in watch.lists["no"].terms] == ["no", "on", "012", "3:20", "2024-01-01"]


def test_an_anchor_may_share_a_list_of_terms(tmp_path):
    watch = load("lists: {a: {ru: &x [Минск], be: *x}}\nrules: [{id: r, all: [$a]}]", tmp_path)
    assert [term.languages for term in watch.lists["a"].terms] == [("ru",), ("be",)]


def test_the_schema_takes_what_the_loader_takes_and_knows_the_keys():
    schema = watch_schema()
    checker = jsonschema.validators.validator_for(schema)(schema)
    checker.check_schema(schema)
    checker.validate(yaml.safe_load(GOOD))
    wrong = ["nmae: x", "all: [{trem: x}]", "severity: hgih", "languages: [ua]", "near: {terms: [x, y], within: line}"]
    assert all(not checker.is_valid(yaml.safe_load(f"rules: [{{id: r, {key}}}]")) for key in wrong)
    assert not checker.is_valid(yaml.safe_load("lists: {a: {rus: [x]}}\nrules: [{id: r, all: [x]}]"))


def test_ten_thousand_terms_load_in_seconds(tmp_path):
    letters = "бвгджзклмнпрст"
    words = [f"{a}о{b}а{c}{d}" for a in letters for b in letters for c in letters for d in "ауыия"][:10_000]
    lists = "\n".join(f"  l{n}: {{ru: [{', '.join(words[n * 10 : n * 10 + 10])}]}}" for n in range(1_000))
    rules = "\n".join(
        f"  - {{id: r{n}, near: {{terms: [$l{n}, $l{(n * 7 + 1) % 1_000}], words: 8}}}}" for n in range(1_000)
    )
    began = time.process_time()
    watch = load(f"lists:\n{lists}\nrules:\n{rules}\n", tmp_path)
    assert time.process_time() - began < 4
    assert (sum(len(entry.terms) for entry in watch.lists.values()), len(watch.rules)) == (10_000, 1_000)


PIECES = [
    "rules",
    "lists",
    "id",
    "all",
    "near",
    "when",
    "terms",
    "tests",
    "match",
    "$a",
    "x",
    ": ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\n",
    "  ",
    "- ",
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_soup_of_keys_is_a_file_or_has_problems(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "soup.yaml"
    path.write_text(text, encoding="utf-8")
    lines = len(re.split("\n", text))
    assert all(1 <= problem.line <= lines for problem in check_watch(path))
