"""Edits, gaps and block pages in the flow, with a real Redis and a real web server."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from support.flow import Flow, article_page, rss, rss_item, source
from support.origin import Answer, Origin

from monitor.models import Outcome
from monitor.sources.rhythm import Hints, Pace, interval
from monitor.sources.schedule import LOOKS_AGAIN

HIT = "Министры двух стран согласовали бюджет Союзного государства на следующий год."
OTHER = "В городе открылась выставка старинных часов, собранных за тридцать лет работы музея."
WALL = b"<html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}</script></body></html>"


def ago(**time):
    return format_datetime(datetime.now(UTC) - timedelta(**time))


@pytest.fixture
def flow(server, keys, tmp_path, origin):
    def make(*sources, **settings):
        return Flow(server.url, keys.prefix, tmp_path, *(sources or (source(origin),)), **settings)

    return make


def page_jobs(running):
    """Pages that are still to be fetched, with the seconds until then."""
    now = running.now().timestamp()
    due = running.runtime.jobs.next_due()
    return {name.removeprefix("page:"): at / 1000 - now for name, at in due.items() if name.startswith("page:")}


def make_due(running, *names):
    key = running.runtime.keys("due")
    running.runtime.client.zadd(key, {f"page:{name}": 0 for name in names or page_jobs(running)})


def poll(running, origin, *items, rounds=3):
    origin.answers["/feed"] = Answer(rss(*items))
    running.look_again()
    running.settle(rounds)


# Edits


@pytest.mark.parametrize("guid", ["<guid isPermaLink='false'>g</guid>", ""])
def test_an_edited_headline_has_its_page_read_again(flow, origin, guid):
    """The rule holds for the new words alone."""
    running = flow()
    origin.answers["/1"] = Answer(article_page("Итоги встречи", OTHER * 3))
    poll(running, origin, rss_item("Итоги встречи", "/1").replace("<link>", f"{guid}<link>"))
    assert running.titles() == []
    origin.answers["/1"] = Answer(article_page("Итоги встречи: о союзе", HIT * 3))
    poll(running, origin, rss_item("Итоги встречи: о союзе", "/1").replace("<link>", f"{guid}<link>"))
    assert running.titles() == ["Итоги встречи: о союзе"]
    assert origin.count("/1") == 2
    assert running.runtime.documents.counts()["entries:edited"] == 1


@pytest.mark.parametrize("text", ["", HIT * 20], ids=["page", "full text"])
@pytest.mark.parametrize(("days", "alerts"), [(700, 0), (0.5, 1)])
def test_an_edit_makes_nothing_young_that_a_first_check_withheld(flow, origin, text, days, alerts):
    running = flow()
    origin.answers["/1"] = Answer(article_page("О союзе", HIT * 3))
    for headline in ("Заметка", "Заметка, обновлено", "Заметка, обновлено снова"):
        poll(running, origin, rss_item(headline, "/1", text, ago(days=days)))
    assert len(running.titles()) == alerts
    assert running.runtime.documents.counts()["entries:edited"] == 2


def test_an_edit_of_a_page_that_a_first_check_found_to_be_old_alerts_nothing(flow, origin):
    """The feed gives no date."""
    running = flow()
    moment = (datetime.now(UTC) - timedelta(days=700)).isoformat()
    stamp = f'<article><time datetime="{moment}" pubdate>{moment}</time>'.encode()
    origin.answers["/1"] = Answer(article_page("О союзе", HIT * 3).replace(b"<article>", stamp))
    for headline in ("Заметка", "Заметка, обновлено"):
        poll(running, origin, rss_item(headline, "/1"))
    assert (running.titles(), origin.count("/1")) == ([], 2)


def test_an_edited_text_of_a_full_text_feed_is_read_again(flow, origin):
    running = flow()
    poll(running, origin, rss_item("Итоги", "/1", OTHER * 20), rounds=1)
    poll(running, origin, rss_item("Итоги", "/1", OTHER * 20 + HIT), rounds=1)
    ((_, alert),) = running.runtime.alerts.read()
    assert (alert.title, origin.count("/1")) == ("Итоги", 0)


def test_an_edited_article_is_the_article_that_was_alerted(flow, origin):
    """It keeps its id: a correction belongs to its alert, and alerts nothing anew."""
    running = flow()
    for number in range(3):
        origin.answers["/1"] = Answer(article_page(f"Итоги {number}", f"{HIT} {number}"))
        item = rss_item(f"Союзное государство: итоги {number}", "/1").replace("<link>", "<guid>g</guid><link>")
        poll(running, origin, item)
        if number:
            assert origin.count("/1") >= number + 1, "at once, though a second look was planned for later"
            make_due(running)
            running.settle(2)
    articles = list(running.runtime.archive.read())
    assert len(running.titles()) == 1
    assert len({article.id for article in articles}) == 1
    assert {article.title for article in articles} == {f"Союзное государство: итоги {number}" for number in range(3)}


def test_a_sign_or_a_space_is_no_edit(flow, origin):
    running = flow()
    origin.answers["/1"] = Answer(article_page("Итоги", OTHER * 3))
    poll(running, origin, rss_item("Итоги встречи", "/1", "Сегодня."))
    poll(running, origin, rss_item("Итоги  встречи!", "/1", "«Сегодня»"))
    assert origin.count("/1") == 1


def test_an_item_that_changes_at_each_poll_is_read_less_and_less(flow, origin):
    running = flow()
    origin.answers["/1"] = Answer(article_page("Курс", OTHER * 3))
    for number in range(4):
        poll(running, origin, rss_item("Курс доллара", "/1", f"{number} комментариев"), rounds=2)
    assert origin.count("/1") == 2, "new, and edited once"
    (wait,) = page_jobs(running).values()
    assert 500 < wait <= 600


def test_a_feed_that_changes_all_its_items_at_once_was_not_edited(flow, origin):
    """Counters, times of day, a new layout."""
    running = flow()
    for number in range(5):
        origin.answers[f"/{number}"] = Answer(article_page("Страница", f"{OTHER} {number}"))
    for look in range(3):
        items = [rss_item(f"Новость {number}", f"/{number}", f"{look} просмотров") for number in range(5)]
        poll(running, origin, *items, rounds=2)
    assert [origin.count(f"/{number}") for number in range(5)] == [1] * 5
    assert running.runtime.documents.counts()["entries:changed with the feed"] == 10


def test_the_page_of_an_alerted_article_is_looked_at_again(flow, origin):
    """Outlets correct without telling their feeds; the last look ends it."""
    running = flow()
    origin.answers["/1"] = Answer(article_page("Итоги", HIT * 3))
    poll(running, origin, rss_item("Итоги", "/1"))
    for looks, wait in enumerate(LOOKS_AGAIN, start=1):
        ((name, seconds),) = page_jobs(running).items()
        assert running.runtime.jobs.page(name).looks == looks
        assert wait.total_seconds() - 20 < seconds <= wait.total_seconds()
        make_due(running, name)
        running.settle(2)
        assert origin.count("/1") == 1 + looks
    assert page_jobs(running) == {}
    assert running.titles() == ["Итоги"]


def test_a_second_look_that_fails_leaves_what_was_read(flow, origin):
    """The few words of the feed must not pass for a correction."""
    running = flow()
    origin.answers["/1"] = Answer(article_page("Итоги", HIT * 3))
    poll(running, origin, rss_item("Итоги", "/1"))
    origin.answers["/1"] = Answer(status=503)
    make_due(running)
    running.settle(2)
    assert len(list(running.runtime.archive.read())) == 1


@pytest.mark.parametrize(("status", "looks"), [(410, 1), (404, 3)])
def test_an_alerted_page_that_is_gone_is_counted_and_left_alone(flow, origin, status, looks):
    """One 404 may be a hiccup; 410 is the word of the server."""
    running = flow()
    origin.answers["/1"] = Answer(article_page("Итоги", HIT * 3))
    poll(running, origin, rss_item("Итоги", "/1"))
    origin.answers["/1"] = Answer(status=status)
    for look in range(looks):
        assert "articles:gone" not in running.runtime.documents.counts(), look
        make_due(running)
        running.settle(2)
    assert running.runtime.documents.counts()["articles:gone"] == 1
    assert page_jobs(running) == {}
    assert len(list(running.runtime.archive.read())) == 1


@pytest.mark.parametrize("change", ["guid", "link", "title"])
def test_a_restart_forgets_nothing(flow, origin, change):
    """Another process over the same store knows the items, though one of their names changed meanwhile."""
    names = {"guid": "g", "link": "1", "title": "Союзное государство"}
    origin.answers["/1"] = origin.answers["/1x"] = Answer(article_page("Итоги", HIT * 3))

    def item():
        guid = f"<guid isPermaLink='false'>{names['guid']}</guid>"
        return rss_item(names["title"], f"/{names['link']}").replace("<link>", f"{guid}<link>")

    poll(flow(), origin, item())
    names[change] += "x"
    again = flow()
    poll(again, origin, item())
    assert len(again.titles()) == 1
    assert again.state("s").history.gaps == 0
    assert again.runtime.documents.counts()["entries"] == 1


def asked(origin):
    """Requests for sources and pages; one for robots.txt is no check."""
    return sum(hit.path != "/robots.txt" for hit in origin.hits)


# Gaps


def numbered(numbers, hours=None):
    return [rss_item(f"Новость номер {n}", f"/{n}", OTHER * 20, ago(hours=100 - n)) for n in numbers]


def test_two_polls_without_a_common_item_are_a_gap(flow, origin):
    running = flow(source(origin, every=None))
    poll(running, origin, *numbered((3, 2, 1)), rounds=1)
    poll(running, origin, *numbered((4, 3, 2)), rounds=1)
    assert running.state("s").history.gaps == 0
    poll(running, origin, *numbered((9, 8, 7)), rounds=1)
    history = running.state("s").history
    assert history.gaps == 1
    assert timedelta(seconds=-5) < history.gap_from - (running.now() - timedelta(hours=96)) < timedelta(seconds=5)
    assert timedelta(seconds=-5) < history.gap_until - (running.now() - timedelta(hours=93)) < timedelta(seconds=5)
    assert running.runtime.documents.counts()["gaps"] == 1
    state = running.state("s")
    assert state.interval == interval(state.arrivals, running.now(), Pace(), Hints(), timedelta(0)) / 2
    wait = running.runtime.jobs.next_due()["source:s"] / 1000 - running.now().timestamp()
    assert wait <= state.interval.total_seconds()


def test_an_interval_of_its_own_is_kept_after_a_gap(flow, origin):
    running = flow()
    poll(running, origin, *numbered((2, 1)), rounds=1)
    poll(running, origin, *numbered((9, 8)), rounds=1)
    assert running.state("s").history.gaps == 1
    assert running.runtime.jobs.next_due()["source:s"] / 1000 - running.now().timestamp() > 3500


def test_a_pinned_item_hides_no_gap(flow, origin):
    running = flow()
    pinned = rss_item("Подпишитесь на нас", "/pin", OTHER * 20, ago(days=90))
    poll(running, origin, pinned, *numbered((3, 2, 1)), rounds=1)
    poll(running, origin, pinned, *numbered((5, 4, 3)), rounds=1)
    assert running.state("s").history.gaps == 0
    poll(running, origin, pinned, *numbered((9, 8, 7)), rounds=1)
    assert running.state("s").history.gaps == 1


def test_a_title_that_comes_again_each_hour_hides_no_gap(flow, origin):
    def digest(n):
        return rss_item("Главное к этому часу", f"/digest-{n}", f"{n} {OTHER}" * 20, ago(hours=100 - n))

    running = flow()
    poll(running, origin, digest(3.5), *numbered((3, 2)), rounds=1)
    poll(running, origin, digest(9.5), *numbered((9, 8)), rounds=1)
    assert running.state("s").history.gaps == 1


def test_a_feed_whose_clock_is_wrong_is_not_silent(flow, origin):
    """Local time that is labelled UTC: what came since the last look came since, whatever its date says."""
    running = flow()
    poll(running, origin, *numbered((2, 1)), rounds=1)
    looked = running.state("s").succeeded
    poll(running, origin, rss_item("Новая", "/9", OTHER * 20, ago(hours=8)), *numbered((2, 1)), rounds=1)
    assert running.state("s").history.latest == looked


def test_an_old_item_at_the_head_of_a_rising_feed_is_no_gap(flow, origin):
    running = flow()
    poll(running, origin, *numbered((1, 2, 3)), rounds=1)
    poll(running, origin, *numbered((3, 4, 5)), rounds=1)
    assert running.state("s").history.gaps == 0


def test_an_empty_feed_between_is_no_gap(flow, origin):
    running = flow()
    poll(running, origin, *numbered((2, 1)), rounds=1)
    poll(running, origin, rounds=1)
    assert running.state("s").outcome is Outcome.EMPTY
    poll(running, origin, *numbered((3, 2)), rounds=1)
    assert running.state("s").history.gaps == 0


POST = '[{"id": 1, "link": "/1", "title": {"rendered": "Союзное государство"}, "content": {"rendered": "<p>%s</p>"}}]'


@pytest.mark.parametrize(
    ("kind", "nothing"),
    [("wordpress", b"[]"), ("sitemap", b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>')],
)
def test_a_search_that_found_nothing_yet_is_well(flow, origin, kind, nothing):
    path = "/wp-json/wp/v2/posts?search=x"
    origin.answers[path] = Answer(nothing)
    running = flow(source(origin, path, kind=kind))
    for _ in range(2):
        running.look_again()
        running.settle(1)
    state = running.state("s")
    assert (state.outcome, state.failures, state.primed) == (Outcome.UNCHANGED, 0, True)


def test_the_first_find_of_a_search_is_news_and_turning_empty_is_a_trouble(flow, origin):
    path = "/wp-json/wp/v2/posts?search=x"
    running = flow(source(origin, path, kind="wordpress"))
    seen = []
    for body in ("[]", POST % HIT, "[]"):
        origin.answers[path] = Answer(body.encode())
        running.look_again()
        running.settle(1)
        seen.append(running.state("s").outcome)
    assert seen == [Outcome.UNCHANGED, Outcome.NEW, Outcome.EMPTY]
    assert running.titles() == ["Союзное государство"]


def test_a_gap_is_filled_from_the_older_pages_of_the_feed(flow, origin):
    """The second page begins where the first one ended when it was read, and the third reaches back far enough."""
    address = origin.url + "/feed?paged=2"
    running = flow(source(origin, backfill=address))
    first = [rss_item(f"Новость {n}", f"/{n}", OTHER * 20, ago(hours=20 - n)) for n in (2, 1, 0)]
    poll(running, origin, *first, rounds=1)
    missed = [rss_item(f"Союзное государство {n}", f"/{n}", f"{HIT} {n} " * 20, ago(hours=20 - n)) for n in range(3, 9)]
    latest = [rss_item(f"Новость {n}", f"/{n}", OTHER * 20, ago(hours=20 - n)) for n in (11, 10, 9)]
    generator = "<generator>https://wordpress.org/?v=6.5</generator>"
    second, third = rss(latest[2], *reversed(missed[3:])), rss(*reversed(missed[:3]), *first)
    origin.answers["/feed?paged=2"] = Answer(second.replace(b"<item>", f"{generator}<item>".encode(), 1))
    origin.answers["/feed?paged=3"] = Answer(third.replace(b"<item>", f"{generator}<item>".encode(), 1))
    poll(running, origin, *latest, rounds=4)
    ids = {article.url.rpartition("/")[2] for article in running.runtime.archive.read()}
    assert ids == {str(n) for n in range(12)}
    state = running.state("s")
    assert (state.history.gaps, state.filled, state.items) == (1, 6, 3)
    assert origin.count("/feed?paged=4") == 0
    assert len(running.titles()) >= 1
    poll(running, origin, *latest[:1], *latest[1:], rounds=2)
    assert origin.count("/feed?paged=2") == 1, "a gap is filled once"
    counts = running.runtime.documents.counts()
    assert sum(number for name, number in counts.items() if name.startswith(("source:", "page:"))) == asked(origin)


def test_a_feed_that_names_its_next_page_needs_no_address_for_gaps(flow, origin):
    running = flow()
    poll(running, origin, *numbered((2, 1)), rounds=1)
    link = '<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="/older"/>'
    body = rss(*numbered((9, 8))).replace(b"<item>", f"{link}<item>".encode(), 1)
    origin.answers["/feed"] = Answer(body)
    origin.answers["/older"] = Answer(rss(*numbered((7, 6, 5, 4, 3, 2))))
    running.look_again()
    running.settle(3)
    assert running.state("s").filled == 5
    assert "gaps:cut short" not in running.runtime.documents.counts()


def test_a_gap_is_filled_from_a_page_of_links_but_not_with_what_is_older(flow, origin):
    running = flow(source(origin, backfill=origin.url + "/news"))
    poll(running, origin, rss_item("Первая", "/1", OTHER * 20, ago(hours=30)), rounds=1)
    links = "".join(f"<p><a href='/{n}'>Большой заголовок новости номер {n} дня</a></p>" for n in (2, 3))
    origin.answers["/news"] = Answer(f"<html><body><main>{links}</main></body></html>".encode())
    for number, days in ((2, 0), (3, 20)):
        moment = (datetime.now(UTC) - timedelta(days=days, hours=2)).isoformat()
        body = article_page(f"Заголовок {number}", f"{HIT} {number}. " * 3)
        stamp = f'<article><time datetime="{moment}" pubdate>{moment}</time>'.encode()
        origin.answers[f"/{number}"] = Answer(body.replace(b"<article>", stamp))
    poll(running, origin, rss_item("Девятая", "/9", OTHER * 20, ago(hours=1)), rounds=4)
    assert (origin.count("/2"), origin.count("/3")) == (1, 1)
    assert [alert.url for _, alert in running.runtime.alerts.read()] == [f"{origin.url}/2"]


def test_a_page_of_links_brings_nothing_back_that_the_feed_had(flow, origin):
    """Its headlines are not those of the feed; what a first check withheld as old is alerted by no detour either."""
    running = flow(source(origin, backfill=origin.url + "/news"))
    for n in range(1, 10):
        origin.answers[f"/{n}"] = Answer(article_page(f"Новость номер {n}", f"{HIT} {n} " * (n + 2)))
    old = [rss_item(f"Новость номер {n}", f"/{n}", "", ago(hours=100 - n)) for n in (5, 4, 3, 2, 1)]
    poll(running, origin, *old, rounds=1)
    links = "".join(f"<p><a href='/{n}'>Новость номер {n} <span>12:0{n} | Политика</span></a></p>" for n in (6, 5, 4))
    origin.answers["/news"] = Answer(f"<html><body><main>{links}</main></body></html>".encode())
    poll(running, origin, rss_item("Другое", "/40", OTHER * 20, ago(hours=1)), rounds=4)
    assert [alert.url for _, alert in running.runtime.alerts.read()] == [f"{origin.url}/6"]
    assert [origin.count(f"/{n}") for n in (4, 5, 6)] == [0, 0, 1]
    assert running.state("s").filled == 1


def test_a_gap_whose_documents_do_not_reach_back_is_counted(flow, origin):
    running = flow(source(origin, backfill=origin.url + "/older"))
    poll(running, origin, *numbered((2, 1)), rounds=1)
    origin.answers["/older"] = Answer(rss(*numbered((60, 59, 58))))
    poll(running, origin, *numbered((62, 61)), rounds=3)
    counts = running.runtime.documents.counts()
    assert (counts["gaps:items"], counts["gaps:cut short"]) == (3, 1)


def test_a_gap_is_filled_from_a_sitemap(flow, origin):
    running = flow(source(origin, backfill=origin.url + "/map.xml"))
    poll(running, origin, rss_item("Первая", "/1", OTHER * 20, ago(hours=30)), rounds=1)
    rows = [("/2", 10), ("/3", 500)]
    urls = "".join(
        f"<url><loc>{origin.url}{path}</loc><lastmod>{(datetime.now(UTC) - timedelta(hours=h)).isoformat()}</lastmod></url>"
        for path, h in rows
    )
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    origin.answers["/map.xml"] = Answer(f'<?xml version="1.0"?><urlset xmlns="{namespace}">{urls}</urlset>'.encode())
    origin.answers["/2"] = Answer(article_page("Вторая", HIT * 3))
    poll(running, origin, rss_item("Девятая", "/9", OTHER * 20, ago(hours=1)), rounds=4)
    assert (origin.count("/2"), origin.count("/3"), running.titles()) == (1, 0, ["Вторая"])


def test_a_gap_that_cannot_be_filled_is_tried_again_and_counted(flow, origin):
    running = flow(source(origin, backfill=origin.url + "/news"))
    poll(running, origin, *numbered((2, 1)), rounds=1)
    origin.answers["/news"] = Answer(status=500)
    poll(running, origin, *numbered((9, 8)), rounds=3)
    assert "s.index1" in page_jobs(running)
    origin.answers["/news"] = Answer(WALL)
    make_due(running, "s.index1")
    running.settle(2)
    assert running.runtime.documents.counts()["gaps:blocked"] == 1


# Block pages and outcomes


def test_a_second_gap_does_not_shorten_the_filling_of_the_first(flow, origin):
    """A further index that cannot be fetched yet is asked for both gaps."""
    running = flow(source(origin, backfill=f"{origin.url}/news"))
    origin.answers["/news"] = Answer(status=500)

    def numbered(*numbers):
        return [rss_item(f"Новость номер {n}", f"/{n}", OTHER * 20, ago(hours=100 - n)) for n in numbers]

    poll(running, origin, *numbered(2, 1), rounds=1)
    poll(running, origin, *numbered(21, 20), rounds=2)
    first = running.runtime.jobs.page("s.index1")
    poll(running, origin, *numbered(51, 50), rounds=2)
    assert running.state("s").history.gaps == 2
    assert running.runtime.jobs.page("s.index1").oldest == first.oldest
    origin.answers["/news"] = Answer(rss(*numbered(*range(51, 1, -1))))
    make_due(running, "s.index1")
    running.settle(1)
    assert running.state("s").filled == len(range(3, 20)) + len(range(22, 50))


# What is fetched anew, and in which order it is read


def test_a_redirect_of_a_page_is_followed_as_it_is_at_each_attempt(flow, origin):
    """A server sends readers to its login for some minutes; then the page is at its address again."""
    with Origin() as wall:
        wall.answers["/login"] = Answer(status=500)
        origin.answers["/1"] = Answer(status=302, headers={"Location": f"{wall.url}/login"})
        running = flow()
        poll(running, origin, rss_item("Итоги", "/1"), rounds=2)
        assert wall.count("/login") == 1
        origin.answers["/1"] = Answer(article_page("Итоги", HIT * 3))
        make_due(running)
        running.settle(2)
        assert (running.titles(), wall.count("/login")) == (["Итоги"], 1)


def test_an_older_document_that_is_read_late_takes_no_edit_back(flow, origin):
    """The hint of one document is lost, and the next one is read first: the older one adds what it alone held."""
    running = flow()
    name = rss_item("Итоги встречи", "/1", OTHER * 20)
    poll(running, origin, name, rounds=1)
    hints = []
    only = rss_item("Союзное государство", "/2", HIT * 20)
    for items in (
        (name.replace("Итоги", "Ход"), only),
        (name.replace("Итоги", "Конец"), rss_item("Иное", "/3", OTHER)),
    ):
        origin.answers["/feed"] = Answer(rss(*items), headers={"ETag": f'"{len(hints)}"'})
        running.look_again()
        running.drain()
        hints.append(running.hints.pop())
    running.runtime.read(hints[1], lambda: None)
    known, state = running.runtime.documents.last_entries("s"), running.state("s")
    running.runtime.read(hints[0], lambda: None)
    assert running.titles() == ["Союзное государство"]
    assert running.runtime.documents.last_entries("s") == known
    assert running.state("s") == state
    counts = running.runtime.documents.counts()
    assert (counts["entries:edited"], counts["source:new"]) == (1, 3)


def test_an_older_document_that_is_no_feed_says_nothing_of_the_source(flow, origin):
    running = flow()
    hints = []
    for answer in (Answer(b"<html><body>Later</body></html>"), Answer(rss(rss_item("Итоги", "/1", OTHER * 20)))):
        origin.answers["/feed"] = answer
        running.look_again()
        running.drain()
        hints.append(running.hints.pop())
    for hint in reversed(hints):
        running.runtime.read(hint, lambda: None)
    state = running.state("s")
    assert (state.outcome, state.failures, bool(state.body_hash)) == (Outcome.NEW, 0, True)
    assert running.runtime.documents.counts()["source:not-a-feed"] == 1


def test_a_block_page_is_no_feed_and_no_article(flow, origin):
    """With status 200 as well; the text of the feed stands in, and the page is tried again."""
    origin.answers["/wall"] = Answer(WALL)
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", HIT)))
    origin.answers["/1"] = Answer(WALL)
    running = flow(source(origin, "/wall", "wall"), source(origin, "/wall", "list", kind="page"), source(origin))
    running.settle()
    for name in ("wall", "list"):
        assert running.state(name).outcome is Outcome.BLOCKED
        assert "Cloudflare" in running.state(name).reason
    ((_, alert),) = running.runtime.alerts.read()
    assert (alert.title, alert.partial) == ("Итоги", True)
    ((name, _),) = page_jobs(running).items()
    assert running.runtime.jobs.page(name).attempts == 1
    counts = running.runtime.documents.counts()
    assert (counts["source:blocked"], counts["page:blocked"], counts.get("page:new", 0)) == (2, 1, 0)
    origin.answers["/1"] = Answer(article_page("Итоги", HIT * 3))
    make_due(running, name)
    running.settle(2)
    assert running.runtime.documents.counts()["page:new"] == 1


def test_a_refusal_names_who_refused(flow, origin):
    origin.answers["/feed"] = Answer(WALL, status=503, headers={"Content-Type": "text/html"})
    running = flow()
    running.settle(1)
    state = running.state("s")
    assert (state.outcome, state.reason) == (Outcome.BLOCKED, "Cloudflare refuses (HTTP 503)")


def test_a_304_that_nobody_asked_for_makes_nothing_healthy(flow, origin):
    """After a failed reading there are no validators, so nothing can be unchanged."""
    origin.answers["/feed"] = Answer(b"<html>Welcome</html>", headers={"ETag": '"a"'})
    running = flow()
    running.settle(1)
    origin.answers["/feed"] = Answer(status=304)
    running.look_again()
    running.settle(1)
    state = running.state("s")
    assert (state.outcome, state.failures) == (Outcome.PROTOCOL_ERROR, 2)


def test_every_check_is_counted_once(flow, origin):
    """Sources and pages, whatever came of them: as many outcomes as requests."""
    origin.answers["/feed"] = Answer(rss(*(rss_item(f"Новость {n}", f"/{n}") for n in range(4))))
    origin.answers["/0"] = Answer(article_page("Нулевая", OTHER * 3))
    origin.answers["/1"] = Answer(WALL)
    origin.answers["/2"] = Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"})
    running = flow(source(origin), source(origin, "/wall", "wall"))
    running.settle()
    counts = running.runtime.documents.counts()
    outcomes = {name: number for name, number in counts.items() if name.startswith(("source:", "page:"))}
    assert sum(outcomes.values()) == asked(origin)
    assert {name for name in outcomes if name.startswith("page:")} == {
        "page:new",
        "page:blocked",
        "page:unreadable",
        "page:not-found",
    }


def test_what_is_cut_off_is_counted(flow, origin):
    """A page is read up to 4 million characters; what is longer is not passed over in silence."""
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1")))
    filler = b"<!--" + b"x" * 4_100_000 + b"-->"
    origin.answers["/1"] = Answer(article_page("Итоги", OTHER * 3).replace(b"</body>", filler + b"</body>"))
    running = flow()
    running.settle()
    assert running.runtime.documents.counts()["articles:cut"] == 1
