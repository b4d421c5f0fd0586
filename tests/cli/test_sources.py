"""`monitor sources`: what a person sees at 80 columns, what a pipe gets, and what a program gets."""

import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from support.flow import Flow, rss, rss_item, source
from support.origin import Answer
from support.program import monitor, write_config

from monitor.cli.source_rows import (
    gap_lines,
    in_plain_words,
    plain_lines,
    rhythm,
    row_of,
    table_of,
    trouble_lines,
    worst_first,
)
from monitor.models import Outcome, Source
from monitor.sources.health import Trouble
from monitor.sources.history import History
from monitor.sources.schedule import SourceState

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def row(name, state, trouble=None):
    chosen = Source(id=name, url="https://example.org/feed", kind="feed")
    return row_of(chosen, state, NOW + timedelta(minutes=4), trouble)


def failing(number, since=NOW):
    reason = f"HTTP 503 [red]{'x' * 200}\x1b[31m"
    return SourceState(outcome=Outcome.BUSY, failures=number, failing=since, checked=NOW, reason=reason)


WELL = SourceState(
    outcome=Outcome.NEW,
    checked=NOW,
    succeeded=NOW - timedelta(minutes=3),
    history=History(latest=NOW - timedelta(hours=2), gaps=2),
)
SILENT = Trouble(subject="source:quiet", name="q", reason="it brings nothing new", since=NOW, noticed=NOW)


@pytest.fixture
def rows():
    return worst_first(
        [
            row("a-well", WELL),
            row("a-source-with-a-very-long-name-of-its-own", WELL),
            row("new", SourceState()),
            row("quiet", WELL, SILENT),
            row("once", failing(1)),
            row("often", failing(9)),
        ]
    )


def test_what_fails_comes_first(rows):
    assert [found["id"] for found in rows][:3] == ["often", "once", "quiet"]


def test_the_table_fits_80_columns_and_names_what_is_wrong_below(rows):
    drawn = io.StringIO()
    console = Console(file=drawn, width=80, force_terminal=True, color_system=None, highlight=False)
    console.print(table_of(rows, NOW))
    lines = drawn.getvalue().splitlines()
    assert len(lines) == 1 + len(rows), "no row is wrapped"
    assert max(map(len, lines)) <= 80
    (first,) = [line for line in lines if line.startswith("a-well")]
    assert first.split("  ")[0] == "a-well"
    for cell in ("ok", "3 min ago", "2 h ago", "in 4 min"):
        assert cell in first
    said = [str(line) for line in trouble_lines(rows)]
    assert said[0].startswith("often: too many requests: HTTP 503 [red]")
    assert said[0].endswith("(9 times in a row)")
    assert said[2] == "quiet: it brings nothing new"
    assert "\x1b" not in "".join(said)


def test_a_pipe_gets_a_line_a_source(rows):
    lines = list(plain_lines(rows, NOW))
    assert len(lines) == 1 + len(rows)
    assert [len(re.split(r" {2,}", line)) for line in lines] == [8, 8, 8, 8, 7, 7, 7]
    assert not any("\n" in line or "\x1b" in line for line in lines)
    assert "a-source-with-a-very-long-name-of-its-own" in "\n".join(lines)


@pytest.mark.parametrize(("per_day", "said"), [(None, "-"), (512.4, "512 a day"), (1, "1 a day"), (0.4, "3 a week")])
def test_a_rhythm_in_words(per_day, said):
    assert rhythm(per_day) == said


def test_counts_are_sentences_and_nothing_is_left_out():
    counts = {
        "source:new": 3, "source:timeout": 1, "source:unchanged": 1200, "page:new": 2, "articles": 9, "partial": 0,
        "gaps": 1, "gaps:items": 4, "moves": 1, "alerts": 2, "something:odd": 5,
    }  # fmt: skip
    assert list(in_plain_words(counts)) == [
        "1,204 checks of sources: nothing new 1,200, new items 3, no answer in time 1",
        "2 article pages: read 2",
        "9 articles read",
        "1 gaps between two checks, 4 items found for them",
        "1 moves of a source to another address",
        "2 alerts",
        "also counted: something:odd 5",
    ]


def test_a_gap_of_the_last_day_is_shown_with_its_times():
    gap = {"gaps": 1, "gap_from": NOW - timedelta(hours=9), "gap_until": NOW - timedelta(hours=2)}
    fresh = row("s", SourceState(history=History(gap=NOW - timedelta(hours=1), **gap), filled=4))
    past = row("s", SourceState(history=History(gap=NOW - timedelta(days=2), **gap), filled=4))
    (line,) = gap_lines([fresh, past, row("s", WELL)], NOW)
    assert line == "s: a gap from 24 Nov 03:00 to 24 Nov 10:00 UTC, 4 items found elsewhere so far"


def test_the_command_over_a_store(server, keys, folder, origin):
    watched = (source(origin, name="good"), source(origin, "/none", "bad"))
    origin.answers["/feed"] = Answer(rss(rss_item("Новость", "/1", "", "Mon, 23 Nov 2026 10:00:00 GMT")))
    write_config(folder, *watched, redis={"prefix": keys.prefix})
    running = Flow(server.url, keys.prefix, folder, *watched)
    running.settle(1)
    place = {"MONITOR_CONFIG": str(folder / "config"), "MONITOR_DATA": str(folder / "data"), "REDIS_URL": server.url}
    shown = monitor("sources", **place).stdout.splitlines()
    assert shown[1].split()[:2] == ["bad", "not-found"]
    assert shown[1].endswith("  not found: HTTP 404")
    assert shown[2].split()[:2] == ["good", "ok"]
    assert "2 checks of sources: new items 1, not found 1" in shown
    bad, good = map(json.loads, monitor("sources", "--json", **place).stdout.splitlines())
    assert (bad["error"], bad["failures"], bad["succeeded"]) == ("not found: HTTP 404", 1, None)
    assert (good["last_item"], good["error"], good["gaps"]) == ("2026-11-23T10:00:00+00:00", "", 0)
