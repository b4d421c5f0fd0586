"""What robots.txt allows, and what the program does about it."""

from datetime import UTC, datetime, timedelta

import pytest
from support.flow import Flow, article_page, rss, rss_item, source
from support.origin import Answer, Origin

from monitor.models import Outcome
from monitor.pipeline.robots import Answer as Said
from monitor.pipeline.robots import Robots, agent_of, judge_robots, origin_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BOTS = b"User-agent: *\nDisallow: /private\nAllow: /private/open\n"
HIT = "Министры двух стран согласовали бюджет Союзного государства на следующий год. " * 3


def allows(text, path, agent="Vedette"):
    return judge_robots(Said(200, text), None, NOW).allows(f"https://x.test{path}", agent)


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        (BOTS, "/news", True),
        (BOTS, "/private/1", False),
        (BOTS, "/private/open/1", True),  # the longest rule wins
        (b"\xef\xbb\xbf" + BOTS, "/private/1", False),
        (BOTS.replace(b"\n", b"\r\n"), "/private/1", False),
        (b"User-agent: *\nDisallow:\n", "/news", True),
        (b"User-agent: *\nDisallow: /\n", "/news", False),
        (b"User-agent: Other\nDisallow: /\n", "/news", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: vedette\nAllow: /\n", "/news", True),
        (b"User-agent: *\nAllow: /\n\nUser-agent: VEDETTE\nDisallow: /\n", "/news", False),
        (b"User-agent: news\nUser-agent: monitor\nDisallow: /\n", "/news", True),
        (b"User-agent: *\nDisallow: /*.php$\n", "/a.php", False),
        (b"User-agent: *\nDisallow: /*.php$\n", "/a.php?x=1", True),
        (b"User-agent: *\nDisallow: /*?print=\n", "/a?print=1", False),
        ("User-agent: *\nDisallow: /новости".encode(), "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1", False),
        (b"", "/news", True),
        (b"<!doctype html><html><body>Disallow: /</body></html>", "/news", True),
        (b"\xff\xfe\x00" * 99, "/news", True),
        (b"# " + b"a" * 500 * 1024 + b"\n" + BOTS, "/private/1", True),  # what stands behind 500 KiB is not read
        (BOTS + b"# " + b"a" * 2_000_000, "/private/1", False),
        (b"User-agent: *\nDisallow: " + b"/*a" * 5000 + b"\n", "/" + "a" * 3000, True),
    ],
)
def test_the_rules_of_a_file(text, path, allowed):
    """FAULTS: robots.txt 200, 2 MB, BOM, wildcards."""
    assert allows(text, path) is allowed


@pytest.mark.parametrize(
    ("status", "allowed", "kept"),
    [
        (404, True, DAY),
        (401, True, DAY),
        (403, True, DAY),
        (410, True, DAY),
        (302, True, DAY),  # more than five redirects, or from https to http
        (204, True, DAY),
        (202, True, DAY),
        (429, False, HOUR),
        (500, False, HOUR),
        (503, False, HOUR),
        (0, False, HOUR),  # no answer
    ],
)
def test_an_answer_that_is_no_file(status, allowed, kept):
    """FAULTS: robots.txt 404/500/timeout/redirect x6; RFC 9309, 2.3.1."""
    robots = judge_robots(Said(status), None, NOW)
    assert robots.allows("https://x.test/news", "Vedette") is allowed
    assert robots.until - NOW == kept


def test_a_good_file_is_kept_for_a_day_at_most():
    assert judge_robots(Said(200, BOTS), None, NOW).until == NOW + DAY


def test_while_a_file_cannot_be_had_the_old_one_holds_and_after_thirty_days_everything_is_allowed():
    robots = judge_robots(Said(200, BOTS), None, NOW)
    later = judge_robots(Said(500), robots, NOW + DAY)
    assert later.allows("https://x.test/news", "Vedette")
    assert not later.allows("https://x.test/private/1", "Vedette")
    never = judge_robots(Said(0), None, NOW)
    for day in range(1, 30):
        never = judge_robots(Said(0), never, NOW + day * DAY)
        assert not never.allows("https://x.test/news", "Vedette")
    assert judge_robots(Said(0), never, NOW + 30 * DAY).allows("https://x.test/news", "Vedette")
    assert judge_robots(Said(404), never, NOW + 2 * DAY).failing is None


@pytest.mark.parametrize(
    ("user_agent", "agent"),
    [
        ("Vedette/0.1 (news monitor; desk@example.org)", "Vedette"),
        ("Mozilla/5.0 (compatible; Newsdesk-Bot/2.0; +https://example.org)", "Newsdesk-Bot"),
        ("reader", "reader"),
        ("123", "*"),
    ],
)
def test_rules_call_a_program_by_its_product(user_agent, agent):
    assert agent_of(user_agent) == agent


def test_a_file_speaks_for_scheme_host_and_port():
    assert origin_of("https://News.test:8443/a?b#c") == "https://news.test:8443"
    assert origin_of("http://news.test/a") == "http://news.test"


@pytest.fixture
def flow(server, keys, tmp_path, origin):
    def make(*sources, **settings):
        return Flow(server.url, keys.prefix, tmp_path, *(sources or (source(origin),)), **settings)

    return make


@pytest.fixture
def newspaper(origin):
    """A feed of three items, with their pages; one is disallowed."""
    names = ("private/1", "news/2", "news/3")
    items = [rss_item(f"Заметка {name}", f"/{name}", f"Коротко о бюджете {name}") for name in names]
    origin.answers["/feed"] = Answer(rss(*items))
    for name in names:
        origin.answers[f"/{name}"] = Answer(article_page(name, f"{HIT} {name}"))
    origin.answers["/robots.txt"] = Answer(BOTS)
    return origin


def test_a_page_that_is_disallowed_is_not_fetched_and_the_feed_has_to_do(flow, newspaper):
    running = flow()
    running.settle(4)
    assert newspaper.count("/private/1") == 0
    assert newspaper.count("/news/2") == newspaper.count("/news/3") == 1
    assert newspaper.count("/robots.txt") == 1, "one request for all pages of an origin"
    counts = running.runtime.documents.counts()
    assert (counts["page:robots"], counts["partial"]) == (1, 1)
    left = [job.removeprefix("page:") for job in running.runtime.jobs.next_due() if job.startswith("page:")]
    # The pages of alerted articles are looked at again later.
    assert all(running.runtime.jobs.page(name).looks for name in left), "that was its last attempt"


def test_an_editor_may_overrule_robots_for_a_source(flow, newspaper):
    running = flow(source(newspaper, respect_robots=False))
    running.settle(4)
    assert newspaper.count("/private/1") == 1
    assert newspaper.count("/robots.txt") == 0


def test_a_feed_is_fetched_whatever_robots_says_and_a_listing_is_not(flow, newspaper):
    newspaper.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n")
    newspaper.answers["/list"] = Answer(b"<html><a href='/news/2'>A headline that is long enough to be one</a></html>")
    running = flow(source(newspaper), source(newspaper, "/list", "list", kind="page"))
    running.settle(3)
    assert running.state("s").outcome is Outcome.NEW
    state = running.state("list")
    assert (state.outcome, state.failures, newspaper.count("/list")) == (Outcome.ROBOTS, 1, 0)
    assert "robots.txt" in state.reason
    assert running.runtime.documents.counts()["source:robots"] == 1


def test_without_an_answer_of_robots_pages_wait_and_are_tried_again(flow, newspaper):
    newspaper.answers["/robots.txt"] = Answer(status=500)
    running = flow()
    running.settle(4)
    assert sum(newspaper.count(f"/news/{name}") for name in (2, 3)) == 0
    waiting = [job for job in running.runtime.jobs.next_due() if job.startswith("page:")]
    assert len(waiting) == 3
    assert running.runtime.documents.counts()["partial"] == 3, "what the feed says is read at once"
    known = running.runtime.robots.get(newspaper.url)
    newspaper.answers["/robots.txt"] = Answer(BOTS)
    stale = known.model_copy(update={"until": running.now()})
    running.runtime.robots.put(newspaper.url, stale, running.now())
    running.runtime.client.zadd(running.runtime.keys("due"), dict.fromkeys(waiting, 0))
    running.settle(3)
    assert newspaper.count("/robots.txt") == 2
    assert newspaper.count("/news/2") == 1
    assert newspaper.count("/private/1") == 0


def test_a_file_on_which_the_parser_fails_is_the_fault_of_its_origin_alone(flow, newspaper, monkeypatch):
    def parse(text):
        raise RecursionError(len(text))

    monkeypatch.setattr("monitor.pipeline.robots._parsed", parse)
    with Origin() as other:
        other.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1", HIT)))
        other.answers["/1"] = Answer(article_page("Союзное государство", HIT))
        running = flow(source(newspaper), source(other, name="other"))
        running.settle(3)
        assert running.titles() == ["Союзное государство"]
        assert other.count("/1") == 1
    counts = running.runtime.documents.counts()
    assert (counts["page:robots"], counts["partial"], newspaper.count("/news/2")) == (3, 3, 0)
    assert sum(job.startswith("page:") for job in running.runtime.jobs.next_due()) >= 3, "they are tried again"


def test_what_is_known_is_shared_and_asked_again_when_it_is_stale(flow, newspaper):
    """FAULTS: decisions are cached for 24 h at most, in Redis: a restart asks nothing again."""
    flow().settle(3)
    again = flow()
    origin = newspaper.url
    known = again.runtime.robots.get(origin)
    assert timedelta(hours=23) < known.until - again.now() <= DAY
    newspaper.answers["/feed"] = Answer(rss(rss_item("Четыре", "/news/4", "Коротко")))
    newspaper.answers["/news/4"] = Answer(article_page("Четыре", HIT))
    again.look_again()
    again.settle(3)
    assert newspaper.count("/robots.txt") == 1
    assert newspaper.count("/news/4") == 1


def test_one_of_several_drains_asks_for_robots(flow, server, keys, origin):
    runtime = flow().runtime
    assert runtime.robots.begin(origin.url, timedelta(seconds=30))
    assert not runtime.robots.begin(origin.url, timedelta(seconds=30))
    runtime.robots.put(origin.url, Robots(until=NOW + DAY), NOW)
    assert runtime.robots.begin(origin.url, timedelta(seconds=30))


def test_a_page_that_is_sent_to_another_server_is_asked_for_there_by_its_robots_and_pace(flow, origin):
    with Origin() as other:
        origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", "Коротко"), rss_item("Другое", "/2", "Кратко")))
        origin.answers["/1"] = Answer(status=302, headers={"Location": f"{other.url}/open"})
        origin.answers["/2"] = Answer(status=302, headers={"Location": f"{other.url}/private/2"})
        other.answers["/open"] = Answer(article_page("Итоги", HIT))
        other.answers["/private/2"] = Answer(article_page("Другое", HIT))
        other.answers["/robots.txt"] = Answer(BOTS)
        running = flow()
        running.settle(4)
        assert running.titles() == ["Итоги"]
        assert (other.count("/open"), other.count("/private/2"), other.count("/robots.txt")) == (1, 0, 1)


def test_two_servers_that_send_a_page_to_one_another_are_left(flow, origin):
    with Origin() as other:
        origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", "Коротко")))
        origin.answers["/1"] = Answer(status=302, headers={"Location": f"{other.url}/1"})
        other.answers["/1"] = Answer(status=302, headers={"Location": f"{origin.url}/1"})
        running = flow()
        running.settle(4)
        assert origin.count("/1") + other.count("/1") == 6
        assert running.runtime.documents.counts()["page:protocol-error"] == 1
