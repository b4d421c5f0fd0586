"""Faults between the alert stream and a channel, on real servers."""

import json
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from support import desk
from support.faultproxy import FaultProxy
from support.origin import Answer
from support.servers import Server, valkey_binary

from monitor.errors import StoreUnavailable
from monitor.models import Alert, Notice, Severity
from monitor.pipeline.deliver import MAX_ATTEMPTS, NOTICE_AFTER, PROBE_AFTER
from monitor.routing import Policy
from monitor.store.connection import connect
from monitor.store.dead import DeadLetters
from monitor.store.deliveries import Deliveries
from monitor.store.leases import Leases

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def deliveries(client, keys):
    return Deliveries(client, keys)


def enqueue(client, keys, *numbers):
    for number in numbers:
        desk.alerting(client, keys).consider(desk.article(number), desk.SOURCE, backlog=False)


def keys_of(origin, path="/hook"):
    return [hit.headers["Idempotency-Key"] for hit in origin.hits if hit.path == path]


def test_an_enqueue_whose_reply_is_lost_three_times_is_one_entry(server, client, keys):
    """The server did it each time; the client repeats until it hears so."""
    enqueue(client, keys, 0)  # the script is loaded
    with FaultProxy(server.socket) as proxy:
        proxy.on, proxy.drop = b"EVALSHA", 3
        through = connect(proxy.url)
        enqueue(through, keys, 1)
        assert (proxy.cut, proxy.drop) == (3, 0)
        through.close()
    assert [message.id for _, message in desk.queue_of(client, keys).read()] == ["a-a0", "a-a1"]


def test_a_plain_write_under_the_same_fault_is_there_more_than_once(server, client, keys):
    """What the script is for; without this the test above would prove nothing."""
    with FaultProxy(server.socket) as proxy:
        proxy.on, proxy.drop = b"XADD", 3
        through = connect(proxy.url)
        through.xadd(keys("plain"), {"a": "b"})
        through.close()
    assert client.xlen(keys("plain")) == 4


def test_a_sender_killed_before_it_could_acknowledge_is_followed_by_one_repeat(
    server, client, keys, deliveries, origin
):
    deliveries.subscribe(["desk"])
    origin.answers["/hook"] = Answer()
    enqueue(client, keys, 1)
    dying = desk.PROCESSES.Process(target=desk.send_and_die, args=(server.url, keys.prefix, f"{origin.url}/hook"))
    dying.start()
    dying.join(30)
    assert dying.exitcode == -signal.SIGKILL
    desk.sender(client, keys, desk.webhook(f"{origin.url}/hook")).run()
    desk.sender(client, keys, desk.webhook(f"{origin.url}/hook")).run()
    assert keys_of(origin) == ["a-a1:desk", "a-a1:desk"]
    assert [hit.headers["X-Monitor-Attempt"] for hit in origin.hits] == ["1", "2"]


def test_one_channel_fails_for_an_hour_and_the_other_goes_on(client, keys, deliveries, origin):
    """The failing one is asked less and less, and receives everything in the end, in order."""
    deliveries.subscribe(["good", "bad"])
    enqueue(client, keys, 1, 2)
    clock, asked = Clock(), []
    origin.answers["/good"] = Answer()
    origin.answers["/bad"] = lambda hit: Answer(status=500 if clock.now < NOW + timedelta(hours=1) else 200)
    while clock.now < NOW + timedelta(hours=1) or deliveries.retry_state("bad").failures:
        for name in ("good", "bad"):
            before = len(origin.hits)
            desk.sender(client, keys, desk.webhook(f"{origin.url}/{name}"), name, clock=clock).run()
            if name == "bad" and len(origin.hits) > before:
                asked.append(clock.now - NOW)
        # Nobody has anything to do before the failing one may be tried again.
        clock.now = max(clock.now + timedelta(seconds=1), deliveries.retry_state("bad").not_before or clock.now)
    assert keys_of(origin, "/good") == ["a-a1:good", "a-a2:good"]
    received = keys_of(origin, "/bad")
    first = [key for number, key in enumerate(received) if key not in received[:number]]
    assert first == ["a-a1:bad", "a-a2:bad"]
    assert received[-2:] == ["a-a1:bad", "a-a2:bad"]
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(asked)]
    assert len(gaps) < 16
    assert gaps[0] < 15
    assert gaps[6] > 120
    assert max(gaps) <= 900 * 1.2 + 5
    assert [item for item in deliveries.pending("bad", clock.now) if isinstance(item.message, Alert)] == []


def test_a_receiver_that_asks_for_seven_seconds_gets_them(client, keys, deliveries, origin):
    deliveries.subscribe(["desk", "other"])
    enqueue(client, keys, 1, 2)
    clock = Clock()
    origin.answers["/other"] = Answer()
    origin.answers["/hook"] = Answer(status=429, headers={"Retry-After": "7"})
    desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
    desk.sender(client, keys, desk.webhook(f"{origin.url}/other"), "other", clock=clock).run()
    assert keys_of(origin, "/other") == ["a-a1:other", "a-a2:other"]
    origin.answers["/hook"] = Answer()
    for second in range(1, 9):
        clock.now = NOW + timedelta(seconds=second)
        desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
        assert keys_of(origin) == ["a-a1:desk"] if second < 7 else ["a-a1:desk", "a-a1:desk", "a-a2:desk"]


@pytest.mark.parametrize("wait", ["99999999", "-5", "1e300"])
def test_what_a_receiver_asks_for_is_clamped(client, keys, deliveries, origin, wait):
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1)
    origin.answers["/hook"] = Answer(status=429, headers={"Retry-After": wait})
    clock = Clock()
    desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
    waits = deliveries.retry_state("desk").not_before - NOW
    assert timedelta(seconds=3) < waits <= timedelta(hours=1)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_channel_that_never_works_is_told_of_once_and_gives_its_messages_up(client, keys, deliveries, origin, status):
    """No hot loop, a dead letter after so many attempts, one notice at the failure and one at the recovery."""
    deliveries.subscribe(["desk", "operator"])
    enqueue(client, keys, 1, 2)
    clock = Clock()
    origin.answers["/hook"] = Answer(status=status)
    origin.answers["/operator"] = Answer()

    def work():
        desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
        policy = Policy(receives=("notices",))
        desk.sender(client, keys, desk.webhook(f"{origin.url}/operator"), "operator", policy=policy, clock=clock).run()

    work()
    while not client.xlen(keys("dead")):
        clock.now = deliveries.retry_state("desk").not_before + timedelta(seconds=1)
        work()
    assert keys_of(origin).count("a-a1:desk") == MAX_ATTEMPTS
    assert keys_of(origin).count("a-a2:desk") == MAX_ATTEMPTS - PROBE_AFTER, "whether another one goes through"
    assert clock.now - NOW > timedelta(hours=20)
    (letter,) = DeadLetters(client, keys).read()
    assert (letter.attempts, letter.reason) == (MAX_ATTEMPTS, f"webhook: HTTP {status}")
    clock.now += timedelta(seconds=1)
    work()
    assert keys_of(origin)[-1] == "a-a1:desk", "the next one waits as the channel does"
    origin.answers["/hook"] = Answer()
    for _ in range(3):
        clock.now += timedelta(minutes=20)
        work()
    assert keys_of(origin)[-1] == "a-a2:desk"
    told = [message for _, message in desk.queue_of(client, keys).read() if isinstance(message, Notice)]
    assert [(notice.subject, notice.recovered) for notice in told] == [("channel:desk", False), ("channel:desk", True)]
    assert f"HTTP {status}" in told[0].reason
    assert told[0].since == NOW
    assert told[0].detected - NOW < timedelta(minutes=3), f"after {NOTICE_AFTER} failures"
    sent = [json.loads(hit.body)["notices"] for hit in origin.hits if hit.path == "/operator"]
    assert [[notice["recovered"] for notice in notices] for notices in sent] == [[False], [True]]
    counts = {name.decode(): int(number) for name, number in client.hgetall(keys("counts")).items()}
    assert (counts["failed:desk"], counts["dead:desk"], counts["delivered:desk"]) == (MAX_ATTEMPTS - 1, 1, 1)


@pytest.mark.parametrize("poison", [{"a-a1:desk"}, {"a-a1:desk", "a-a2:desk"}])
def test_a_message_that_always_fails_holds_nothing_up_for_long(client, keys, deliveries, origin, poison):
    """The receiver stumbles over it, with a status that speaks of the receiver."""
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1, 2, 3)
    clock = Clock()
    origin.answers["/hook"] = lambda hit: Answer(status=500 if hit.headers["Idempotency-Key"] in poison else 200)
    for _ in range(10):
        desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
        if keys_of(origin).count("a-a3:desk"):
            break
        clock.now = (deliveries.retry_state("desk").not_before or clock.now) + timedelta(seconds=1)
    assert clock.now - NOW < timedelta(minutes=10)
    for _ in range(10):
        clock.now = (deliveries.retry_state("desk").not_before or clock.now) + timedelta(seconds=1)
        desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
    taken = [key for key in keys_of(origin) if key not in poison]
    assert sorted(taken) == sorted({"a-a1:desk", "a-a2:desk", "a-a3:desk"} - poison), "each once"
    assert {letter.key for letter in DeadLetters(client, keys).read()} <= poison
    assert "a-a1:desk" in {letter.key for letter in DeadLetters(client, keys).read()}


def test_a_receiver_that_works_again_between_two_tries_gets_the_first_too(client, keys, deliveries, origin):
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1, 2)
    clock = Clock()
    origin.answers["/hook"] = lambda _: Answer(status=200 if len(origin.hits) > PROBE_AFTER else 500)
    for _ in range(PROBE_AFTER):
        desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
        clock.now = (deliveries.retry_state("desk").not_before or clock.now) + timedelta(seconds=1)
    assert keys_of(origin)[PROBE_AFTER:] == ["a-a2:desk", "a-a1:desk"]
    assert not list(DeadLetters(client, keys).read())
    assert list(deliveries.pending("desk", clock.now)) == []
    assert deliveries.retry_state("desk").failures == 0


def test_a_channel_that_refuses_everything_is_not_emptied_into_the_dead_letters(client, keys, deliveries, origin):
    """A wrong room or template refuses each message for good; after a few the channel pauses."""
    deliveries.subscribe(["desk"])
    enqueue(client, keys, *range(40))
    clock = Clock()
    origin.answers["/hook"] = Answer(status=400)
    for _ in range(60):
        desk.sender(client, keys, desk.webhook(f"{origin.url}/hook"), clock=clock).run()
        clock.now += timedelta(seconds=1)
    assert 3 <= client.xlen(keys("dead")) <= 8
    assert client.xlen(keys("dead")) + len(list(deliveries.pending("desk", clock.now))) == 40


def test_a_backlog_of_twenty_thousand_is_neither_trimmed_nor_kept_in_memory(client, keys, deliveries):
    """A consumer that is away and one that is slow, with trimming on; then both catch up."""
    deliveries.subscribe(["away", "slow"])
    enqueue(client, keys, 0)
    ((_, fields),) = client.xrange(keys("alerts"))
    with client.pipeline(transaction=False) as pipe:
        for number in range(1, 20_000):
            pipe.xadd(keys("alerts"), {"alert": fields[b"alert"].replace(b"a-a0", f"a-a{number}".encode())})
        pipe.execute()
    queue, later, taken = desk.queue_of(client, keys), datetime.now(UTC) + timedelta(days=60), []

    class Slow:
        def send(self, delivery, now):
            taken.append(delivery.alerts[0].id)

    desk.sender(client, keys, Slow(), "slow", go_on=lambda: len(taken) < 250).run()
    assert len(taken) == 250
    assert queue.trim(later) == 0
    client.xgroup_destroy(keys("alerts"), "channel:away")
    assert queue.trim(later) == 250
    desk.sender(client, keys, Slow(), "slow", go_on=lambda: len(taken) < 500).run()
    assert taken == [f"a-a{number}" for number in range(500)]
    assert client.xlen(keys("alerts")) == 19_750


def test_what_waits_hides_nothing_that_comes_after_it(client, keys, deliveries):
    """Nine hours of quiet with three thousand alerts: a critical one at their end goes out at once."""
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 0)
    ((_, fields),) = client.xrange(keys("alerts"))
    alert = Alert.model_validate_json(fields[b"alert"]).model_copy(update={"detected": NOW})
    with client.pipeline(transaction=False) as pipe:
        pipe.delete(keys("alerts"))
        pipe.xgroup_create(keys("alerts"), "channel:desk", id="0", mkstream=True)
        for number in range(3000):
            pipe.xadd(keys("alerts"), {"alert": alert.model_copy(update={"id": f"a-{number}"}).model_dump_json()})
        grave = alert.model_copy(update={"id": "a-grave", "severity": Severity.CRITICAL})
        pipe.xadd(keys("alerts"), {"alert": grave.model_dump_json()})
        pipe.execute()
    policy = Policy.model_validate({"quiet": {"from": "11:00", "to": "20:00", "zone": "UTC"}})
    clock, sent = Clock(), []

    class Desk:
        def send(self, delivery, now):
            sent.append([message.id for message in delivery.messages])

    def work():
        began = time.perf_counter()
        desk.sender(client, keys, Desk(), policy=policy, clock=clock).run()
        return time.perf_counter() - began

    work()
    assert sent == [["a-grave"]]
    assert work() < 3, "looking through what waits is quick"
    clock.now = NOW + timedelta(hours=9)
    work()
    assert [name for messages in sent[1:] for name in messages] == [f"a-{number}" for number in range(3000)]
    assert {len(messages) for messages in sent[1:]} == {100}
    assert list(deliveries.pending("desk", clock.now)) == []


def test_a_thousand_restarts_leave_one_consumer_and_lose_nothing(client, keys, deliveries):
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1)
    for _ in range(1000):
        # A sender that looks and dies.
        next(iter(Deliveries(client, keys).pending("desk", NOW)))
    assert len(client.xinfo_consumers(keys("alerts"), "channel:desk")) == 1
    assert [item.message.id for item in deliveries.pending("desk", NOW)] == ["a-a1"]


def test_a_slow_sender_that_lives_is_not_overtaken(server, keys, client, deliveries, origin):
    """Sending takes three times the life of the lease, and others try all the while."""
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1)
    origin.answers["/hook"] = Answer(delay=1.5)

    def work():
        own = connect(server.url)
        with Leases(own, keys).hold("sender:desk", timedelta(seconds=0.5), keep=True) as lease:
            if lease:
                desk.sender(own, keys, desk.webhook(f"{origin.url}/hook"), go_on=lease.renew).run()
        own.close()
        return lease is not None

    slow = threading.Thread(target=work)
    slow.start()
    time.sleep(0.2)
    got = 0
    while slow.is_alive() and not keys_of(origin)[1:]:
        got += work() and slow.is_alive()
        time.sleep(0.05)
    slow.join()
    assert keys_of(origin) == ["a-a1:desk"]
    assert got == 0


def test_a_sender_that_was_stopped_and_overtaken_does_not_spoil_what_the_next_one_began(client, keys, deliveries):
    """It comes back when the other is at another message, acknowledges its own and changes nothing else."""
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1, 2)
    seen = []

    class Overtaken:
        def send(self, delivery, now):
            desk.sender(client, keys, Next()).run()

    class Next:
        def send(self, delivery, now):
            seen.append((delivery.key, delivery.attempt))
            if delivery.key == "a-a2:desk":
                raise KeyboardInterrupt

    class Steady:
        def send(self, delivery, now):
            seen.append((delivery.key, delivery.attempt))

    with pytest.raises(KeyboardInterrupt):
        desk.sender(client, keys, Overtaken()).run()
    assert deliveries.retry_state("desk").key == "a-a2:desk"
    desk.sender(client, keys, Steady()).run()
    assert seen == [("a-a1:desk", 2), ("a-a2:desk", 1), ("a-a2:desk", 2)]


@pytest.fixture
def own(folder):
    """A server that a test may spoil; loading takes a while for each key."""
    server = Server(valkey_binary(), folder)
    yield server.start()
    server.stop()


def test_a_server_that_is_read_only_for_a_while_is_waited_for(own, keys):
    """A failover: writes are refused, then taken again; nothing is lost or doubled."""
    client = connect(own.url, retries=0)
    deliveries, taken = Deliveries(client, keys), []
    deliveries.subscribe(["desk"])
    enqueue(client, keys, 1)

    class Desk:
        def send(self, delivery, now):
            taken.append(delivery.key)

    client.execute_command("REPLICAOF", "127.0.0.1", "1")
    for work in (lambda: enqueue(client, keys, 2), desk.sender(client, keys, Desk()).run):
        with pytest.raises(StoreUnavailable):
            work()
    client.execute_command("REPLICAOF", "NO", "ONE")
    enqueue(client, keys, 2)
    desk.sender(client, keys, Desk()).run()
    assert taken == ["a-a1:desk", "a-a2:desk"]


def test_a_server_that_is_loading_is_waited_for(own, keys):
    client = connect(own.url, retries=0)
    Deliveries(client, keys).subscribe(["desk"])
    enqueue(client, keys, *range(20))
    with client.pipeline(transaction=False) as pipe:
        # A server that loads looks up from it after each thousand commands or so.
        for number in range(8000):
            pipe.set(f"ballast{number}", "x")
        pipe.execute()
    own.stop()
    own.options = (*own.options, "--key-load-delay", "200")
    again = threading.Thread(target=own.start)
    again.start()
    refused, taken = [], []

    class Desk:
        def send(self, delivery, now):
            taken.append(delivery.key)

    end = time.monotonic() + 30
    while len(taken) < 21 and time.monotonic() < end:
        try:
            enqueue(client, keys, 20)
            desk.sender(client, keys, Desk()).run()
        except StoreUnavailable as error:
            refused.append(str(error))
    again.join()
    assert any("loading" in said.lower() for said in refused)
    assert taken == [f"a-a{number}:desk" for number in range(21)]
