"""What the operator is told of the sources: decisions over values, and once each with a real Redis."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.flow import Flow, article_page, rss, rss_item, source
from support.origin import Answer

from monitor.models import Notice, Outcome, Source
from monitor.sources.health import NETWORK, Patience, changes_of, in_words
from monitor.sources.history import History, heard, longest_pause, silent_since
from monitor.sources.schedule import SourceState

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PATIENCE = Patience(3, timedelta(minutes=2))


def before(**time):
    return NOW - timedelta(**time)


def plain(name="s", label="", **more):
    return Source(id=name, name=label, url="https://example.org/feed", kind="feed", **more)


def well(checked=NOW, **more):
    return SourceState(outcome=Outcome.UNCHANGED, checked=checked, succeeded=checked, primed=True, **more)


def ill(failures=3, outcome=Outcome.TIMEOUT, since=None, checked=NOW, **more):
    since = since or before(minutes=10)
    return SourceState(outcome=outcome, failures=failures, failing=since, checked=checked, primed=True, **more)


class Watch:
    """Troubles as they would be stored, and what was told."""

    def __init__(self):
        self.known = {}

    def look(self, *watched, now=NOW):
        told = []
        for change in changes_of(watched, self.known, now, PATIENCE):
            self.known[change.subject] = change.after
            if change.after is None:
                del self.known[change.subject]
            told += [(change.subject, change.notice.recovered)] if change.notice else []
        return told


def begins(name="s"):
    return [(f"source:{name}", False)]


def ends(name="s"):
    return [(f"source:{name}", True)]


# A source that fails


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (well(), False),
        (SourceState(), False),
        (ill(1), False),
        (ill(2), False),
        (ill(3), True),
        (ill(9, since=before(minutes=1)), False),  # nine hiccups in a minute
        (ill(1, Outcome.GONE), True),  # it says so itself, and is next asked in a week
        (ill(3, Outcome.EMPTY), True),
        (ill(3, Outcome.BLOCKED), True),
    ],
)
def test_a_failure_is_told_when_it_lasts(state, told):
    assert bool(Watch().look((plain(), state))) is told


def test_a_trouble_is_told_once_and_its_end_once():
    watch = Watch()
    assert watch.look((plain(), ill(3))) == begins()
    assert watch.look((plain(), ill(4, Outcome.BLOCKED))) == []
    assert watch.look((plain(), ill(1, since=NOW))) == [], "it failed again before it was seen to be well"
    assert watch.look((plain(), well())) == ends()
    assert watch.look((plain(), well())) == []
    assert watch.look((plain(), ill(3, since=NOW - timedelta(minutes=3)))) == begins()


def test_a_source_that_left_takes_its_trouble_with_it():
    watch = Watch()
    watch.look((plain(), ill()))
    assert watch.look((plain("other"), well())) == []
    assert watch.known == {}


def test_a_notice_says_what_is_wrong_and_since_when():
    (change,) = changes_of([(plain(label="Agency"), ill(reason="no whole answer within 20 s"))], {}, NOW, PATIENCE)
    notice = change.notice
    assert (notice.subject, notice.name, notice.since) == ("source:s", "Agency", before(minutes=10))
    assert notice.reason == "no answer in time: no whole answer within 20 s"
    (over,) = changes_of([(plain(label="Agency"), well())], {"source:s": change.after}, NOW, PATIENCE)
    assert over.notice.recovered
    assert over.notice.id != notice.id


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_words(outcome):
    assert in_words(SourceState(outcome=outcome)) != str(outcome) or outcome is Outcome.BLOCKED


# Selectors


def test_a_selector_that_matches_nothing_any_more_is_told():
    selecting = plain(article={"body": "div.story"})
    watch = Watch()
    assert watch.look((selecting, well(misses=2))) == []
    assert watch.look((selecting, well(misses=3))) == begins()
    assert "div.story" in watch.known["source:s"].reason
    assert watch.look((selecting, well(misses=4))) == []
    assert watch.look((selecting, well(misses=0))) == ends()
    assert watch.look((plain(), well(misses=9))) == [], "no selector, none that fails"


def test_an_empty_listing_names_its_selector():
    listing = Source(id="s", url="https://example.org/", kind="page", listing={"item": "li.news"})
    watch = Watch()
    watch.look((listing, ill(3, Outcome.EMPTY)))
    assert "li.news" in watch.known["source:s"].reason


# Silence


def published(*, days, hours, weekends=True, end=NOW):
    """Times of items at these hours of each of the last days."""
    found = [
        (end - timedelta(days=back)).replace(hour=hour, minute=0)
        for back in range(days, -1, -1)
        for hour in hours
        if weekends or (end - timedelta(days=back)).weekday() < 5
    ]
    return heard(History(), [time for time in found if time <= end], end)


WIRE = published(days=14, hours=range(24))
NEWSPAPER = published(days=28, hours=range(8, 20), weekends=False)  # to Tuesday noon
THINK_TANK = published(days=28, hours=(10,), weekends=False)


@pytest.mark.parametrize(
    ("history", "later", "silent"),
    [
        (WIRE, timedelta(hours=3), False),
        (WIRE, timedelta(hours=7), True),
        (NEWSPAPER, timedelta(hours=20), False),  # a night
        (NEWSPAPER, timedelta(hours=68), False),  # a weekend
        (NEWSPAPER, timedelta(hours=110), False),  # a weekend with two holidays
        (NEWSPAPER, timedelta(days=6), True),
        (THINK_TANK, timedelta(days=5), False),
        (THINK_TANK, timedelta(days=7), True),
        (published(days=3, hours=range(24)), timedelta(days=3), False),  # no weekend was seen yet
        (published(days=3, hours=range(24)), timedelta(days=5), True),
        (published(days=28, hours=(10,), end=before(days=20)), timedelta(hours=1), True),
        (published(days=28, hours=(10,), end=before(days=400)), timedelta(hours=1), True),  # dead when it was added
        (heard(History(), [before(days=3), before(days=2)], NOW), timedelta(days=60), False),  # too few to tell
        (History(), timedelta(days=60), False),
    ],
)
def test_a_source_is_silent_against_its_own_rhythm(history, later, silent):
    now = NOW + later
    assert bool(silent_since(history, now)) is silent
    assert bool(Watch().look((plain(), well(now, history=history)), now=now)) is silent


def test_a_silence_ends_with_the_next_item():
    watch, later = Watch(), NOW + timedelta(days=2)
    assert watch.look((plain(), well(later, history=WIRE)), now=later) == begins()
    again = heard(WIRE, [later], later)
    assert watch.look((plain(), well(later, history=again)), now=later) == ends()
    assert longest_pause(again) > timedelta(days=2), "the silence is remembered, and borne for the next weeks"


def test_no_source_is_silent_while_nobody_listens():
    """The program was off for a week: only a check can find silence."""
    assert Watch().look((plain(), well(NOW, history=WIRE)), now=NOW + timedelta(days=7)) == []


def test_history_is_bounded_and_a_flood_is_no_rhythm():
    times = [NOW - timedelta(days=400) + timedelta(hours=2 * n) for n in range(4800)]
    history = heard(History(), times, NOW)
    assert len(history.days) <= 30
    assert 11 < history.per_day < 13
    assert heard(History(), [NOW + timedelta(days=9)], NOW).latest == NOW, "a date to come is now"


# The network


def crowd(number, state):
    return [(plain(f"s{at}"), state) for at in range(number)]


def test_a_network_that_is_down_is_one_trouble():
    watch = Watch()
    good = [(plain(f"g{at}"), well(before(hours=1))) for at in range(30)]  # not looked at since
    assert watch.look(*crowd(77, ill(1, since=before(seconds=30))), *good) == []
    assert watch.look(*crowd(77, ill(3)), *good) == [(NETWORK, False)]
    assert watch.look(*crowd(77, ill(5)), *good) == []
    later = NOW + timedelta(minutes=4)
    back = [(plain(f"s{at}"), well(later)) for at in range(40)]
    left = [(plain(f"s{at}"), ill(5)) for at in range(40, 77)]
    assert watch.look(*back, *left, *good, now=later) == [(NETWORK, True)]
    assert watch.look(*back, *left, *good, now=later) == [], "those not looked at since may be well"
    still = [(plain(f"s{at}"), ill(6, checked=later + timedelta(minutes=9))) for at in range(40, 42)]
    after = later + timedelta(minutes=10)
    assert watch.look(*back, *still, now=after) == begins("s40") + begins("s41")


def test_two_of_many_are_troubles_of_their_own():
    assert len(Watch().look(*crowd(2, ill(3)), (plain("other"), well()), (plain("more"), well()))) == 2


def test_wrong_addresses_are_no_outage():
    assert len(Watch().look(*crowd(5, ill(3, Outcome.NOT_FOUND)))) == 5


def test_failures_that_began_on_different_days_are_no_outage():
    watched = [(plain(f"s{at}"), ill(30, since=before(days=at + 1))) for at in range(6)]
    assert len(Watch().look(*watched)) == 6


def test_a_source_that_fails_during_an_outage_is_not_told():
    watch = Watch()
    watch.look(*crowd(9, ill(3)))
    assert watch.look(*crowd(9, ill(4)), (plain("new"), ill(3))) == []


# With a store


@pytest.fixture
def flow(server, keys, tmp_path, origin):
    def make(*sources, **settings):
        settings = {"health": {"failures": 2, "patience": "0s"}, **settings}
        return Flow(server.url, keys.prefix, tmp_path, *(sources or (source(origin),)), **settings)

    return make


def notices(running):
    return [message for _, message in running.runtime.alerts.read() if isinstance(message, Notice)]


def look(running, rounds=1):
    running.look_again()
    running.settle(rounds)
    running.runtime.look_after()


def test_a_source_that_fails_raises_one_notice_and_one_when_it_recovers(flow, origin):
    running = flow()
    origin.answers["/feed"] = Answer(status=500)
    look(running)
    assert notices(running) == []
    for _ in range(3):
        look(running)
    ((notice),) = notices(running)
    assert (notice.subject, notice.recovered) == ("source:s", False)
    assert notice.reason == "error of the server: HTTP 500"
    origin.answers["/feed"] = Answer(rss(rss_item("Новость", "/1")))
    look(running)
    look(running)
    assert [notice.recovered for notice in notices(running)] == [False, True]
    assert running.runtime.documents.counts()["notices"] == 2


def test_watchers_that_race_tell_a_trouble_once(flow, origin):
    running = flow()
    origin.answers["/feed"] = Answer(status=500)
    for _ in range(2):
        running.look_again()
        running.settle(1)
    start = threading.Barrier(8)

    def watch():
        start.wait()
        running.runtime.look_after()

    threads = [threading.Thread(target=watch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notices(running)) == 1


def test_a_trouble_that_another_version_wrote_can_end(flow, origin):
    """Compared by what it says: the order and the number of its fields may be others."""
    running = flow()
    origin.answers["/feed"] = Answer(status=500)
    for _ in range(4):
        look(running)
    client, key = running.runtime.client, running.runtime.keys("troubles")
    stored = json.loads(client.hget(key, "source:s"))
    client.hset(key, "source:s", json.dumps(dict(reversed(stored.items()))))
    origin.answers["/feed"] = Answer(rss(rss_item("Новость", "/1")))
    look(running, 1)
    assert [notice.recovered for notice in notices(running)] == [False, True]
    assert client.hlen(key) == 0


def test_a_selector_of_article_pages_that_stops_matching_is_noticed(flow, origin):
    running = flow(source(origin, article={"body": "div.story"}))
    for number in range(5):
        origin.answers[f"/{number}"] = Answer(article_page(f"Новость {number}", f"Текст новости {number}. " * 20))
    for number in range(3):
        origin.answers["/feed"] = Answer(rss(*(rss_item(f"Новость {n}", f"/{n}") for n in range(number, -1, -1))))
        look(running, 3)
    ((notice),) = notices(running)
    assert "div.story" in notice.reason
    body = origin.answers["/3"].body.replace(b"<article>", b"<div class='story'>").replace(b"</article>", b"</div>")
    origin.answers["/3"] = Answer(body)
    origin.answers["/feed"] = Answer(rss(*(rss_item(f"Новость {n}", f"/{n}") for n in range(3, -1, -1))))
    look(running, 3)
    assert [notice.recovered for notice in notices(running)] == [False, True]


def test_the_state_of_a_source_survives_the_store(flow, origin):
    running = flow()
    origin.answers["/feed"] = Answer(rss(rss_item("Новость", "/1", "", "Mon, 23 Nov 2026 10:00:00 GMT")))
    running.settle(1)
    state = running.state("s")
    history = state.history
    assert (history.items, state.failing, state.misses) == (1, None, 0)
    assert history.latest == history.first
    again = replace(state, history=History.model_validate_json(history.model_dump_json(exclude_defaults=True)))
    assert again == state
