"""The whole program as a person runs it: real processes, real servers, the default watch file."""

import csv
import gzip
import html
import itertools
import json
import random
import re
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from support.flow import article_page, rss, rss_item, source
from support.origin import Answer
from support.program import Program, monitor, wait_until, write_config
from support.servers import Server, valkey_binary

from monitor.errors import UnreadableDocument
from monitor.kinds import read_entries
from monitor.models import Document, Purpose, Source

ABOUT = re.compile(r"(?i)belarus|minsk|lukash|union state|б[еэ]лар|білор|белор|мінск|минск|лукаш|союзн")
TITLE = "Kremlin considers annexing Belarus"
STORY = (
    "The Kremlin has returned to its plan to annex Belarus, calling it deeper integration of the two countries.\n"
    "Officials said the Union State of Russia and Belarus would get a single tax law and a joint command."
)


def every_second(origin, path="/feed", name="s", **more):
    return source(origin, path, name, every=timedelta(seconds=1), **more)


def unrelated_items(shared_data, number):
    """Items of real feeds that do not speak of the topic: title and text."""
    with (shared_data / "feeds" / "INDEX.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if int(row["items"]) > 3]
    found = {}
    for row in rows:
        body = (shared_data / row["file"]).read_bytes()
        body = gzip.decompress(body) if row["file"].endswith(".gz") else body
        document = Document("d", "s", Purpose.INDEX, "https://x.test/", body, "", datetime.now(UTC))
        try:
            entries = read_entries(document, Source(id="s", url="https://x.test/", kind="feed")).entries
        except UnreadableDocument:
            continue
        for entry in itertools.islice(entries, 8):
            words = f"{entry.title}\n{entry.lead}\n{entry.text}"
            if entry.title and not ABOUT.search(words):
                found.setdefault(entry.title, entry.text or entry.lead)
        if len(found) >= number:
            break
    return list(found.items())[:number]


def serve_seed_story(origin, shared_data, on_seed=lambda hit: None):
    """The story as an article page behind an item, beside 200 others."""
    title, _, text = (shared_data / "seed_story.txt").read_text(encoding="utf-8").partition("\n")
    others = unrelated_items(shared_data, 200)
    assert len(others) == 200
    items = [rss_item(html.escape(name), f"/{number}") for number, (name, _) in enumerate(others)]
    items.insert(100, rss_item(html.escape(title), "/seed"))
    origin.answers["/feed"] = Answer(rss(*items))
    for number, (name, words) in enumerate(others):
        origin.answers[f"/{number}"] = Answer(article_page(html.escape(name), html.escape(words)))

    def seed(hit):
        on_seed(hit)
        return Answer(article_page(html.escape(title), html.escape(text)))

    origin.answers["/seed"] = seed
    return title


def read_all(running, origin, number=200):
    wait_until(
        lambda: sum(hit.path not in {"/feed", "/robots.txt"} for hit in origin.hits) > number,
        120,
        "all pages are fetched",
    )
    with running.client() as client:
        # What a killed reader had is read again after HINT_AGAIN.
        wait_until(lambda: not client.zcard("monitor:unread"), 90, "all is read")


@pytest.mark.timeout(240)
def test_the_seed_story_among_200_others_alerts_once_and_not_again_after_a_restart(folder, origin, shared_data):
    title = serve_seed_story(origin, shared_data)
    write_config(folder, every_second(origin), fetch={"per_host": 10})
    with Program(folder) as running:
        wait_until(running.alerts, 90, "the alert")
        read_all(running, origin)
        (alert,) = map(json.loads, running.run("alerts", "--json", "--since", "1h").stdout.splitlines())
        assert alert["title"] == title
        assert title in running.run("alerts", "--rule", alert["rules"][0]["id"]).stdout
        assert running.run("alerts", "--rule", "no-such-rule").stdout == ""
        assert alert["severity"] in {"high", "critical"}
        assert running.stop() == 0
    assert title in running.run("alerts").stdout, "the data folder of a stopped program is read too"
    asked = origin.count("/feed")
    with Program(folder) as running:
        wait_until(lambda: origin.count("/feed") > asked + 2, 30, "the feed is polled again")
        time.sleep(1)
        assert len(running.alerts()) == 1
        assert running.stop(signal.SIGTERM) == 0
    assert origin.count("/seed") == 1


@pytest.mark.timeout(420)
def test_killing_worker_children_at_any_moment_loses_nothing(folder, origin, shared_data):
    """Every child is killed when the story is being fetched, and again and again while it is read."""
    chosen = random.Random(7)
    programs = []

    def kill(_hit=None):
        for program in programs:
            for child in program.children_of_worker():
                with suppress(psutil.NoSuchProcess):
                    child.kill()

    serve_seed_story(origin, shared_data, on_seed=lambda hit: kill() if origin.count("/seed") <= 2 else None)
    write_config(folder, every_second(origin), fetch={"per_host": 10, "deadline": "5s"})
    with Program(folder) as running:
        programs.append(running)
        wait_until(lambda: origin.count("/feed"), 30, "a first poll")
        for _ in range(6):
            time.sleep(chosen.uniform(0.1, 1.0))
            kill()
        wait_until(running.alerts, 150, "the alert")
        read_all(running, origin)
        assert len(running.alerts()) == 1
        with running.client() as client:
            assert int(client.hget("monitor:counts", "articles")) == 201, "every page was read"


def test_a_second_up_on_one_data_folder_is_refused_with_the_pid(folder, origin):
    write_config(folder, every_second(origin))
    with Program(folder) as running:
        wait_until(lambda: "watching" in running.output())
        place = {"MONITOR_CONFIG": str(folder / "config"), "MONITOR_DATA": str(folder / "data")}
        second = monitor("up", **place)
        assert second.returncode == 1
        assert f"pid {running.process.pid}" in second.stderr


def test_a_server_or_worker_that_is_killed_is_started_again(folder, origin):
    write_config(folder, every_second(origin))
    origin.answers["/feed"] = Answer(rss(rss_item("Nothing yet", "/0")))
    with Program(folder) as running:
        wait_until(lambda: origin.count("/feed") > 1)
        for name in ("valkey-server", "worker", "beat"):
            for process in running.family():
                with suppress(psutil.NoSuchProcess, AttributeError):
                    if any(name in part for part in process.cmdline()) and process.parent().pid == running.process.pid:
                        process.kill()
            asked = origin.count("/feed")
            wait_until(lambda asked=asked: origin.count("/feed") > asked + 1, 60, f"polls after {name} was killed")
            if name == "valkey-server":
                assert "starting it again" in running.output()
                assert "worker ended" not in running.output(), "the worker lives through the outage"
                assert "beat ended" not in running.output()
        origin.answers["/feed"] = Answer(rss(rss_item(TITLE, "/1")))
        origin.answers["/1"] = Answer(article_page(TITLE, STORY))
        wait_until(running.alerts, 30, "the alert")
        assert running.stop() == 0


def test_everything_ends_when_up_itself_is_killed(folder, origin):
    write_config(folder, every_second(origin))
    with Program(folder) as running:
        wait_until(lambda: origin.count("/feed"))
        family = running.family()
        running.process.kill()
        programs = [process for process in family if "celery" in " ".join(process.cmdline())]
        wait_until(lambda: not any(process.is_running() for process in programs), 30, "worker and beat end")
        with Program(folder) as following:
            asked = origin.count("/feed")
            wait_until(lambda: origin.count("/feed") > asked, 30, "the next `up` takes the folder over")
            assert following.stop() == 0


def test_the_start_summary_names_sources_that_never_worked_and_digests_what_was_there(folder, origin):
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    stories = {
        TITLE: STORY,
        "Russian nuclear weapons arrive in Belarus": "A train brought the warheads to a depot in the east on Monday.",
        "One currency for Russia and Belarus is ready": "The central banks of both countries will issue it together.",
    }
    origin.answers["/feed"] = Answer(rss(*(rss_item(title, f"/{at}", date=now) for at, title in enumerate(stories))))
    for at, (title, text) in enumerate(stories.items()):
        origin.answers[f"/{at}"] = Answer(article_page(title, text))
    origin.answers["/bad"] = Answer(b"<html>Welcome</html>")
    write_config(folder, every_second(origin), every_second(origin, "/bad", "bad"))
    with Program(folder) as running:
        wait_until(lambda: "start: 1 of 2 sources answer" in running.output(), 40)
        assert "bad: not-a-feed" in running.output()
        assert re.search(r"bad +not-a-feed", running.run("sources").stdout)
        wait_until(lambda: "already in the sources" in running.output(), 60, "the digest")
        assert len(running.alerts()) >= 2
        assert f"{len(running.alerts())} stories that match were already" in running.output()


def test_redis_away_at_start_is_waited_for(folder, origin):

    write_config(folder, every_second(origin))
    server = Server(valkey_binary(), folder / "own")
    with Program(folder, REDIS_URL=server.url) as running:
        wait_until(lambda: "waiting for Redis" in running.output())
        server.start()
        try:
            wait_until(lambda: origin.count("/feed"), 30, "a poll")
            assert "Redis is back" in running.output()
            assert running.stop() == 0
        finally:
            server.stop()


def test_a_broken_configuration_is_refused_by_up_and_by_the_worker(folder, origin):
    config = write_config(folder, every_second(origin))
    (config / "settings.yaml").write_text("version: 1\nretension: 30d\n")
    place = {"MONITOR_CONFIG": str(config), "MONITOR_DATA": str(folder / "data")}
    with Program(folder, command=["celery", "--app", "monitor.worker", "worker"]) as worker:
        assert worker.process.wait(30) == 1
    for said in (monitor("up", **place).stderr, worker.output()):
        assert "settings.yaml:2:1: unknown key 'retension'" in said


def test_the_procfile_runs_under_honcho(folder, origin):
    """Each line of the Procfile as honcho starts it: an alert comes out, and all ends on SIGTERM."""
    write_config(folder, every_second(origin))
    origin.answers["/feed"] = Answer(rss(rss_item(TITLE, "/1")))
    origin.answers["/1"] = Answer(article_page(TITLE, STORY))
    with Program(folder, command=["honcho", "start", "--no-colour"]) as running:
        wait_until(running.alerts, 60, "the alert")
        running.stop(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_does_not_wait_for_a_slow_source_and_loses_nothing(folder, origin, number):
    """A 15 s answer is under way: the stop gives it back, and the next start fetches it again."""
    write_config(folder, every_second(origin))
    origin.answers["/feed"] = Answer(rss(rss_item(TITLE, "/1")), delay=15)
    origin.answers["/1"] = Answer(article_page(TITLE, STORY))
    with Program(folder) as running:
        wait_until(lambda: origin.count("/feed"), 30, "the fetch begins")
        began = time.monotonic()
        assert running.stop(number) == 0
        assert time.monotonic() - began < 10
    origin.answers["/feed"].delay = 0
    with Program(folder) as running:
        wait_until(running.alerts, 30, "the alert after the next start")
