"""`monitor backtest`: what it decides, and the command over a file and over an archive."""

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from support.program import ROOT, monitor, write_config

from monitor.backtest import Change, Counts, backtest
from monitor.config.watch import load_watch
from monitor.matching import Matcher
from monitor.models import Article, Source
from monitor.store.archive import Archive

BEFORE = """version: 1
rules:
  - {id: harbour, severity: medium, any: [harbour]}
  - {id: ferry, severity: low, any: [ferry]}
"""
AFTER = """version: 1
rules:
  - {id: harbour, severity: high, all: [harbour, ferry]}
  - {id: bridge, severity: low, any: [bridge], sources: {skip: ["tag:sport"]}}
"""
TELLINGS = "The old {} by the sea was closed on Monday after the storm, and nobody knows when it will open again."


def compiled(tmp_path, name: str, text: str) -> Matcher:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return Matcher(load_watch(path))


@pytest.fixture
def run(tmp_path):
    """Compare the two files over articles."""
    before, after = compiled(tmp_path, "before.yaml", BEFORE), compiled(tmp_path, "after.yaml", AFTER)
    return lambda *articles, tags=None: backtest(articles, before, after, tags or {})


def article(name: str, text: str, day: int | None = 1, of: str = "s") -> Article:
    published = datetime(2026, 3, day, 23, 30, tzinfo=UTC) if day else None
    return Article(id=name, source=of, title=f"Title {name}", text=text, published=published)


ARTICLES = (
    article("kept", "The harbour has a new ferry."),
    article("lost-1", "The harbour is frozen.", day=2),
    article("lost-2", "A ferry ran aground near the island.", day=2),
    article("added", "They will build a bridge here next year.", day=3),
    article("silent", "Nothing happened."),
    article("undated", "Another bridge, of wood, over the brook.", day=None),
)


def test_what_is_added_lost_and_kept_by_article_rule_and_day(run):
    found = run(*ARTICLES)
    assert found.articles == 6
    assert found.by_article() == found.by_story() == Counts(added=2, lost=2, kept=1)
    assert [one.article for one in found.of(Change.ADDED)] == ["added", "undated"]
    assert [one.article for one in found.of(Change.LOST)] == ["lost-1", "lost-2"]
    assert found.by_rule() == {
        "bridge": Counts(added=2),
        "ferry": Counts(lost=2),
        "harbour": Counts(lost=1, kept=1),
    }
    assert found.by_day() == {
        date(2026, 3, 1): Counts(kept=1),
        date(2026, 3, 2): Counts(lost=2),
        date(2026, 3, 3): Counts(added=1),
    }
    assert found.undated() == Counts(added=1)


def test_an_article_that_alerts_in_another_way_is_named(run):
    (one,) = run(*ARTICLES).altered
    assert (one.article, one.before.severity, one.after.severity) == ("kept", "medium", "high")
    assert (one.before.rules, one.after.rules) == (("harbour", "ferry"), ("harbour",))


def test_an_article_read_twice_counts_once_as_it_was_last(run):
    early, late = article("a", "A bridge."), article("a", "The harbour.")
    assert run(early, late).by_article() == Counts(lost=1)
    assert run(late, early).by_article() == Counts(added=1)
    forgotten = run(early, article("a", "Nothing."))
    assert (forgotten.articles, forgotten.compared) == (1, ())


def test_tellings_of_one_story_are_one_alert(run):
    tellings = [article(name, TELLINGS.format("bridge") + " " + name) for name in ("one", "two", "three")]
    found = run(*tellings, article("other", TELLINGS.format("harbour").upper()[::-1] + " bridge"))
    assert found.by_article() == Counts(added=4)
    assert found.by_story() == Counts(added=2)
    assert [one.story for one in found.compared] == [0, 0, 0, 1]


def test_a_story_that_alerts_by_another_telling_is_kept(run):
    found = run(article("a", TELLINGS.format("harbour")), article("b", TELLINGS.format("harbour") + " A bridge fell."))
    assert found.by_article() == Counts(lost=1, kept=1)
    assert found.by_story() == Counts(kept=1)
    assert found.kept_stories() == {0}


def test_the_tags_of_sources_count(run):
    bridge = article("a", "A bridge.", of="games")
    assert run(bridge).by_article() == Counts(added=1)
    assert run(bridge, tags={"games": ("sport",)}).by_article() == Counts()


def test_on_real_articles_a_rule_that_goes_loses_just_its_own(shared_data):
    rows = map(json.loads, (shared_data / "relevance" / "labelled.jsonl").read_text(encoding="utf-8").splitlines())
    articles = [Article(id=row["id"], source="", title=row["title"], text=row["text"] or "") for row in rows]
    watch = load_watch(ROOT / "config" / "watch.yaml")
    whole = Matcher(watch)
    held = Counter(match.rule for one in articles for match in whole.match(one))
    ((gone, number),) = held.most_common(1)
    without = replace(watch, rules=tuple(rule for rule in watch.rules if rule.id != gone))
    found = backtest(articles, whole, Matcher(without), {})
    assert found.by_rule() == {rule: Counts(kept=count) for rule, count in held.items()} | {gone: Counts(lost=number)}
    assert found.by_article().added == 0
    assert found.by_article().lost + len(found.altered) == number


@pytest.fixture
def files(tmp_path):
    """Both watch files and the articles as rows: their paths."""
    for name, text in (("before.yaml", BEFORE), ("after.yaml", AFTER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    rows = [one.model_dump(mode="json", include={"id", "source", "title", "text", "published"}) for one in ARTICLES]
    rows[-1]["published"] = "some day"
    (tmp_path / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return {path.stem: str(path) for path in tmp_path.iterdir()}


def test_over_a_file_it_needs_no_server_and_no_configuration(files, tmp_path):
    done = monitor(
        "backtest", files["after"], files["articles"], "--against", files["before"], "--config", str(tmp_path / "none")
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    cells = [line.split() for line in lines]
    assert ["articles", "that", "alert", "2", "2", "1"] in cells
    assert ["bridge", "(new)", "2", "-", "-"] in cells
    assert ["ferry", "(gone)", "-", "2", "-"] in cells
    assert ["2026-03-02", "-", "2", "-"] in cells
    assert ["undated", "1", "-", "-"] in cells
    assert "+ 2026-03-03  Title added" in lines
    assert "- 2026-03-02  Title lost-1" in lines
    assert "~ 2026-03-01  Title kept" in lines
    assert "    s: medium harbour + ferry -> high harbour" in lines
    assert "    They will build a [bridge] here next year." in lines


def test_a_program_reads_one_object(files):
    done = monitor("backtest", files["after"], files["articles"], "--against", files["before"], "--json")
    found = json.loads(done.stdout)
    assert found["articles"] == 6
    assert found["by_article"] == found["by_story"] == {"added": 2, "lost": 2, "kept": 1}
    assert found["by_rule"]["harbour"] == {"added": 0, "lost": 1, "kept": 1}
    assert found["by_day"]["2026-03-02"] == {"added": 0, "lost": 2, "kept": 0}
    assert [row["id"] for row in found["lost"]] == ["lost-1", "lost-2"]
    assert found["altered"][0]["after"] == {"rules": ["harbour"], "severity": "high"}


def test_titles_are_limited_until_all_are_asked_for(files, tmp_path):
    many = tmp_path / "many.jsonl"
    rows = [{"id": n, "title": f"Story {n}", "text": f"A bridge in town {n}", "date": "2026-03-01"} for n in range(60)]
    many.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    command = ("backtest", files["after"], str(many), "--against", files["before"])
    short = monitor(*command).stdout
    assert short.count("Story ") == 20
    assert "… and 40 more (--all lists them)" in short
    assert monitor(*command, "--all").stdout.count("Story ") == 60


@pytest.mark.parametrize(("line", "reason"), [("nonsense", "not JSON"), ('{"id": 1, "text": 5}', "text is not a text")])
def test_a_bad_row_stops_it_with_its_number(files, tmp_path, line, reason):
    bad = tmp_path / "bad.jsonl"
    bad.write_text(f'{{"id": 0, "title": "x"}}\n{line}\n', encoding="utf-8")
    done = monitor("backtest", files["after"], str(bad), "--against", files["before"])
    assert done.returncode == 1
    assert done.stderr.startswith("monitor: line 2: ")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_is_read_whole_and_the_same_file_is_pointed_out(files):
    assert monitor("backtest", files["after"], files["articles"], "--since", "7d").returncode == 2
    same = monitor("backtest", files["after"], files["articles"], "--against", files["after"])
    assert same.returncode == 0
    assert "compared with itself" in same.stderr


@pytest.fixture
def archive(server, client, keys):
    """An archive on a real server, and what makes a command find it."""
    found = Archive(client, keys, keep=timedelta(days=14), most=1000)
    return found, {"REDIS_URL": server.url}, {"prefix": keys("")}


def test_over_the_archive_against_the_file_in_use(archive, client, folder, files):
    """The configuration gives the file before and the tags; `--since` counts from when articles were read."""
    archive, address, redis = archive
    games = Source(id="games", url="http://x.test/", kind="feed", tags=("sport",))
    config = write_config(folder, games, watch=Path(files["before"]), redis=redis)
    place = {"MONITOR_CONFIG": str(config), "MONITOR_DATA": str(folder / "data"), **address}
    empty = monitor("backtest", files["after"], **place)
    assert (empty.returncode, empty.stderr) == (0, "")
    assert "No article alerts, before or after." in empty.stdout
    early = article("kept", "A bridge.")
    with client.pipeline() as pipe:
        archive.add(pipe, [early, *ARTICLES, article("sport", "A bridge for runners.", of="games")])
        pipe.execute()
    found = monitor("backtest", files["after"], "--since", "1h", "--json", **place)
    assert json.loads(found.stdout)["by_article"] == {"added": 2, "lost": 2, "kept": 1}
    assert json.loads(found.stdout)["archive"]["readings"] == 8
    whole = monitor("backtest", files["after"], **place)
    assert re.search("7 articles of the archive, which holds 8 readings in [1-9][0-9]* KB\n", whole.stdout)


def test_without_a_server_and_without_data_one_line_says_so(files, folder):
    config = write_config(folder, watch=Path(files["before"]))
    done = monitor("backtest", files["after"], "--config", str(config), "--data", str(folder / "data"))
    assert done.returncode == 1
    assert done.stderr.startswith("monitor: nothing runs")
    assert done.stderr.count("\n") == 1
