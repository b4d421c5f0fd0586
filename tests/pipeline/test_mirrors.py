"""Mirrors of a source: which address is asked, what is kept of each, and that no story comes twice."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from support.flow import Flow, article_page, rss, rss_item
from support.origin import Answer, Origin
from support.proxies import HttpProxy

from monitor.models import Outcome, Source
from monitor.pipeline import mirrors
from monitor.sources.schedule import SourceState

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
A, B, C = "https://a.test/f", "https://b.test/f", "https://c.test/f"
ALL = (A, B, C)


def fail(state, *outcomes, addresses=ALL, now=NOW):
    """The state after these failures, each at the address that was to be asked, and whether each went on soon."""
    went_on = []
    for outcome in outcomes:
        asked = mirrors.to_ask(addresses, state, now)
        state, soon = mirrors.failed(addresses, asked, state, state.after(outcome, now, "why"), now)
        went_on.append(soon)
    return state, went_on


@pytest.mark.parametrize("outcome", ["blocked", "unreachable", "timeout", "refused", "not-a-feed", "gone"])
def test_what_another_address_may_not_suffer_from_turns_to_it_at_once(outcome):
    state, soon = fail(SourceState(), Outcome(outcome))
    assert (mirrors.to_ask(ALL, state, NOW), soon) == (B, [True])


@pytest.mark.parametrize("outcome", ["server-error", "not-found", "protocol-error", "too-large", "unreadable"])
def test_what_passes_by_itself_turns_at_the_third_in_a_row(outcome):
    state, soon = fail(SourceState(), Outcome(outcome), Outcome(outcome))
    assert (mirrors.to_ask(ALL, state, NOW), soon) == (A, [False, False])
    state, soon = fail(state, Outcome(outcome))
    assert (mirrors.to_ask(ALL, state, NOW), soon) == (B, [True])


@pytest.mark.parametrize("outcome", ["busy", "empty", "robots"])
def test_a_server_that_answers_is_not_left_because_of_what_it_says(outcome):
    state, soon = fail(SourceState(), *[Outcome(outcome)] * 10)
    assert (mirrors.to_ask(ALL, state, NOW), any(soon)) == (A, False)


def test_where_all_are_down_the_round_slows_down():
    state, soon = fail(SourceState(), *[Outcome.UNREACHABLE] * 12)
    assert mirrors.to_ask(ALL, state, NOW) == A
    assert soon[:2] == [True, True]
    assert not any(soon[len(ALL) + mirrors.PATIENCE - 2 :])
    assert state.failures == 12


def test_from_a_mirror_the_first_is_tried_again_each_hour():
    state, _ = fail(SourceState(), Outcome.BLOCKED)
    state = mirrors.answered(ALL, state.after(Outcome.NEW, NOW), B)
    assert mirrors.to_ask(ALL, state, NOW + timedelta(minutes=59)) == B
    later = NOW + timedelta(hours=1)
    assert mirrors.to_ask(ALL, state, later) == A
    failed, (soon,) = fail(state, Outcome.BLOCKED, now=later)
    assert soon
    assert failed == replace(state, left_first=later), "that it fails still says nothing of the mirror"
    assert mirrors.to_ask(ALL, failed, later + timedelta(minutes=59)) == B
    back = mirrors.answered(ALL, state, A)
    assert (mirrors.to_ask(ALL, back, later), back.mirror, back.left_first) == (A, "", None)


def test_a_first_address_that_is_gone_is_tried_again_each_week():
    state, _ = fail(SourceState(), Outcome.GONE)
    for _ in range(3):
        state = mirrors.answered(ALL, state.after(Outcome.NEW, NOW), B)
        assert mirrors.to_ask(ALL, state, NOW + timedelta(days=6, hours=23)) == B
        assert mirrors.to_ask(ALL, state, NOW + timedelta(days=7)) == A
        state = mirrors.failed(ALL, A, state, state.after(Outcome.GONE, NOW), NOW)[0]


def test_a_mirror_that_left_the_configuration_is_not_asked():
    state, _ = fail(SourceState(), Outcome.BLOCKED)
    assert mirrors.to_ask((A, C), state, NOW) == A
    assert mirrors.in_use((A, C), state) == A


def test_a_single_address_is_kept_whatever_happens():
    state, soon = fail(SourceState(), *[Outcome.BLOCKED] * 5, addresses=(A,))
    assert (mirrors.to_ask((A,), state, NOW), any(soon)) == (A, False)
    assert mirrors.weighed((A,), Outcome.GONE) is Outcome.GONE
    assert mirrors.weighed(ALL, Outcome.GONE) is Outcome.UNREACHABLE


HIT = "Министры двух стран согласовали бюджет Союзного государства на следующий год."
# Stories that have nothing in common but the topic.
TEXTS = {
    "Союзное государство: бюджет на год": f"{HIT} Деньги пойдут на железные дороги и больницы обеих столиц.",
    "Союзное государство: заседание совета": "Послы обсудили визы, студентов и границу. Совет соберётся снова весной.",
    "Союзное государство: новая дорога": "Строители открыли мост через реку возле Полоцка, движение начнётся в августе.",
}


@pytest.fixture
def second():
    with Origin() as second:
        yield second


@pytest.fixture
def flow(server, keys, tmp_path):
    def make(*sources, **settings):
        return Flow(server.url, keys.prefix, tmp_path, *sources, **settings)

    return make


def mirrored(*urls, **more):
    return Source(id="s", kind="feed", urls=urls, every=timedelta(hours=1), allow_private=True, **more)


def holding(origin, *titles, id_of=lambda origin, number: f"{origin.url}/{number}", **headers):
    """Make an origin a copy of one outlet: links and ids carry its own host."""
    items = "".join(
        f"<item><guid>{id_of(origin, number)}</guid><title>{title}</title><link>{origin.url}/{number}</link></item>"
        for number, title in enumerate(titles)
    )
    origin.answers["/feed"] = Answer(rss(items), headers=headers)
    for number, title in enumerate(titles):
        origin.answers[f"/{number}"] = Answer(article_page(title, TEXTS[title] * 2))


*TITLES, THIRD = TEXTS


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=403),
        Answer(status=410),
        Answer(b"<!doctype html><html><body>Access is restricted</body></html>"),
        Answer(status=302, headers={"Location": "ftp://127.0.0.1/"}),
    ],
    ids=["blocked", "gone", "not a feed", "refused"],
)
def test_when_the_first_fails_the_mirror_is_read_soon_after(flow, origin, second, answer):
    origin.answers["/feed"] = answer
    holding(second, *TITLES)
    running = flow(mirrored(f"{origin.url}/feed", f"{second.url}/feed"))
    running.settle(1)
    due = running.runtime.jobs.next_due()["source:s"] / 1000 - running.now().timestamp()
    assert 0 < due <= mirrors.SOON.total_seconds()
    running.look_again()
    running.settle()
    state = running.state("s")
    assert (state.mirror, state.failures, state.outcome) == (f"{second.url}/feed", 0, Outcome.NEW)
    assert sorted(running.titles()) == sorted(TITLES)
    running.look_again()
    running.settle(1)
    assert (origin.count("/feed"), second.count("/feed")) == (1, 2)


@pytest.mark.parametrize(
    "id_of",
    [lambda origin, number: f"{origin.url}/{number}", lambda origin, number: f"tag:{number}"],
    ids=["ids with the host", "ids of the outlet"],
)
def test_what_was_read_at_one_address_is_not_news_at_another(flow, origin, second, id_of):
    """There and back: links, and often ids, carry the name of the mirror; only the new item is news."""
    holding(origin, *TITLES, id_of=id_of)
    holding(second, *TITLES, THIRD, id_of=id_of)
    running = flow(mirrored(f"{origin.url}/feed", f"{second.url}/feed"))
    running.settle()
    assert sorted(running.titles()) == sorted(TITLES)
    good, origin.answers["/feed"] = origin.answers["/feed"], Answer(status=403)
    for _ in range(2):
        running.look_again()
        running.settle()
    assert sorted(running.titles()) == sorted([*TITLES, THIRD])
    assert running.state("s").mirror == f"{second.url}/feed"
    assert (second.count("/0"), second.count("/2")) == (0, 1), "only the page of what is new is fetched"
    assert running.state("s").history.gaps == 0
    holding(origin, *TITLES, THIRD, id_of=id_of)
    assert good != origin.answers["/feed"]
    left = running.runtime.jobs.state("s").left_first - timedelta(hours=2)
    running.runtime.client.hset(running.runtime.keys("source", "s"), "left_first", round(left.timestamp() * 1000))
    running.look_again()
    running.settle()
    assert (running.state("s").mirror, running.state("s").left_first) == ("", None)
    assert sorted(running.titles()) == sorted([*TITLES, THIRD])
    assert origin.count("/2") == 0


def test_a_mirror_with_a_longer_archive_brings_no_flood(flow, origin, second):
    """What it has beyond the age of a first check was there before; the item of since then is news."""

    def item(number, **age):
        date = format_datetime(datetime.now(UTC) - timedelta(**age))
        return rss_item(f"Союзное государство, номер {number}", f"/{number}", f"{HIT} {number} " * 20, date)

    origin.answers["/feed"] = Answer(rss(item(1, minutes=5)))
    running = flow(mirrored(f"{origin.url}/feed", f"{second.url}/feed"))
    running.settle(1)
    origin.answers["/feed"] = Answer(status=403)
    second.answers["/feed"] = Answer(rss(item(0, seconds=0), item(1, minutes=5), *(item(n, days=n) for n in (2, 90))))
    for _ in range(2):
        running.look_again()
        running.settle(1)
    assert running.state("s").mirror == f"{second.url}/feed"
    assert running.runtime.documents.counts()["entries:old"] == 2
    assert len(list(running.runtime.archive.read())) == 2


def left_long_ago(running):
    """Let it be time to try the first address again."""
    left = running.now() - timedelta(hours=3)
    running.runtime.client.hset(running.runtime.keys("source", "s"), "left_first", round(left.timestamp() * 1000))


def test_a_mirror_is_read_while_the_first_address_asks_to_be_left_alone(flow, origin, second):
    """The pause comes with the first trial, in the middle of it all: the mirror does not wait in the queue there."""
    holding(second, *TITLES)
    origin.answers["/feed"] = Answer(status=403)
    running = flow(mirrored(f"{origin.url}/feed", f"{second.url}/feed"))
    for _ in range(2):
        running.look_again()
        running.settle(1)
    origin.answers["/feed"] = Answer(status=429, headers={"Retry-After": "7200"})
    for looks in range(2, 5):
        left_long_ago(running)
        running.look_again()
        running.settle(1)
        running.look_again()
        running.settle(1)
        assert (origin.count("/feed"), running.state("s").failures) == (2, 0)
        assert second.count("/feed") >= looks
    assert running.runtime.jobs.next_due()["source:s"] / 1000 - running.now().timestamp() <= 3600


def test_validators_go_to_the_address_that_gave_them(flow, origin, second):
    holding(origin, *TITLES, ETag='"first"')
    holding(second, *TITLES, ETag='"second"')
    running = flow(mirrored(f"{origin.url}/feed", f"{second.url}/feed"))
    running.settle()
    origin.answers["/feed"] = Answer(status=403)
    for _ in range(3):
        running.look_again()
        running.settle(1)
    assert [hit.headers.get("If-None-Match") for hit in origin.hits if hit.path == "/feed"] == [None, '"first"']
    assert [hit.headers.get("If-None-Match") for hit in second.hits if hit.path == "/feed"] == [None, '"second"']


def test_a_proxy_of_a_source_carries_its_feed_and_its_pages(flow, origin):
    """The names are such as only the proxy knows."""
    holding(origin, *TITLES)
    body = origin.answers["/feed"].body.replace(origin.url.encode(), b"http://news.test")
    origin.answers["/feed"] = Answer(body)
    with HttpProxy(int(origin.url.rsplit(":", 1)[1])) as proxy:
        source = Source(id="s", kind="feed", url="http://news.test/feed", every=timedelta(hours=1), proxy=proxy.url)
        running = flow(source, fetch={"spacing": "0s"})
        running.settle()
        assert sorted(running.titles()) == sorted(TITLES)
        assert set(proxy.asked) == {("news.test", 80)}
    assert {"/feed", "/0", "/1", "/robots.txt"} == {hit.path for hit in origin.hits}


PARTIAL = rss(rss_item("Союзное государство: отрывок", "/0", HIT))


@pytest.mark.parametrize(
    "headers",
    [{"Content-Length": str(len(PARTIAL) + 10), "Connection": "close"}, {"Content-Encoding": "gzip"}],
    ids=["shorter than its length", "truncated gzip"],
)
def test_a_partial_body_is_never_read_and_its_validators_are_not_kept(flow, origin, headers):
    origin.answers["/feed"] = Answer(rss(rss_item("Новости", "/9")), headers={"ETag": '"whole"'})
    running = flow(mirrored(f"{origin.url}/feed"))
    running.settle(1)
    body = gzip.compress(PARTIAL)[:-8] if "Content-Encoding" in headers else PARTIAL
    origin.answers["/feed"] = Answer(body, headers={"ETag": '"partial"', **headers})
    running.look_again()
    running.settle(1)
    state = running.state("s")
    assert (state.etag, state.outcome) == ('"whole"', Outcome.PROTOCOL_ERROR)
    assert running.titles() == []
