"""`monitor sources add` and `retry`, as a person runs them."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from support.flow import rss, rss_item, source
from support.origin import Answer
from support.program import monitor, write_config

from monitor.store.connection import connect
from monitor.store.jobs import Jobs

HTML = {"Content-Type": "text/html; charset=utf-8"}
ITEMS = (rss_item("First news of the day", "/1"), rss_item("Second news of the day", "/2"))
COMMENTED = """# my own words
version: 1
sources:
    # the first
    - id: s   # short
      kind: feed
      url: https://example.org/feed.xml
# of the end
"""


def page(body: str, head: str = "") -> Answer:
    return Answer(f"<html><head><title>The Paper</title>{head}</head><body>{body}</body></html>".encode(), headers=HTML)


@pytest.fixture
def config(folder, origin):
    return write_config(folder, source(origin, "/watched"))


@pytest.fixture
def add(config):
    def run(*arguments):
        return monitor("sources", "add", *arguments, "--allow-private", MONITOR_CONFIG=str(config))

    return run


def listed(config):
    return yaml.safe_load((config / "sources.yaml").read_text(encoding="utf-8"))["sources"]


def test_a_feed_is_added_with_its_own_name(add, config, origin):
    origin.answers["/feed"] = Answer(rss(*ITEMS))
    done = add(
        f"{origin.url}/feed", "--id", "paper", "--name", "Газета", "--tag", "state", "--tag", "by", "--every", "1m"
    )
    assert done.returncode == 0, done.stderr
    assert "First news of the day" in done.stdout
    added = listed(config)[1]
    assert added == {
        "id": "paper",
        "url": f"{origin.url}/feed",
        "kind": "feed",
        "name": "Газета",
        "tags": ["state", "by"],
        "every": "1m",
        "allow_private": True,
        "language": "en",
    }


def test_the_feeds_that_a_page_announces_are_found_and_comments_come_last(add, config, origin):
    link = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
    origin.answers["/"] = page("", link.format("Comments", "/comments") + link.format("All news", "news.rss"))
    origin.answers["/comments"] = Answer(rss(rss_item("A comment", "/c")))
    origin.answers["/news.rss"] = Answer(rss(*ITEMS))
    assert add(f"{origin.url}/").returncode == 0
    assert listed(config)[1]["url"] == f"{origin.url}/news.rss"
    assert add(f"{origin.url}/", "--pick", "2").returncode == 0
    assert listed(config)[2]["url"] == f"{origin.url}/comments"
    again = add(f"{origin.url}/")
    assert (again.returncode, "watched already" in again.stdout, "is watched already, as" in again.stderr) == (
        1,
        True,
        True,
    )
    assert len(listed(config)) == 3


def test_a_feed_in_its_usual_place_and_else_the_page_itself(add, config, origin):
    headlines = "".join(f'<a href="/n{n}">A headline long enough to be one, number {n}</a>' for n in range(6))
    origin.answers["/"] = page(headlines)
    assert add(f"{origin.url}/").returncode == 0
    assert listed(config)[1]["kind"] == "page"
    origin.answers["/rss.xml"] = Answer(rss(*ITEMS))
    assert add(f"{origin.url}/").returncode == 0
    assert listed(config)[2]["url"] == f"{origin.url}/rss.xml"


def test_a_dry_run_writes_nothing(add, config, origin):
    origin.answers["/feed"] = Answer(rss(*ITEMS))
    before = (config / "sources.yaml").read_bytes()
    done = add(f"{origin.url}/feed", "--dry-run")
    assert "url: " in done.stdout
    assert (config / "sources.yaml").read_bytes() == before


@pytest.mark.parametrize("path", ["/gone", "/empty"])
def test_nothing_to_watch_is_exit_code_1(add, config, origin, path):
    origin.answers["/empty"] = page("nothing here")
    done = add(origin.url + path)
    assert done.returncode == 1
    assert done.stderr.startswith("monitor: ")
    assert len(listed(config)) == 1


def test_an_address_of_the_own_network_is_refused_without_the_flag(config, origin):
    origin.answers["/feed"] = Answer(rss(*ITEMS))
    done = monitor("sources", "add", f"{origin.url}/feed", MONITOR_CONFIG=str(config))
    assert (done.returncode, origin.count("/feed")) == (1, 0)


def test_what_a_person_wrote_stays(add, config, origin):
    origin.answers["/feed"] = Answer(rss(*ITEMS))
    (config / "sources.yaml").write_text(COMMENTED, encoding="utf-8")
    assert add(f"{origin.url}/feed").returncode == 0
    written = (config / "sources.yaml").read_text(encoding="utf-8")
    assert written.startswith(COMMENTED.rstrip("\n"))
    assert "\n    - id: " in written[len(COMMENTED) :]


def test_wrong_options_are_said_in_one_line(add, origin):
    origin.answers["/feed"] = Answer(rss(*ITEMS))
    assert "every: " in add(f"{origin.url}/feed", "--every", "soon").stderr
    assert "id: " in add(f"{origin.url}/feed", "--id", "Not Good").stderr
    assert "no number 9" in add(f"{origin.url}/feed", "--pick", "9").stderr
    assert "unknown kind" in add(f"{origin.url}/feed", "--kind", "gopher").stderr
    assert "no http or https address" in add("ftp://example.org").stderr
    assert "the name no-such-name.invalid does not resolve" in add("no-such-name.invalid").stderr


def test_retry_needs_a_running_monitor_and_a_known_source(config, folder):
    done = monitor("sources", "retry", "s", MONITOR_CONFIG=str(config), MONITOR_DATA=str(folder / "data"))
    assert (done.returncode, "monitor up" in done.stderr) == (1, True)


def test_retry_makes_a_source_due(config, server, keys):
    prefix = {"redis": {"prefix": keys.prefix}}
    (config / "settings.yaml").write_text(yaml.safe_dump({"version": 1, **prefix}))
    place = {"MONITOR_CONFIG": str(config), "REDIS_URL": server.url}
    assert "not scheduled yet" in monitor("sources", "retry", "s", **place).stderr
    assert "no source has the id" in monitor("sources", "retry", "t", **place).stderr
    jobs = Jobs(connect(server.url), keys, lease=timedelta(seconds=30))
    jobs.sync({"s": datetime.now(UTC) + timedelta(hours=1)})
    done = monitor("sources", "retry", "s", **place)
    assert done.returncode == 0, done.stderr
    assert [claim.id for claim in jobs.claim(datetime.now(UTC), 1)] == ["s"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("sitemap", "<urlset><url><loc>http://127.0.0.1/1</loc><lastmod>2026-11-24</lastmod></url></urlset>"),
        ("wordpress", '[{"id": 1, "title": {"rendered": "First news"}, "link": "http://127.0.0.1/1"}]'),
        (
            "telegram",
            """<section class="tgme_channel_history"><div class="tgme_widget_message" data-post="c/1">
            <div class="tgme_widget_message_text">First news</div></div></section>""",
        ),
    ],
)
def test_an_address_of_another_kind_is_known_by_what_it_holds(add, config, origin, kind, body):
    place = "/wp-json/wp/v2/posts?search=a" if kind == "wordpress" else "/place"
    origin.answers[place.partition("?")[0]] = origin.answers[place] = Answer(body.encode(), headers=HTML)
    done = add(f"{origin.url}{place}", "--id", "paper")
    assert done.returncode == 0, done.stderr
    assert listed(config)[1]["kind"] == kind
