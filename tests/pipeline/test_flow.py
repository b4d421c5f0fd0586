"""From a due source to the alert stream, with a real Redis and a real web server, in one process."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from support.flow import Flow, article_page, rss, rss_item, source
from support.origin import Answer, Origin

from monitor.models import Outcome

HIT = "Министры двух стран согласовали бюджет Союзного государства на следующий год."
MORE = "Документ подпишут весной, после того как его рассмотрят оба правительства и парламентская комиссия."
OTHER = "В городе открылась выставка старинных часов, собранных за тридцать лет работы музея."


LATER = datetime.now(UTC) + timedelta(minutes=5)


def ago(**time):
    return format_datetime(datetime.now(UTC) - timedelta(**time))


@pytest.fixture
def flow(server, keys, tmp_path, origin):
    def make(*sources, **settings):
        return Flow(server.url, keys.prefix, tmp_path, *(sources or (source(origin),)), **settings)

    return make


def test_an_item_whose_page_matches_alerts_once(flow, origin):
    """The feed alone says nothing of the topic; the page does."""
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги встречи", "/1"), rss_item("Выставка часов", "/2")))
    origin.answers["/1"] = Answer(article_page("Итоги встречи", f"{OTHER}\n{HIT}\n{OTHER}"))
    origin.answers["/2"] = Answer(article_page("Выставка часов", f"{OTHER}\n{OTHER}"))
    running = flow()
    running.settle()
    ((_, alert),) = running.runtime.alerts.read()
    assert (alert.title, alert.url) == ("Итоги встречи", f"{origin.url}/1")
    assert "Союзного государства" in alert.snippet.text
    assert [alert.snippet.text[start:end] for start, end in alert.snippet.marks] == ["Союзного государства"]
    assert {span.text for span in alert.matches} == {"Союзного государства"}
    running.look_again()
    running.settle()
    assert len(running.titles()) == 1
    assert origin.count("/1") == 1, "a page is fetched once"
    assert running.state("s").outcome is Outcome.UNCHANGED


def test_a_changed_feed_brings_only_what_is_new(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство: раз", "/1")), headers={"ETag": '"a"'})
    for number in (1, 2):
        origin.answers[f"/{number}"] = Answer(article_page(f"Номер {number}", f"{HIT} {number} " * 3))
    running = flow()
    running.settle()
    items = rss_item("Союзное государство: два", "/2") + rss_item("Союзное государство: раз", "/1")
    origin.answers["/feed"] = Answer(rss(items), headers={"ETag": '"b"'})
    running.look_again()
    running.settle()
    assert origin.count("/1") == origin.count("/2") == 1
    assert [hit.headers.get("If-None-Match") for hit in origin.hits if hit.path == "/feed"] == [None, '"a"']


def test_known_items_whose_names_were_lost_are_read_in_full(flow, origin):
    """An item is passed over by its markup only as long as its names are remembered: else it would never be new."""
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство: раз", "/1")))
    for number in (1, 2):
        origin.answers[f"/{number}"] = Answer(article_page(f"Номер {number}", f"{HIT} {number} " * 3))
    running = flow()
    running.settle()
    assert running.runtime.documents.memory("s")
    running.runtime.client.delete(running.runtime.keys("seen", "s"), running.runtime.keys("entries", "s"))
    items = rss_item("Союзное государство: два", "/2") + rss_item("Союзное государство: раз", "/1")
    origin.answers["/feed"] = Answer(rss(items))
    running.look_again()
    running.settle()
    assert running.runtime.documents.counts()["entries"] == 3
    assert origin.count("/2") == 1
    assert running.state("s").items == 2


def test_items_that_are_left_out_are_counted_and_said(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1") + rss_item("<b>" * 20_000, "/2")))
    origin.answers["/1"] = Answer(article_page("Номер", HIT * 3))
    running = flow()
    running.settle()
    assert running.runtime.documents.counts()["entries:left-out"] == 1
    assert running.state("s").outcome is Outcome.NEW
    assert running.state("s").reason.startswith("1 of 2 items are read")


def test_a_304_ends_the_check_and_keeps_the_validators(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("t", "/1")), headers={"ETag": '"a"'})
    running = flow()
    running.settle(1)
    origin.answers["/feed"] = Answer(status=304)
    running.look_again()
    running.settle(1)
    state = running.state("s")
    assert (state.outcome, state.etag, state.failures) == (Outcome.UNCHANGED, '"a"', 0)


def test_a_page_that_cannot_be_fetched_leaves_the_text_of_the_feed(flow, origin):
    """The alert comes at once from what the feed said, marked as partial; the page stays on the schedule."""
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", HIT)))
    origin.answers["/1"] = Answer(status=403)
    running = flow()
    running.settle()
    ((_, alert),) = running.runtime.alerts.read()
    assert (alert.title, alert.partial) == ("Итоги", True)
    (page,) = [job for job in running.runtime.jobs.next_due() if job.startswith("page:")]
    assert running.runtime.jobs.page(page.removeprefix("page:")).attempts == 1


def test_an_alert_that_only_the_page_gives_comes_when_the_page_does(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", OTHER)))
    origin.answers["/1"] = Answer(status=500)
    running = flow()
    running.settle()
    assert running.titles() == []
    origin.answers["/1"] = Answer(article_page("Итоги", f"{HIT}\n{OTHER}\n{HIT}"))
    (page,) = [job for job in running.runtime.jobs.next_due() if job.startswith("page:")]
    running.runtime.client.zadd(running.runtime.keys("due"), {page: 0})
    running.settle(2)
    assert running.titles() == ["Итоги"]


def test_a_page_that_is_thinner_than_the_feed_is_tried_again_and_not_for_ever(flow, origin):
    """As a page is whose text comes by script, or that is cut off for those who do not pay."""
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", f"{OTHER} {OTHER}")))
    origin.answers["/1"] = Answer(article_page("Итоги", "Подождите."))
    running = flow()
    running.settle()
    (article,) = running.runtime.archive.read()
    assert article.partial
    assert OTHER in article.lead

    def fetch_again():
        for job in running.runtime.jobs.next_due():
            if job.startswith("page:"):
                running.runtime.client.zadd(running.runtime.keys("due"), {job: 0})
        running.settle(1)

    origin.answers["/1"] = Answer(article_page("Итоги", f"{OTHER}\n{HIT}\n{MORE}"))
    fetch_again()
    assert running.titles() == ["Итоги"]
    assert origin.count("/1") == 2
    (page,) = [job for job in running.runtime.jobs.next_due() if job.startswith("page:")]
    assert running.runtime.jobs.page(page.removeprefix("page:")).looks == 1, "only because it was alerted"


def test_a_page_that_stays_thin_is_given_up(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Итоги", "/1", f"{HIT} {OTHER}")))
    origin.answers["/1"] = Answer(article_page("Итоги", "Подождите."))
    running = flow()
    running.settle()
    for _ in range(5):
        for job in running.runtime.jobs.next_due():
            if job.startswith("page:"):
                running.runtime.client.zadd(running.runtime.keys("due"), {job: 0})
        running.settle(1)
    assert origin.count("/1") == 3
    assert running.titles() == ["Итоги"]


def test_a_first_check_alerts_only_on_what_is_young(flow, origin):
    """By the date of the feed, or by that of the page where the feed gives none."""
    old_page = article_page("Страница", HIT * 3).replace(
        b"<article>", b'<article><time datetime="2020-01-05T10:00:00Z">5.1.2020</time>'
    )
    origin.answers["/feed"] = Answer(
        rss(
            rss_item("Союзное государство вчера", "/1", HIT, ago(hours=30)),
            rss_item("Союзное государство утром", "/2", HIT, ago(hours=3)),
            rss_item("Союзное государство когда-то", "/3", HIT),
        )
    )
    origin.answers["/2"] = Answer(article_page("Утром", f"{HIT} Утром. " * 2))
    origin.answers["/3"] = Answer(old_page)
    running = flow()
    running.settle()
    assert running.titles() == ["Союзное государство утром"]
    assert origin.count("/1") == 0


def test_an_empty_redis_brings_no_flood(flow, origin):
    """All that was known is gone between two checks: what is young comes once more, in a digest, and nothing old."""
    ages = {1: timedelta(hours=2), 2: timedelta(hours=30), 3: timedelta(days=9), 4: timedelta(days=900)}
    items = [
        rss_item(f"Союзное государство {n}", f"/{n}", "", ago(seconds=age.total_seconds())) for n, age in ages.items()
    ]
    origin.answers["/feed"] = Answer(rss(*items, rss_item("Без даты", "/5")))
    stamp = f"<article><time datetime='{(datetime.now(UTC) - ages[3]).isoformat()}' pubdate></time>".encode()
    for n in (*ages, 5):
        body = article_page(f"Номер {n}", f"{HIT} {n} " * 3)
        origin.answers[f"/{n}"] = Answer(body.replace(b"<article>", stamp) if n == 5 else body)
    running = flow(first_check={"digest": True})
    running.settle()
    assert running.titles() == ["Союзное государство 1"]
    client, keys = running.runtime.client, running.runtime.keys
    client.delete(*client.keys(keys("*")))
    running.runtime.jobs.sync({"s": running.now()})
    running.settle()
    assert running.state("s").primed
    ((_, alert),) = running.runtime.alerts.read()
    assert (alert.title, alert.backlog) == ("Союзное государство 1", True)


def test_later_an_old_date_does_not_hide_a_new_item(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Первое", "/0", OTHER)))
    running = flow()
    running.settle(1)
    new = rss_item("Союзное государство", "/1", HIT, ago(days=40))
    origin.answers["/feed"] = Answer(rss(rss_item("Первое", "/0", OTHER) + new))
    running.look_again()
    running.settle()
    assert running.titles() == ["Союзное государство"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(b"<!doctype html><html><body>Welcome</body></html>"), "not-a-feed"),
        (Answer(b""), "not-a-feed"),
        (Answer(b"11 bytes..."), "not-a-feed"),
        (Answer(rss()), "empty"),
        (Answer(status=404), "not-found"),
        (Answer(status=403), "blocked"),
        (Answer(delay=5), "timeout"),
    ],
)
def test_a_bad_source_has_its_outcome_and_is_tried_again_while_others_go_on(flow, origin, answer, outcome):
    origin.answers["/bad"] = answer
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1", HIT)))
    origin.answers["/1"] = Answer(article_page("Хорошая", HIT * 3))
    running = flow(source(origin, "/bad", "bad"), source(origin, "/feed", "good"), fetch={"deadline": "1s"})
    running.settle(3, 1.2)
    state = running.state("bad")
    assert (state.outcome, state.failures >= 1, state.primed) == (outcome, True, False)
    assert running.runtime.jobs.next_due()["source:bad"] > 0
    assert running.titles() == ["Союзное государство"]
    assert running.runtime.documents.counts()[f"source:{outcome}"] >= 1


def test_a_304_cannot_hide_that_a_body_was_no_feed(flow, origin):
    origin.answers["/feed"] = Answer(b"<html>Just a moment</html>", headers={"ETag": '"block"'})
    running = flow()
    running.settle(1)
    assert running.state("s").etag == ""
    running.look_again()
    running.settle(1)
    assert [hit.headers.get("If-None-Match") for hit in origin.hits] == [None, None]
    assert running.state("s").outcome is Outcome.NOT_A_FEED


def test_a_reader_that_dies_at_any_step_is_followed_by_another(flow, origin, monkeypatch):
    """The document stays until its reading is stored; the alert of the first reader is not repeated by the second."""
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1", HIT)))
    origin.answers["/1"] = Answer(article_page("Страница", HIT * 3))
    running = flow()
    running.settle(1)
    running.drain()
    (document,) = running.hints
    real = running.runtime.documents.read_article

    def dies(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(running.runtime.documents, "read_article", dies)
    with pytest.raises(KeyboardInterrupt):
        running.runtime.read(document, lambda: None)
    assert len(running.titles()) == 1
    monkeypatch.setattr(running.runtime.documents, "read_article", real)
    running.read()
    assert len(running.titles()) == 1
    assert running.runtime.documents.take(document, LATER) is None


def test_a_document_that_kills_its_readers_is_given_up(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1", HIT)))
    running = flow()
    running.drain()
    for _ in range(3):
        running.runtime.documents.take(running.hints[0], LATER)
    running.read()
    assert running.state("s").outcome is Outcome.UNREADABLE


def test_two_drains_never_fetch_a_source_twice(flow, origin, monkeypatch):
    origin.answers["/feed"] = Answer(rss(rss_item("t", "/1")), delay=0.5)
    one, other = flow(), flow()

    threads = [threading.Thread(target=running.drain) for running in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert origin.count("/feed") == 1


def test_a_stop_gives_back_what_is_under_way(flow, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("t", "/1")), delay=3)
    running = flow()
    running.drain(0.5)
    assert running.state("s").outcome is None
    (due,) = running.runtime.jobs.next_due().values()
    assert due / 1000 <= running.now().timestamp()


def test_a_full_text_feed_needs_no_page_and_reading_counts_articles(flow, origin):
    item = f"<item><title>Полный</title><link>/1</link><description>{HIT * 20}</description></item>"
    origin.answers["/feed"] = Answer(rss(item))
    running = flow()
    running.settle(2)
    assert running.titles() == ["Полный"]
    assert origin.count("/1") == 0
    assert running.runtime.documents.counts()["articles"] == 1


def test_pages_can_be_limited_to_entries_that_touch_a_list(flow, origin):
    """With thousands of sources only what may matter is fetched; the rest is matched on what the feed says."""
    items = rss_item("Союзное государство обсудили", "/1", OTHER) + rss_item("Выставка часов", "/2", OTHER)
    origin.answers["/feed"] = Answer(rss(items))
    origin.answers["/1"] = Answer(article_page("Союзное государство обсудили", HIT * 3))
    running = flow(fetch={"only_touching": ["union"]})
    running.settle()
    assert (origin.count("/1"), origin.count("/2")) == (1, 0)
    assert running.runtime.documents.counts()["articles"] == 2
    assert running.titles() == ["Союзное государство обсудили"]


def test_the_selectors_of_a_source_choose_its_text(flow, origin):
    page = f"<html><body><h1>Чужой заголовок</h1><div class='t'>Заголовок</div><div class='b'><p>{OTHER}</p></div><p>{HIT * 9}</p></body></html>"
    origin.answers["/feed"] = Answer(rss(rss_item("Заголовок", "/1")))
    origin.answers["/1"] = Answer(page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    running = flow(source(origin, article={"title": ".t", "body": ".b"}))
    running.settle()
    assert running.titles() == []
    ((article),) = running.runtime.archive.read()
    assert (article.title, article.text) == ("Заголовок", OTHER)


def test_an_answer_that_breaks_the_client_is_the_failure_of_its_source_alone(flow, origin):
    """A redirect to no address and an absurd Retry-After, beside a good source and one that is slow."""
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1", HIT)), delay=0.5)
    origin.answers["/1"] = Answer(article_page("Хорошая", HIT * 3))
    origin.answers["/a"] = Answer(status=302, headers={"Location": "http://[::1"})
    with Origin() as other:
        other.answers["/b"] = Answer(status=429, headers={"Retry-After": "99999999999999999"})
        running = flow(source(origin, "/feed", "good"), source(origin, "/a", "a"), source(other, "/b", "b"))
        running.settle()
    assert running.titles() == ["Союзное государство"]
    assert (running.state("a").outcome, running.state("b").outcome) == (Outcome.PROTOCOL_ERROR, Outcome.BUSY)
    assert running.state("good").failures == 0


def test_a_live_page_that_holds_one_story_after_another_is_read_each_time(flow, origin):
    """A feed of one item whose link stays: a new id and new words are a new story."""
    running = flow()
    for number, words in enumerate(("Первое решение принято утром", "Второе решение принято вечером")):
        item = f"<item><guid isPermaLink='false'>g{number}</guid><title>Союзное государство: {words}</title><link>/live</link></item>"
        origin.answers["/feed"] = Answer(rss(item))
        origin.answers["/live"] = Answer(
            article_page(words, f"{words} в Союзном государстве. " + " ".join(f"{number}ф{at}" for at in range(60)))
        )
        running.look_again()
        running.settle()
    assert len(running.titles()) == 2


def test_items_that_share_a_link_are_articles_of_their_own(flow, origin):
    stories = "".join(
        f"<item><guid isPermaLink='false'>g{at}</guid><title>Союзное государство {name}</title><link>/live#{at}</link>"
        f"<description>{(name + ' в Союзном государстве обсудили. ') * 40}</description></item>"
        for at, name in enumerate(("налоги", "таможню", "энергию"))
    )
    origin.answers["/feed"] = Answer(rss(stories))
    running = flow()
    running.settle(1)
    assert len(running.titles()) == 3


@pytest.mark.parametrize("change", ["guid", "link", "title"])
def test_an_item_that_changes_in_one_way_is_the_same_item(flow, origin, change):
    """Some feeds give new ids at each poll, some mend addresses or headlines."""
    running = flow()
    for number in range(3):
        names = {"guid": "g", "link": "1", "title": "Союзное государство"}
        names[change] += f"{number}"
        item = f"<item><guid isPermaLink='false'>{names['guid']}</guid><title>{names['title']}</title><link>/{names['link']}</link></item>"
        origin.answers["/feed"] = Answer(rss(item))
        origin.answers[f"/{names['link']}"] = Answer(article_page("Страница", HIT * 3))
        running.look_again()
        running.settle()
    assert len(running.titles()) == 1
    # A new headline is an edit, and its page is read again.
    fetched = sum(hit.path not in {"/feed", "/robots.txt"} for hit in origin.hits)
    assert fetched == (2 if change == "title" else 1)


def test_a_source_that_answers_badly_is_asked_less_and_less(flow, origin):
    origin.answers["/feed"] = Answer(b"<html>Welcome</html>")
    running = flow(source(origin, every=timedelta(minutes=1)))
    waits = []
    for _ in range(3):
        running.look_again()
        running.settle(1)
        waits.append(running.runtime.jobs.next_due()["source:s"] / 1000 - running.now().timestamp())
    assert 45 < waits[0] < 75 < waits[1] < 150 < waits[2]


def test_a_page_of_a_source_that_this_process_does_not_know_is_kept(flow, origin):
    """Another worker has a newer configuration; an old one must not throw away what that one found."""
    origin.answers["/feed"] = Answer(rss(rss_item("Союзное государство", "/1", OTHER)))
    origin.answers["/1"] = Answer(article_page("Страница", HIT * 3))
    newer = flow(source(origin, name="new"))
    newer.settle(1)
    older = flow(source(origin, "/gone", "old"))
    older.drain()
    (page,) = [job for job in newer.runtime.jobs.next_due() if job.startswith("page:")]
    newer.runtime.client.zadd(newer.runtime.keys("due"), {page: 0})
    newer.settle(2)
    assert newer.titles() == ["Союзное государство"]
