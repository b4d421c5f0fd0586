"""`monitor explain`: as a command, and what it shows at a terminal."""

import io
import json
import re

import pytest
from rich.console import Console
from support.flow import WATCH, article_page, source
from support.origin import Answer
from support.program import monitor, write_config

from monitor.cli.explained import excerpt, show_explanation
from monitor.config.watch import load_watch
from monitor.matching import Matcher
from monitor.models import Article, Source, Span

RULES = """version: 1
lists:
  country: {en: [Belarus], ru: [Беларусь]}
  joining: {en: [integration], ru: [интеграция]}
  sport: {en: [hockey], ru: [хоккей]}
rules:
  - id: joining
    name: Joining
    severity: high
    near: {terms: [$country, $joining], words: 3}
  - id: state-only
    severity: critical
    all: [$country]
    sources: {only: ["tag:state"]}
  - id: no-sport
    severity: low
    when: $country and not $sport and ($joining or "budget")
  - id: harbour
    severity: low
    any: [harbour]
"""
TITLE = "Deeper integration of Belarus"
FAR = "Belarus, as one paper of the capital wrote last week, is slow at integration, and hockey comes first."
NOBODY = Source.model_construct(id="", url="", kind="page")
STATE = Source(id="agency", url="http://x.test/", kind="feed", tags=("state",), name="The Agency")


@pytest.fixture
def watch(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def shown(watch, article: Article, *, colour: bool = False, whole: bool = False, origin: Source = NOBODY) -> str:
    """What a terminal of 100 columns shows, or without colour what a file gets."""
    file = io.StringIO()
    console = Console(file=file, width=100, force_terminal=colour, color_system="truecolor" if colour else None)
    matcher = Matcher(load_watch(watch))
    show_explanation(console, article, origin, matcher.explain(article, tags=origin.tags), whole=whole)
    return file.getvalue()


def article(title: str = TITLE, text: str = "") -> Article:
    return Article(id="a", source="", title=title, text=text, language="en")


def part(output: str, rule: str) -> str:
    """The lines about one rule."""
    return next(block for block in output.split("\n\n") if re.search(rf"(^| ){rule} ", block, re.MULTILINE))


def test_a_plain_text_is_read_with_its_first_line_as_the_title(watch, tmp_path):
    story = tmp_path / "story.txt"
    story.write_text(f"\n{TITLE}\n\n{FAR} He wrote: <p> is a tag.\n", encoding="utf-8-sig")
    done = monitor("explain", str(story), "--watch", str(watch))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Deeper [integration] of [Belarus]\n")
    assert "1 of 4 rules hold" in done.stdout
    assert "<p> is a tag" in done.stdout


def test_a_rule_that_holds_shows_its_passage_words_and_line(watch):
    said = part(shown(watch, article(text="Belarus again.")), "joining")
    assert " HIGH " in said
    assert "title Deeper [integration] of [Belarus]" in said
    assert "$country  Belarus  (line 3)" in said
    assert "✓ $country near/3 $joining" in said


def test_a_rule_that_does_not_hold_shows_how_near_it_came_and_where(watch):
    said = part(shown(watch, article("A paper", FAR)), "joining")
    assert "does not hold" in said
    assert "✗ $country near/3 $joining: nearest: 12 words between" in said
    assert "[Belarus], as one paper" in said
    assert "slow at [integration], and hockey" in said


def test_a_word_that_forbids_is_shown_where_it_stands(watch):
    said = part(shown(watch, article("A paper", FAR)), "no-sport")
    assert "✗ not $sport: it is there" in said
    assert "and [hockey] comes first." in said
    assert "✓ $country" in said


def test_the_origin_is_a_condition_like_others(watch):
    without = part(shown(watch, article()), "state-only")
    assert "✗ sources only tag:state" in without
    output = shown(watch, article(), origin=STATE)
    assert "The Agency (state)" in output
    assert " CRITICAL  state-only" in output


def test_the_gravest_come_first_then_the_nearest(watch):
    output = shown(watch, article(text=FAR), origin=STATE)
    order = ["CRITICAL", "HIGH", "no-sport  does not hold", "harbour  does not hold"]
    places = [output.index(word) for word in order]
    assert places == sorted(places)


def test_a_terminal_has_colours_and_no_line_too_long(watch):
    output = shown(watch, article(text=f"{FAR} {FAR}\n{FAR}"), colour=True)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    assert "[Belarus]" not in plain
    assert "\x1b[1;30;43mBelarus" in output
    assert max(map(len, plain.splitlines())) <= 100


def test_the_whole_text_is_shown_when_asked_for(watch):
    long = article(text="\n".join(f"Paragraph {number} on Belarus. " + "Filler. " * 10 for number in range(20)))
    assert "Paragraph 19" not in shown(watch, long, origin=STATE)
    assert "--text shows all" in shown(watch, long, origin=STATE)
    assert "Paragraph 19 on [Belarus]" in shown(watch, long, origin=STATE, whole=True)


def test_hostile_text_moves_no_cursor_and_is_no_markup(watch):
    output = shown(watch, article("\x1b[2J[red]Belarus[/red] \u202e", "[bold]integration[/bold] Belarus \x07"))
    assert "\x1b" not in output
    assert "\x07" not in output
    assert "[red][Belarus][/red]" in output


@pytest.mark.parametrize("length", [10, 200, 5000])
def test_an_excerpt_marks_exactly_the_hits_and_stays_short(length):
    text = ("x" * 30 + " ") * (length // 10) + "First\nhit one " + ("слово " * length) + "two\nnext line"
    spans = [
        Span(field="text", start=at, end=at + len(word), text=word, term=word, line=1)
        for word in ("First", "one", "two", "hit one")
        if (at := text.index(word)) >= 0
    ]
    made = excerpt(text, spans)
    assert [made.text[start:end] for start, end in made.marks] == ["First", "hit one", "two"]
    assert len(made.text) < 700
    assert "next line" not in made.text


def test_a_program_reads_one_object(watch, tmp_path):
    story = tmp_path / "story.txt"
    story.write_text(f"A paper\n{FAR}", encoding="utf-8")
    found = json.loads(monitor("explain", str(story), "--watch", str(watch), "--json").stdout)
    assert found["article"]["text"] == FAR
    joining = found["rules"][0]
    assert (joining["rule"], joining["held"], joining["severity"]) == ("joining", False, "high")
    (near,) = joining["conditions"]
    assert near["distance"] == 12
    assert [FAR[span["start"] : span["end"]] for span in near["spans"]] == ["Belarus", "integration"]


def test_a_page_of_a_source_is_fetched_read_and_judged_as_the_program_would(folder, origin, tmp_path):
    watch = tmp_path / "watch.yaml"
    only = WATCH + "    sources: {only: ['tag:state']}\n"
    watch.write_text(only, encoding="utf-8")
    config = write_config(folder, source(origin, name="agency", tags=("state",)), watch=watch)
    text = "Бюджет Союзного государства утверждён. " * 5
    origin.answers["/page"] = Answer(article_page("Заседание", text), headers={"Content-Type": "text/html"})
    done = monitor("explain", f"{origin.url}/page", "--config", str(config), "--source", "agency")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 1 rules hold" in done.stdout
    assert "[Союзного государства]" in done.stdout
    assert "All rights reserved" not in done.stdout
    wrong = monitor("explain", f"{origin.url}/page", "--config", str(config), "--source", "agenci")
    assert wrong.returncode == 1
    assert wrong.stderr.endswith("has no source 'agenci': did you mean 'agency'?\n")


@pytest.mark.parametrize(("content", "reason"), [(b" \n ", "nothing to read"), (b"%PDF-1.7", "a PDF")])
def test_what_cannot_be_read_is_one_line(watch, tmp_path, content, reason):
    path = tmp_path / "page"
    path.write_bytes(content)
    done = monitor("explain", str(path), "--watch", str(watch))
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_seed_story_is_explained_with_the_default_watch_file(shared_data):
    done = monitor("explain", str(shared_data / "seed_story.txt"), "--json")
    held = [rule for rule in json.loads(done.stdout)["rules"] if rule["held"]]
    assert held
    assert all(rule["spans"] for rule in held)
