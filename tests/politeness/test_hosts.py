"""Several workers on one host, pauses, outages: what the origin sees, by its own clock."""

import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from support.flow import Flow, rss, rss_item, source
from support.origin import Answer, Origin
from support.servers import Server, valkey_binary

from monitor.errors import StoreError
from monitor.models import Outcome

FEED = rss(rss_item("Ничего", "/1", "Коротко"))
NO_PAGES = {"only_touching": ["union"]}


class Counted:
    """An answer that takes a while, and how many of them were under way at once."""

    def __init__(self, answer, takes):
        self.answer, self.takes = answer, takes
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, hit):
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.takes)
        with self._lock:
            self.now -= 1
        return self.answer


@pytest.fixture
def flow(server, keys, tmp_path):
    def make(*sources, fetch=None, **settings):
        return Flow(server.url, keys.prefix, tmp_path, *sources, fetch=NO_PAGES | (fetch or {}), **settings)

    return make


def together(flows, seconds):
    """Run several drains beside one another."""
    threads = [threading.Thread(target=running.run, args=(seconds,)) for running in flows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def gaps(hits):
    return [after - before for before, after in pairwise(sorted(hit.at for hit in hits))]


def test_two_workers_and_twenty_feeds_of_one_host_keep_its_pace(flow, origin):
    """FAULTS: 2 workers x 20 feeds on one host: concurrency 1 and gap >= configured across workers."""
    answer = Counted(Answer(FEED), 0.05)
    sources = [source(origin, f"/{at}", f"s{at}") for at in range(20)]
    origin.answers |= {f"/{at}": answer for at in range(20)}
    settings = {"per_host": 1, "spacing": timedelta(milliseconds=200)}
    workers = [flow(*sources, fetch=settings), flow(*sources, fetch=settings)]
    together(workers, 5)
    hits = Counter(hit.path for hit in origin.hits)
    assert set(hits.values()) == {1}
    assert len(hits) == 20
    assert answer.most == 1
    # A request may be some moments on its way.
    assert min(gaps(origin.hits)) > 0.1
    assert sum(gaps(origin.hits)) >= 19 * 0.19
    assert all(worker.hints for worker in workers), "both worked"


def test_so_many_at_once_at_one_host_by_all_workers_together(flow, origin):
    answer = Counted(Answer(FEED), 0.1)
    sources = [source(origin, f"/{at}", f"s{at}") for at in range(20)]
    origin.answers |= {f"/{at}": answer for at in range(20)}
    together([flow(*sources), flow(*sources)], 2.5)
    assert len(origin.hits) == 20
    assert answer.most == 2


def test_two_drains_look_once_per_interval(flow, origin):
    """FAULTS: two beat processes: each source polled at most once per interval."""
    sources = [source(origin, f"/{at}", f"s{at}", every=timedelta(seconds=1)) for at in range(4)]
    origin.answers |= {f"/{at}": Answer(FEED) for at in range(4)}
    together([flow(*sources), flow(*sources)], 4)
    for at in range(4):
        found = gaps([hit for hit in origin.hits if hit.path == f"/{at}"])
        assert len(found) >= 2
        assert min(found) > 0.9


def test_an_answer_that_takes_longer_than_any_claim_is_never_waited_for_twice(flow, origin):
    """FAULTS: fetch lasts longer than its lease: the deadline is shorter, so the next begins when this one was left."""
    origin.answers["/feed"] = Answer(FEED, delay=3)
    slow = source(origin, every=timedelta(seconds=1))
    together([flow(slow, fetch={"deadline": "1s"}), flow(slow, fetch={"deadline": "1s"})], 4)
    assert len(origin.hits) >= 2
    assert min(gaps(origin.hits)) > 1


def test_a_stop_of_ten_intervals_is_followed_by_one_look_at_each_source(flow, origin):
    """FAULTS: beat dead for 10 intervals, then started: one fetch per overdue source, spread by jitter, not 10."""
    sources = [source(origin, f"/{at}", f"s{at}", every=timedelta(seconds=5)) for at in range(10)]
    origin.answers |= {f"/{at}": Answer(FEED) for at in range(10)}
    running = flow(*sources)
    long_ago = running.now().timestamp() * 1000 - 50_000
    running.runtime.client.zadd(running.runtime.keys("due"), {f"source:s{at}": long_ago for at in range(10)})
    running.run(5)
    assert Counter(hit.path for hit in origin.hits) == {f"/{at}": 1 for at in range(10)}
    times = [hit.at for hit in origin.hits]
    assert max(times) - min(times) > 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_host_is_left_alone_with_all_its_feeds_and_others_are_not(flow, origin, status):
    """FAULTS: 429/503 with Retry-After on one of 5 feeds of a host: all 5 pause; reset after success."""
    with Origin() as other:
        sources = [source(origin, f"/{at}", f"s{at}", every=timedelta(seconds=1)) for at in range(5)]
        origin.answers |= {f"/{at}": Answer(FEED) for at in range(5)}
        other.answers["/feed"] = Answer(FEED)

        def busy_once(hit):
            return Answer(status=status, headers={"Retry-After": "2"}) if origin.count("/0") == 1 else Answer(FEED)

        origin.answers["/0"] = busy_once
        running = flow(*sources, source(other, "/feed", "other", every=timedelta(seconds=1)))
        running.run(5)
        said = next(hit.at for hit in origin.hits if hit.path == "/0")
        # What was under way when it said so may still arrive.
        assert not [hit for hit in origin.hits if said + 0.2 < hit.at < said + 2]
        assert {hit.path for hit in origin.hits if hit.at >= said + 2} == {f"/{at}" for at in range(5)}
        assert len([hit for hit in other.hits if said < hit.at < said + 2]) >= 1
        gate = running.runtime.client.hgetall(running.runtime.keys("host", origin.url.removeprefix("http://")))
        assert gate[b"strikes"] == b"0"


def test_refusals_in_a_row_are_counted_for_the_host(flow, origin):
    origin.answers["/feed"] = Answer(status=429)
    running = flow(source(origin))
    for strikes in (1, 2, 3):
        running.runtime.client.hdel(running.runtime.keys("host", origin.url.removeprefix("http://")), "pause")
        running.look_again()
        running.settle(1)
        gate = running.runtime.client.hgetall(running.runtime.keys("host", origin.url.removeprefix("http://")))
        assert int(gate[b"strikes"]) == strikes
        assert float(gate[b"pause"]) / 1000 > origin.hits[-1].at
    assert running.state("s").outcome is Outcome.BUSY


def test_after_an_outage_of_redis_each_of_500_sources_is_fetched_once(keys, tmp_path, folder, origin):
    """FAULTS: broker down with 500 sources: no crash; each overdue source fetched once, per-host limit respected."""
    answer = Counted(Answer(FEED), 0.005)
    sources = [source(origin, f"/{at}", f"s{at}") for at in range(500)]
    origin.answers |= {f"/{at}": answer for at in range(500)}
    server = Server(valkey_binary(), Path(folder), ("--appendonly", "yes", "--appendfsync", "always")).start()
    try:
        running = Flow(server.url, keys.prefix, tmp_path, *sources, fetch=NO_PAGES | {"per_host": 4})
        server.kill()
        with pytest.raises(StoreError):
            running.run(1)
        assert origin.hits == []
        time.sleep(1)
        server.start()
        running.run(0.5)
        running.drain(20)
        assert answer.most <= 4
        assert Counter(Counter(hit.path for hit in origin.hits).values()) == {1: 500}
    finally:
        server.stop()


def test_pages_that_are_slow_to_read_stop_neither_the_checks_nor_the_pages_of_others(flow, origin):
    """P4: nothing of one source is read any more; the others go on."""
    origin.answers["/feed"] = Answer(rss(*(rss_item(f"Союзное государство {at}", f"/p{at}") for at in range(60))))
    origin.answers["/other"] = Answer(rss(rss_item("Союзное государство", "/q")))
    origin.answers |= {f"/p{at}": Answer(b"<html>" + b"x" * 10_000) for at in range(60)}
    origin.answers["/q"] = Answer(b"<html>other")
    running = flow(source(origin), source(origin, "/other", "other"))
    running.drain()
    for document in running.hints[:]:
        running.runtime.read(document, lambda: None)
    running.hints.clear()
    running.run(2)
    assert origin.count("/q") == 1
    fetched = sum(hit.path.startswith("/p") for hit in origin.hits)
    assert 20 <= fetched <= 22, "the share of one source in what waits to be read, and what was under way"
    running.settle(4)
    assert sum(hit.path.startswith("/p") for hit in origin.hits) == 60, "the rest comes when that was read"
