import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import DeliveryError
from monitor.models import Article, Match, Severity, Snippet, Source, Span
from monitor.pipeline.deliver import DIGEST_QUIET, Delivering, Desk, plan
from monitor.pipeline.raise_alert import Alerting
from monitor.routing import Policy
from monitor.store.alerts import AlertQueue
from monitor.store.connection import connect
from monitor.store.deliveries import Deliveries
from monitor.store.keys import CANDIDATES, STORIES_A_WORD, STORY_LIFE
from monitor.stories.fingerprints import fingerprint

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="tass", url="https://tass.test/rss", kind="feed", tags=("state",))


class EverythingMatches:
    severity = Severity.HIGH

    def match(self, article, *, tags=()):
        span = Span(field="title", start=0, end=4, text=article.title[:4], term="t", line=3)
        return (Match(rule="r", name="Rule", severity=self.severity, spans=(span,)),)

    def snippet(self, article, match):
        return Snippet(text=article.title, marks=((0, 4),))


class FixedRandom:
    def uniform(self, low, high):
        return 1.0


def article(number, text=""):
    return Article(
        id=f"a{number}", source="tass", url=f"https://tass.test/{number}", title=f"Story {number}", text=text
    )


@pytest.fixture
def queue(client, keys):
    return AlertQueue(client, keys, retention=timedelta(days=30))


@pytest.fixture
def deliveries(client, keys):
    return Deliveries(client, keys)


def alerting(queue, now=NOW):
    return Alerting(EverythingMatches(), queue, queued=lambda: None, clock=lambda: now)


def words(number, count=80):
    return " ".join(f"word{number}x{index}" for index in range(count))


def test_an_article_alerts_once_however_often_it_is_read(queue):
    for _ in range(3):
        assert alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    ((_, alert),) = queue.read()
    assert (alert.id, alert.severity, alert.source.tags) == ("a-a1", Severity.HIGH, ("state",))


def test_a_retelling_joins_the_story(queue):
    first, again, other = article(1, words(1)), article(2, words(1) + " and more"), article(3, words(3))
    for item in (first, again, other):
        alerting(queue).consider(item, SOURCE, backlog=False)
    assert [alert.id for _, alert in queue.read()] == ["a-a1", "a-a3"]
    assert queue.story_of("a2").reports[-1].article == "a2"


def test_many_readers_at_one_moment_make_one_alert_a_story(server, keys):
    """Eight threads read twenty stories in three tellings each, all at once."""

    def work():
        queue = AlertQueue(connect(server.url), keys, retention=timedelta(days=30))
        for number in range(60):
            alerting(queue).consider(article(number, words(number % 20)), SOURCE, backlog=False)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queue = AlertQueue(connect(server.url), keys, retention=timedelta(days=30))
    assert len(list(queue.read())) == 20


def test_reading_pages_through_the_stream_and_from_a_time(queue):
    for number in range(450):
        alerting(queue).consider(article(number, words(number, 4)), SOURCE, backlog=False)
    entries = list(queue.read())
    assert len(entries) == len({alert.id for _, alert in entries}) == 450
    assert len(list(queue.read(after=entries[399][0]))) == 50
    assert list(queue.read(since=datetime.now(UTC) + timedelta(minutes=1))) == []


class Recorder:
    def __init__(self, failures=()):
        self.failures = list(failures)
        self.sent = []

    def send(self, delivery, now):
        self.sent.append(delivery)
        if self.failures:
            raise self.failures.pop(0)


def sender(deliveries, channel, now=NOW, *, policy=None, silences=(), notices=None):
    return Delivering(
        "desk",
        channel,
        deliveries,
        policy=policy or Policy(),
        silences=lambda _: silences,
        notify=[].append if notices is None else notices.append,
        go_on=lambda: True,
        clock=lambda: now,
        random=FixedRandom(),
    )


def test_a_failed_delivery_is_tried_again_with_its_key_and_in_order(queue, deliveries):
    deliveries.subscribe(["desk"])
    for number in (1, 2):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
    channel = Recorder([DeliveryError("away"), DeliveryError("busy", retry_after=70)])
    assert sender(deliveries, channel).run() == 0
    assert sender(deliveries, channel, NOW + timedelta(seconds=4)).run() == 0, "too early"
    assert len(channel.sent) == 1
    assert sender(deliveries, channel, NOW + timedelta(seconds=6)).run() == 0
    assert sender(deliveries, channel, NOW + timedelta(seconds=75)).run() == 0, "Retry-After is honoured"
    assert sender(deliveries, channel, NOW + timedelta(seconds=77)).run() == 2
    first, second, third, fourth = channel.sent
    assert first.key == second.key == third.key == "a-a1:desk"
    assert [first.attempt, second.attempt, third.attempt, fourth.attempt] == [1, 2, 3, 1]
    assert fourth.alerts[0].id == "a-a2"
    assert list(deliveries.pending("desk", NOW)) == []


def test_a_hopeless_delivery_goes_to_the_dead_letters_and_holds_up_nothing(queue, deliveries, client, keys):
    deliveries.subscribe(["desk"])
    for number in (1, 2):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
    channel = Recorder([DeliveryError("HTTP 400", permanent=True)])
    assert sender(deliveries, channel).run() == 2
    ((_, letter),) = client.xrange(keys("dead"))
    assert (letter[b"channel"], letter[b"reason"], letter[b"key"]) == (b"desk", b"HTTP 400", b"a-a1:desk")
    assert list(deliveries.pending("desk", NOW)) == []


def test_a_sender_that_died_before_the_acknowledgement_sends_again_with_the_same_key(queue, deliveries):
    deliveries.subscribe(["desk"])
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)

    class Dies(Recorder):
        def send(self, delivery, now):
            super().send(delivery, now)
            raise KeyboardInterrupt

    dying, living = Dies(), Recorder()
    with pytest.raises(KeyboardInterrupt):
        sender(deliveries, dying).run()
    assert sender(deliveries, living).run() == 1
    assert dying.sent[0].key == living.sent[0].key


def test_one_channel_does_not_hold_up_another(queue, deliveries):
    deliveries.subscribe(["desk", "other"])
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    sender(deliveries, Recorder([DeliveryError("away")])).run()
    assert len(list(deliveries.pending("other", NOW))) == 1
    assert len(list(deliveries.pending("desk", NOW))) == 1


def test_alerts_of_a_first_check_wait_and_go_as_one_digest(queue, deliveries):
    deliveries.subscribe(["desk"])
    for number in (1, 2, 3):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=number != 3)
    pending, desk = list(deliveries.pending("desk", NOW)), Desk("desk")
    (single,) = plan(pending, desk, NOW).planned
    assert [item.message.id for item in single.items] == ["a-a3"]
    _, digest = plan(pending, desk, NOW + DIGEST_QUIET).planned
    assert [item.message.id for item in digest.items] == ["a-a1", "a-a2"]
    assert digest.delivery("desk", 1).digest


def test_trimming_spares_what_any_group_still_needs(queue, deliveries, client, keys):
    deliveries.subscribe(["desk", "slow"])
    client.xgroup_create(keys("alerts"), "somebody-else", id="0")
    for number in range(5):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
    future = datetime.now(UTC) + timedelta(days=1)
    assert queue.trim(future) == 0
    sender(deliveries, Recorder(), NOW).run()
    assert len(list(deliveries.pending("slow", NOW))) == 5
    client.xreadgroup("somebody-else", "me", {keys("alerts"): ">"}, count=2)
    assert queue.trim(future) == 0, "slow has acknowledged nothing"
    slow = [item.entry for item in deliveries.pending("slow", NOW)]
    client.xack(keys("alerts"), "channel:slow", *slow)
    client.xack(keys("alerts"), "somebody-else", slow[0])
    assert queue.trim(future) == 1, "somebody-else works on the second one"
    client.xack(keys("alerts"), "somebody-else", slow[1])
    assert queue.trim(future) == 1, "somebody-else never saw the third one"
    assert queue.trim(datetime.now(UTC) - timedelta(days=1)) == 0, "young ones stay"


def test_a_shared_paragraph_of_background_does_not_make_one_story(queue):
    """Agencies append the same paragraph to every piece: 40 common words of 190 are not the same news."""
    background = words(0, 40)
    for number in range(1, 21):
        alerting(queue).consider(article(number, f"{words(number, 150)} {background}"), SOURCE, backlog=False)
    assert len(list(queue.read())) == 20


SUBJECT = " ".join(f"{stem}ость" for stem in ("союзн", "догово", "границ", "министр", "таможн", "президент", "пошлин"))


def drawn(number, count=70):
    """Words of a story on one subject, each with letters of its own."""
    chance = random.Random(number)
    return " ".join("".join(chance.choices("абвгдежзиклмнопрст", k=9)) for _ in range(count))


def test_a_retelling_is_found_among_many_stories_of_one_subject(queue, client, keys):
    """What leads to stories is bounded, and so is what an article is compared with."""
    for number in range(STORIES_A_WORD + 40):
        alerting(queue).consider(article(number, f"{SUBJECT} {drawn(number)}"), SOURCE, backlog=False)
    lengths = [client.zcard(key) for key in client.scan_iter(match=keys("word", "*"), count=10_000)]
    assert max(lengths) == STORIES_A_WORD
    for number in (0, 50, STORIES_A_WORD + 39):
        again = fingerprint(article(f"again{number}", f"{SUBJECT} {drawn(number)} и ещё слово"))
        candidates, _ = queue.candidates(again)
        assert len(candidates) <= CANDIDATES
        assert candidates[0].id == f"s-a{number}"
    alerting(queue).consider(article("new", f"{SUBJECT} {drawn(0)} и ещё слово"), SOURCE, backlog=False)
    assert queue.story_of("anew").id == "s-a0"


def test_a_word_that_is_used_again_and_again_forgets_the_dead(queue, client, keys):
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    (key, *_) = client.scan_iter(match=keys("word", "*"))
    client.zadd(key, {"s-long-ago": datetime.now(UTC).timestamp() - 1})
    alerting(queue).consider(article(2, words(1)), SOURCE, backlog=False)
    assert client.zrange(key, 0, -1) == [b"s-a1"]
    assert 0 < client.ttl(key) <= STORY_LIFE.total_seconds()
    assert client.zscore(key, "s-a1") == pytest.approx((datetime.now(UTC) + STORY_LIFE).timestamp(), abs=60)


def test_a_graver_rule_that_holds_later_alerts_the_story_anew(queue):
    """Once for each severity, whether it is the same article whose page came late or another outlet's telling."""
    matcher = EverythingMatches()
    matcher.severity = Severity.LOW
    low = Alerting(matcher, queue, queued=lambda: None, clock=lambda: NOW)
    low.consider(article(1, words(1)), SOURCE, backlog=False)
    for number in (1, 2, 1, 3):
        alerting(queue).consider(article(number, words(1)), SOURCE, backlog=False)
    low.consider(article(4, words(1)), SOURCE, backlog=False)
    alerts = [alert for _, alert in queue.read()]
    assert [(alert.id, alert.severity) for alert in alerts] == [("a-a1", "low"), ("a-a1-high", "high")]
    assert len({alert.story for alert in alerts}) == 1


def test_an_entry_that_is_no_alert_stops_nobody(queue, deliveries, client, keys):
    deliveries.subscribe(["desk"])
    client.xadd(keys("alerts"), {"note": "by hand"})
    client.xadd(keys("alerts"), {"alert": "{}"})
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    channel = Recorder()
    assert sender(deliveries, channel).run() == 1
    assert [alert.id for _, alert in queue.read()] == ["a-a1"]
    assert client.xlen(keys("dead")) == 2


def test_an_alert_of_a_newer_program_is_read_all_the_same(queue, client, keys):
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    ((_, fields),) = client.xrange(keys("alerts"))
    client.xadd(keys("alerts"), {"alert": fields[b"alert"].replace(b'{"version":1', b'{"mood":"new","version":1')})
    assert [alert.id for _, alert in queue.read()] == ["a-a1", "a-a1"]


def test_a_failed_digest_does_not_use_up_the_attempts_of_an_alert(queue, deliveries, client, keys):
    deliveries.subscribe(["desk"])
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=True)
    later = NOW + DIGEST_QUIET
    sender(deliveries, Recorder([DeliveryError("away")]), later).run()
    client.hset(keys("delivery", "desk"), "attempts", 99)
    alerting(queue, later).consider(article(2, words(2)), SOURCE, backlog=False)
    channel = Recorder([DeliveryError("away"), DeliveryError("away")])
    for hours in (1, 2):
        sender(deliveries, channel, later + timedelta(hours=hours)).run()
    assert (channel.sent[0].alerts[0].id, channel.sent[0].attempt) == ("a-a1", 100)
    assert channel.sent[1].attempt == 1, "the next one begins anew"


def test_a_digest_is_sent_again_as_it_was_begun(queue, deliveries):
    """A sender died after the receiver took it, and one more alert of a first check came meanwhile."""
    deliveries.subscribe(["desk"])

    class Dies(Recorder):
        def send(self, delivery, now):
            super().send(delivery, now)
            raise KeyboardInterrupt

    for number in (1, 2):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=True)
    dying, living, later = Dies(), Recorder(), NOW + DIGEST_QUIET
    with pytest.raises(KeyboardInterrupt):
        sender(deliveries, dying, later).run()
    alerting(queue, later).consider(article(3, words(3)), SOURCE, backlog=True)
    sender(deliveries, living, later).run()
    assert living.sent[0].key == dying.sent[0].key
    assert [alert.id for alert in living.sent[0].alerts] == ["a-a1", "a-a2"]


def test_a_redis_that_was_emptied_is_delivered_from_again(queue, deliveries, client, keys):
    deliveries.subscribe(["desk"])
    client.delete(keys("alerts"))
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    channel = Recorder()
    assert sender(deliveries, channel).run() == 1
    assert sender(deliveries, channel).run() == 0


def test_a_short_retry_after_does_not_shorten_the_gap(queue, deliveries):
    deliveries.subscribe(["desk"])
    alerting(queue).consider(article(1, words(1)), SOURCE, backlog=False)
    sender(deliveries, Recorder([DeliveryError("busy", retry_after=1)])).run()
    assert deliveries.retry_state("desk").not_before == NOW + timedelta(seconds=5)


def test_a_channel_that_left_the_settings_is_named(deliveries):
    deliveries.subscribe(["desk", "old"])
    assert deliveries.subscribe(["desk"]) == ["old"]


def test_what_a_channel_does_not_take_is_acknowledged_and_never_comes(queue, deliveries, client, keys):
    deliveries.subscribe(["desk"])
    for number in (1, 2):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
    channel = Recorder()
    assert sender(deliveries, channel, policy=Policy(severity=Severity.CRITICAL)).run() == 0
    assert sender(deliveries, channel).run() == 0
    assert channel.sent == []
    assert client.hget(keys("counts"), "skipped:desk") == b"2"
    assert queue.trim(datetime.now(UTC) + timedelta(days=1)) == 2


def test_the_cap_counts_what_was_sent_in_the_last_hour(queue, deliveries):
    """By whichever process; a failed attempt does not count."""
    deliveries.subscribe(["desk"])
    policy, channel = Policy(most_per_hour=2), Recorder([DeliveryError("away")])
    for number in range(6):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
        sender(deliveries, channel, NOW + timedelta(minutes=number), policy=policy).run()
    sizes = [len(delivery.messages) for delivery in channel.sent]
    assert sizes == [1, 1, 1]
    sender(deliveries, channel, NOW + timedelta(minutes=62), policy=policy).run()
    last = [[message.id for message in delivery.messages] for delivery in channel.sent[3:]]
    assert last == [["a-a2"], ["a-a3", "a-a4", "a-a5"]]
    assert list(deliveries.pending("desk", NOW)) == []


NIGHT = {"quiet": {"from": "22:00", "to": "07:00", "zone": "UTC"}}
EVENING = NOW.replace(hour=21, minute=59)


def test_a_message_that_failed_before_the_night_waits_and_goes_alone_with_its_key(queue, deliveries):
    deliveries.subscribe(["desk"])
    policy = Policy.model_validate(NIGHT)
    alerting(queue, EVENING).consider(article(1, words(1)), SOURCE, backlog=False)
    channel = Recorder([DeliveryError("away")])
    sender(deliveries, channel, EVENING, policy=policy).run()
    for number in (2, 3):
        alerting(queue, EVENING + timedelta(hours=2)).consider(article(number, words(number)), SOURCE, backlog=False)
    sender(deliveries, channel, EVENING + timedelta(hours=3), policy=policy).run()
    assert len(channel.sent) == 1
    sender(deliveries, channel, EVENING + timedelta(hours=10), policy=policy).run()
    _, again, digest = channel.sent
    assert (again.key, again.attempt) == ("a-a1:desk", 2)
    assert [message.id for message in digest.messages] == ["a-a2", "a-a3"]


def test_a_digest_that_was_begun_is_finished_with_what_it_began_with(queue, deliveries):
    """Its key says what it holds: it must not change while the receiver may have it."""
    deliveries.subscribe(["desk"])
    policy, hour = Policy(digest="hourly"), NOW + timedelta(hours=1)
    for number in (1, 2):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
    channel = Recorder([DeliveryError("away")])
    sender(deliveries, channel, hour, policy=policy).run()
    alerting(queue, hour).consider(article(3, words(3)), SOURCE, backlog=False)
    sender(deliveries, channel, hour + timedelta(hours=1), policy=policy).run()
    first, again, later = channel.sent
    assert (again.key, again.messages, again.attempt) == (first.key, first.messages, 2)
    assert [message.id for message in later.messages] == ["a-a3"]


def test_an_entry_that_was_deleted_goes_to_the_dead_letters(queue, deliveries, client, keys):
    deliveries.subscribe(["desk"])
    for number in (1, 2):
        alerting(queue).consider(article(number, words(number)), SOURCE, backlog=False)
    (first, _) = deliveries.pending("desk", NOW)
    client.xdel(keys("alerts"), first.entry)
    channel = Recorder()
    assert sender(deliveries, channel).run() == 1
    assert client.xlen(keys("dead")) == 1
    assert list(deliveries.pending("desk", NOW)) == []
