import pytest
from support.flow import article_page, rss, rss_item, source
from support.origin import Answer
from support.program import monitor, write_config
from support.proxies import HttpProxy

from monitor.cli.source_rows import row_of, trouble_lines
from monitor.models import Source
from monitor.sources.schedule import SourceState

STORY = "The Kremlin plans to annex Belarus, officials in Moscow said on Monday evening to reporters of the agency."


@pytest.fixture
def check(folder, origin):
    def run(*arguments, **more):
        place = {"MONITOR_CONFIG": str(write_config(folder, source(origin, **more)))}
        return monitor("sources", "check", *arguments, **place)

    return run


def test_a_good_source_shows_what_would_be_alerted(check, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News of the day", "/1"), rss_item("Weather", "/2")))
    origin.answers["/1"] = Answer(article_page("News of the day", STORY))
    origin.answers["/2"] = Answer(status=403)
    shown = check("s")
    assert shown.returncode == 0, shown.stderr
    assert "s: new" in shown.stdout
    assert "2 items" in shown.stdout
    assert "critical: " in shown.stdout
    assert "its page is not read: HTTP 403" in shown.stdout


def test_selectors_that_match_nothing_are_warned_of(check, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News", "/1")))
    origin.answers["/1"] = Answer(article_page("News", STORY))
    shown = check("s", article={"title": "h1", "body": ".gone"})
    assert "the selector of article.body matches nothing: .gone" in shown.stdout
    assert "article.title" not in shown.stdout


def test_a_bad_source_and_a_private_address_are_exit_code_1(check, origin):
    assert (check("s").returncode, check("s").stdout.split()[1]) == (1, "not-found")
    shown = check(origin.url + "/feed")
    assert (shown.returncode, "refused" in shown.stdout) == (1, True)
    asked = len(origin.hits)
    assert check("no-such-id").stderr.startswith("monitor: no-such-id is neither")
    assert len(origin.hits) == asked


def test_a_mirror_is_tried_where_the_first_address_fails(folder, origin):
    origin.answers["/mirror"] = Answer(rss(rss_item("News of the day", "/1")))
    origin.answers["/1"] = Answer(article_page("News of the day", STORY))
    first, mirror = f"{origin.url}/first", f"{origin.url}/mirror"
    config = write_config(folder, Source(id="s", kind="feed", urls=(first, mirror), allow_private=True))
    shown = monitor("sources", "check", "s", MONITOR_CONFIG=str(config))
    assert (shown.returncode, shown.stdout.split()[1]) == (0, "new")
    text = " ".join(shown.stdout.split())
    assert f"{first}: not-found, HTTP 404; {mirror} is read" in text
    del origin.answers["/mirror"]
    shown = monitor("sources", "check", "s", MONITOR_CONFIG=str(config))
    assert (shown.returncode, shown.stdout.split()[1]) == (1, "not-found")


def test_a_source_behind_a_proxy_is_tried_through_it_and_its_password_not_shown(folder, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News of the day", "http://news.test/1")))
    origin.answers["/1"] = Answer(article_page("News of the day", STORY))
    source = Source(id="s", kind="feed", url="http://news.test/feed")
    path = write_config(folder, source) / "sources.yaml"
    written = path.read_text(encoding="utf-8").replace("kind: feed", "kind: feed\n  proxy: ${WAY}")
    path.write_text(written, encoding="utf-8")
    with HttpProxy(int(origin.url.rsplit(":", 1)[1]), login=("reader", "s3cret-word")) as proxy:
        place = {"MONITOR_CONFIG": str(path.parent), "WAY": proxy.url}
        shown = monitor("sources", "check", "s", **place)
        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert "critical: " in shown.stdout
        assert proxy.asked == [("news.test", 80)] * 2
        wrong = monitor("sources", "check", "s", **{**place, "WAY": proxy.url.replace("s3cret", "wr0ng")})
    assert wrong.returncode == 1
    assert "wr0ng" not in wrong.stdout + wrong.stderr


def test_the_list_of_sources_tells_which_mirror_is_read():
    source = Source(id="s", kind="feed", urls=("https://a.test/", "https://b.test/"))
    row = row_of(source, SourceState(mirror="https://b.test/"), None, None)
    assert (row["address"], row["mirror"]) == ("https://b.test/", True)
    assert [line.plain for line in trouble_lines([row])] == ["s: reads the mirror https://b.test/"]
    row = row_of(source, SourceState(), None, None)
    assert (row["address"], row["mirror"]) == ("https://a.test/", False)
