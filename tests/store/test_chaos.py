"""Everything is killed at random, and replies are cut: each alert once in the stream, delivered, and few repeats."""

import time
from collections import Counter
from contextlib import contextmanager
from itertools import cycle
from random import Random

import pytest
from conftest import skip_or_fail
from support import desk
from support.faultproxy import FaultProxy
from support.origin import Answer
from support.program import wait_until
from support.servers import Server, redis_binary, valkey_binary

from monitor.errors import StoreError
from monitor.store.connection import connect
from monitor.store.deliveries import Deliveries

ARTICLES = 1500
SECONDS = 16.0
PRODUCERS, SENDERS = 3, 2


@pytest.fixture(params=["valkey", "redis"])
def own(request, folder):
    """A server that is killed; what it has acknowledged is in its AOF when only the process dies."""
    binary = valkey_binary() if request.param == "valkey" else redis_binary()
    if binary is None:
        skip_or_fail("needs redis-server, a Debian package: .ci/packages installs it")
    server = Server(binary, folder)
    yield server.start()
    server.stop()


class Crew:
    """Processes of one kind; one that was killed is followed by another."""

    def __init__(self, number, target, *arguments):
        self.target, self.arguments, self.kills = target, arguments, 0
        self.members = [self._start() for _ in range(number)]

    def _start(self):
        process = desk.PROCESSES.Process(target=self.target, args=self.arguments, daemon=True)
        process.start()
        return process

    def kill(self, at):
        self.members[at].kill()
        self.members[at].join()
        self.members[at] = self._start()
        self.kills += 1

    def stop(self):
        for member in self.members:
            member.kill()
            member.join()


@contextmanager
def crew(*arguments):
    found = Crew(*arguments)
    try:
        yield found
    finally:
        found.stop()


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_nothing_is_lost_or_doubled_when_anything_may_die(own, keys, origin):
    random, kills, victims = Random(), Counter(), cycle(["sender", "server", "sender", "producer"])
    origin.answers["/hook"] = Answer()
    Deliveries(connect(own.url), keys).subscribe(["desk"])
    with (
        FaultProxy(own.socket, chance=0.01) as proxy,
        crew(PRODUCERS, desk.produce, proxy.url, keys.prefix, ARTICLES) as producers,
        crew(SENDERS, desk.send_for_ever, proxy.url, keys.prefix, f"{origin.url}/hook") as senders,
    ):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(random.uniform(0.2, 1.0))
            victim = next(victims)
            kills[victim] += 1
            if victim == "server":
                own.kill()
                time.sleep(random.uniform(0.0, 0.5))
                own.start()
            else:
                chosen = producers if victim == "producer" else senders
                chosen.kill(random.randrange(len(chosen.members)))
        # Whoever reads on to the end has read everything.
        proxy.chance = 0.0
        wait_until(lambda: any(not member.is_alive() for member in producers.members), 60, "all articles are read")
        client = connect(own.url)
        wait_until(lambda: _is_done(client, keys), 60, "all alerts are delivered")
    ids = [message.id for _, message in desk.queue_of(client, keys).read()]
    received = Counter(hit.headers["Idempotency-Key"] for hit in origin.hits)
    assert sorted(ids) == sorted(f"a-a{number}" for number in range(ARTICLES))
    assert set(received) == {f"a-a{number}:desk" for number in range(ARTICLES)}
    assert sum(received.values()) - ARTICLES <= kills["sender"] + kills["server"], (kills, received.most_common(5))
    assert min(kills["sender"], kills["server"], proxy.cut) > 0
    assert client.xpending(keys("alerts"), "channel:desk")["pending"] == 0
    assert client.xlen(keys("dead")) == 0
    client.close()


def _is_done(client, keys):
    try:
        (group,) = client.xinfo_groups(keys("alerts"))
    except StoreError:
        return False
    return group["lag"] == 0 and group["pending"] == 0
