import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from support.flow import WATCH, article_page, rss, rss_item, source
from support.origin import Answer
from support.program import monitor, write_config
from support.proxies import HttpProxy

from monitor.cli.source_rows import row_of, trouble_lines
from monitor.config.settings import Settings
from monitor.config.watch import load_watch
from monitor.models import Outcome, Source
from monitor.pipeline.polite import PoliteFetcher
from monitor.pipeline.ports import Response
from monitor.sources.schedule import SourceState
from monitor.wiring import Configuration, Installation, Runtime, utc_now

HIT = "Министры двух стран согласовали бюджет Союзного государства на следующий год."
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


def ago(**time):
    return format_datetime(datetime.now(UTC) - timedelta(**time))


def test_all_sources_are_checked_without_an_argument(folder, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News of the day", "/1"), rss_item("Weather", "/2")))
    origin.answers["/wp-json/wp/v2/posts?search=x"] = Answer(b"[]")
    search = source(origin, "/wp-json/wp/v2/posts?search=x", "empty-search", kind="wordpress")
    place = {"MONITOR_CONFIG": str(write_config(folder, source(origin), search))}
    shown = monitor("sources", "check", **place)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    *lines, last = shown.stdout.splitlines()
    assert sorted(line.split(" in ")[0] for line in lines) == ["empty-search: unchanged", "s: new"]
    assert last == "2 of 2 sources are well"
    assert origin.count("/1") == 0
    place = {"MONITOR_CONFIG": str(write_config(folder, source(origin), source(origin, "/gone", "gone")))}
    shown = monitor("sources", "check", **place)
    assert (shown.returncode, shown.stdout.splitlines()[-1]) == (1, "1 of 2 sources are well")
    assert "HTTP 404" in next(line for line in shown.stdout.splitlines() if line.startswith("gone: not-found"))


@pytest.fixture
def look(folder, origin):
    """What one look comes to, in this process and with a small watch file."""

    def run(one, **settings):
        (folder / "watch.yaml").write_text(WATCH, encoding="utf-8")
        values = Settings.model_validate({"version": 1, **settings})
        configuration = Configuration({one.id: one}, values, load_watch(folder / "watch.yaml"))
        return asyncio.run(Runtime(Installation(folder, folder), configuration).try_source(one))

    return run


def test_an_old_item_would_only_be_remembered(look, origin):
    young, old = ago(hours=1), ago(days=30)
    full = [rss_item(HIT, "/0", HIT * 20, young), rss_item(HIT, "/1", HIT * 20, old)]
    origin.answers["/feed"] = Answer(rss(*full, rss_item("Of the page", "/2")))
    moment = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    stamp = f'<article><time datetime="{moment}" pubdate>{moment}</time>'.encode()
    origin.answers["/2"] = Answer(article_page("Of the page", HIT * 3).replace(b"<article>", stamp))
    trial = look(source(origin))
    assert [bool(tried.matches) for tried in trial.articles] == [True, False, False]
    remembered = ("older than first_check.max_age, would be remembered only",)
    assert [tried.warnings for tried in trial.articles] == [(), remembered, remembered]
    trial = look(source(origin), first_check={"max_age": "60d"})
    assert [bool(tried.matches) for tried in trial.articles] == [True] * 3


def test_robots_txt_is_heeded(look, origin):
    origin.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /1\nDisallow: /news\n")
    origin.answers["/feed"] = Answer(rss(rss_item("News of the day", "/1")))
    (tried,) = look(source(origin)).articles
    assert tried.warnings == ("its page is not read: robots.txt disallows it",)
    assert look(source(origin, "/news", kind="page")).outcome is Outcome.ROBOTS
    assert (origin.count("/1"), origin.count("/news")) == (0, 0)
    origin.answers["/1"] = Answer(article_page("News of the day", HIT * 3))
    (tried,) = look(source(origin, respect_robots=False)).articles
    assert tried.matches


def test_what_needs_no_page_is_not_fetched(look, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Weather", "/1"), rss_item("The Union State", "/2")))
    origin.answers["/2"] = Answer(article_page("Belarus", HIT * 3))
    look(source(origin), fetch={"only_touching": ["union"]})
    assert (origin.count("/1"), origin.count("/2")) == (0, 1)


class Recorder:
    """A fetcher that takes no time, and notes when it was asked."""

    def __init__(self, elsewhere=""):
        self.asked = []
        self.elsewhere = elsewhere

    async def get(self, url, **_):
        self.asked.append((url, time.monotonic()))
        away = self.elsewhere if not url.endswith("/robots.txt") and url != self.elsewhere else ""
        return Response(url, elsewhere=away)


def polite(fetcher, **more):
    return PoliteFetcher(fetcher, agent="monitor", spacing=timedelta(seconds=0.2), clock=utc_now, **more)


def test_a_host_is_asked_at_most_once_in_its_time():
    fetcher = Recorder()
    looking, one = polite(fetcher), Source(id="s", kind="feed", url="https://a.test/feed")

    async def look():
        await asyncio.gather(*(looking.get_page(one, f"https://{host}.test/{n}") for host in "ab" for n in range(3)))

    asyncio.run(look())
    for host in "ab":
        times = [at for url, at in fetcher.asked if f"//{host}." in url]
        assert len(times) == 4, "robots.txt once, and three pages"
        assert all(after - before > 0.15 for before, after in pairwise(times))
    assert fetcher.asked[-1][1] - fetcher.asked[0][1] < 1, "hosts do not wait for one another"


def test_a_redirect_to_another_server_asks_for_its_robots_txt():
    fetcher = Recorder("https://b.test/1")
    source = Source(id="s", kind="feed", url="https://a.test/feed")
    asyncio.run(polite(fetcher).get_page(source, "https://a.test/1"))
    assert [url for url, _ in fetcher.asked] == [
        "https://a.test/robots.txt",
        "https://a.test/1",
        "https://b.test/robots.txt",
        "https://b.test/1",
    ]


def test_selectors_that_match_nothing_are_warned_of(check, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News", "/1")))
    origin.answers["/1"] = Answer(article_page("News", STORY))
    shown = check("s", article={"title": "h1", "body": ".gone"})
    assert "the selector of article.body matches nothing: .gone" in shown.stdout
    assert "article.title" not in shown.stdout


def test_a_bad_source_and_a_private_address_are_exit_code_1(check, origin):
    assert (check("s").returncode, check("s").stdout.split()[1]) == (1, "not-found")
    assert check(origin.url + "/other", "--allow-private").stdout.split()[1] == "not-found"
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
        assert proxy.asked == [("news.test", 80)] * 3, "the feed, robots.txt and the page"
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
