"""The queue of each host: how many at once, how far apart, whose turn it is. Times are given, so nothing here waits."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.models import Entry, Page
from monitor.sources.schedule import Home, HostNews, SourceState
from monitor.store.jobs import Jobs

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
STEP = timedelta(milliseconds=100)


@pytest.fixture
def jobs(client, keys):
    return Jobs(client, keys, lease=LEASE)


def home(source, host="h.test", pace=1.0):
    return Home(host, timedelta(seconds=pace), source)


def start(jobs, homes, now=NOW):
    """Make sources due, each at its home."""
    jobs.sync(dict.fromkeys(homes, now))
    for claim in jobs.claim(now, len(homes)):
        jobs.put_back(claim, now, home=homes[claim.id])


def add_pages(jobs, client, keys, source, number, *, host="h.test", pace=1.0, now=NOW):
    """Pages of a source, as a reading leaves them, once a drain has said where they belong."""
    for at in range(number):
        page = Page(id=f"{source}-{at}", source=source, entry=Entry(key="k", url=f"https://{host}/{at}"))
        client.hset(keys("page", page.id), "request", page.model_dump_json())
        client.hset(keys("homes"), f"page:{page.id}", f"{round(pace * 1000)} {source} {host}")
        client.zadd(keys("due"), {f"page:{page.id}": now.timestamp() * 1000})


def done(jobs, claim, now, again=timedelta(hours=1), host=None):
    news = host or HostNews()
    if claim.kind == "page":
        page = jobs.page(claim.id)
        return jobs.settle_page(claim, page, due=None, counted=(), document=None, hint=now, host=news)
    return jobs.settle_source(claim, SourceState(), SourceState(), due=now + again, counted=(), hint=now, host=news)


def run(jobs, seconds, *, takes=0.05, count=100, now=NOW):
    """Claim and settle for a while; gives (time in seconds, claim). A request takes `takes` seconds."""
    begun, under_way = [], []
    for step in range(round(timedelta(seconds=seconds) / STEP)):
        at = now + step * STEP
        for ends, claim in [item for item in under_way if item[0] <= at]:
            under_way.remove((ends, claim))
            done(jobs, claim, at)
        for claim in jobs.claim(at, count - len(under_way)):
            begun.append(((at - NOW).total_seconds(), claim))
            under_way.append((at + timedelta(seconds=takes), claim))
    return begun


def test_starts_at_one_host_are_spaced_and_other_hosts_are_not_held_up(jobs):
    start(jobs, {f"s{at}": home(f"s{at}") for at in range(5)} | {"other": home("other", "other.test")})
    begun = run(jobs, 6)
    times = [at for at, claim in begun if claim.home.host == "h.test"]
    assert len(times) == 5
    assert all(after - before >= 1 for before, after in pairwise(times))
    assert [at for at, claim in begun if claim.id == "other"] == [0.0]


def test_so_many_at_once_and_no_more_whoever_claims(jobs, client, keys):
    """Two workers share the limit: it is in Redis. A slow host is given the third when one of two ends."""
    start(jobs, {f"s{at}": home(f"s{at}", pace=0) for at in range(5)})
    other = Jobs(client, keys, lease=LEASE)
    first, second = jobs.claim(NOW, 1) + other.claim(NOW, 1)
    assert jobs.claim(NOW, 10) == other.claim(NOW + STEP, 10) == []
    assert done(jobs, first, NOW + STEP)
    (third,) = other.claim(NOW + STEP, 10)
    assert len({first.id, second.id, third.id}) == 3


def test_a_fetcher_that_dies_frees_its_places_soon_and_one_that_lives_holds_them(jobs):
    start(jobs, {f"s{at}": home(f"s{at}", pace=0) for at in range(4)})
    claims = jobs.claim(NOW, 10)
    for second in range(1, 11):
        now = NOW + timedelta(seconds=second)
        jobs.hold(claims, now)
        assert jobs.claim(now, 10) == []
    assert jobs.claim(now + timedelta(seconds=4), 10) == []
    assert len(jobs.claim(now + timedelta(seconds=6), 10)) == 2, "the two others: the leases of the first go on"


def test_a_stale_result_does_not_free_the_place_of_the_fresh_claim(jobs):
    """FAULTS: a fetch lasts longer than its lease; never two at once."""
    start(jobs, {"a": home("a", pace=0)})
    (late,) = jobs.claim(NOW, 1)
    after = NOW + LEASE + STEP
    (fresh,) = jobs.claim(after, 1)
    assert not done(jobs, late, after)
    assert jobs.claim(after + timedelta(seconds=10), 1) == []
    assert done(jobs, fresh, after + timedelta(seconds=10))


def test_many_pages_of_one_source_take_turns_with_the_checks_and_pages_of_others(jobs, client, keys):
    """P4: 300 pages come in; a check and three pages of others are asked for among the first ten."""
    start(jobs, {"big": home("big"), "a": home("a"), "b": home("b")})
    run(jobs, 4)
    later = NOW + timedelta(seconds=5)
    add_pages(jobs, client, keys, "big", 300, now=later)
    run(jobs, 2, now=later)
    then = later + timedelta(seconds=2)
    add_pages(jobs, client, keys, "a", 3, now=then)
    jobs.pull_forward("b", then)
    begun = Counter(claim.job.split("-")[0] for _, claim in run(jobs, 10, now=then))
    assert begun["page:a"] == 3
    assert begun["source:b"] == 1
    assert begun["page:big"] >= 4


def test_a_check_each_second_does_not_starve_the_pages(jobs, client, keys):
    start(jobs, {"s": home("s")})
    add_pages(jobs, client, keys, "s", 5)
    kinds = Counter()
    for second in range(12):
        now = NOW + timedelta(seconds=second)
        for claim in jobs.claim(now, 10):
            kinds[claim.kind] += 1
            done(jobs, claim, now, again=timedelta(seconds=1))
    assert kinds["page"] == 5
    assert kinds["source"] >= 5


def test_ten_thousand_jobs_of_one_host_cost_no_more_than_their_turns(jobs, client, keys):
    """A claim looks at some hundreds at most; the rest waits with an estimate of its turn, and nothing spins."""
    names = [f"s{at}" for at in range(10_000)]
    jobs.sync(dict.fromkeys(names, NOW))
    client.hset(keys("homes"), mapping={f"source:{name}": f"1000 {name} h.test" for name in names})
    claims = run(jobs, 20)
    assert len(claims) == 20
    assert client.zcard(keys("queue", "h.test")) == 10_000 - 20
    before = client.info("stats")["total_commands_processed"]
    assert len(run(jobs, 20, now=NOW + timedelta(seconds=20))) == 20
    assert client.info("stats")["total_commands_processed"] - before < 5000, "of 200 claims, those in scripts counted"
    due = sorted(when / 1000 - NOW.timestamp() for job, when in jobs.next_due().items())
    assert due[5_000] > 2000, "the estimate is spread over the hours that this takes"


def test_ten_thousand_sources_due_at_one_second_are_planned_in_bounded_steps(jobs, client, keys):
    """FAULTS: 10,000 due in the same second on 50 hosts: at most the count is claimed, two a host, and all are done."""
    names = [f"s{at}" for at in range(10_000)]
    jobs.sync(dict.fromkeys(names, NOW))
    client.hset(keys("homes"), mapping={f"source:{name}": f"0 {name} h{at % 50}.test" for at, name in enumerate(names)})
    seen, now = set(), NOW
    while len(seen) < 10_000:
        claims = jobs.claim(now, 100)
        assert len(claims) <= 100
        assert max(Counter(claim.home.host for claim in claims).values()) <= 2
        assert seen.isdisjoint(claim.id for claim in claims)
        seen.update(claim.id for claim in claims)
        for claim in claims:
            done(jobs, claim, now)
        now += STEP
    assert now - NOW < timedelta(seconds=15), "100 each 0.1 s, and some to queue the last"


def test_a_busy_host_pauses_with_all_its_sources_and_pages_until_it_said(jobs, client, keys):
    """FAULTS: 429 on one of 5 feeds of a host: all 5 pause; a success afterwards counts from the beginning."""
    start(jobs, {f"s{at}": home(f"s{at}", pace=0) for at in range(5)})
    add_pages(jobs, client, keys, "s0", 2, pace=0)
    (first, second) = jobs.claim(NOW, 10)
    done(jobs, first, NOW, host=HostNews(NOW + timedelta(seconds=60), 1))
    done(jobs, second, NOW)
    assert run(jobs, 59) == []
    claims = jobs.claim(NOW + timedelta(seconds=60), 10)
    assert [claim.strikes for claim in claims] == [1, 1]
    done(jobs, claims[0], NOW, host=HostNews(strikes=0))
    (another,) = jobs.claim(NOW + timedelta(seconds=60), 10)
    assert another.strikes == 0


def test_a_pause_is_never_shortened_by_a_later_one(jobs):
    start(jobs, {"a": home("a", pace=0), "b": home("b", pace=0), "c": home("c", pace=0)})
    one, two = jobs.claim(NOW, 10)
    done(jobs, one, NOW, host=HostNews(NOW + timedelta(seconds=60), 1))
    done(jobs, two, NOW, host=HostNews(NOW + timedelta(seconds=5), 1))
    assert jobs.claim(NOW + timedelta(seconds=30), 10) == []


def test_a_queue_that_is_lost_is_built_again_from_the_due_times(jobs, client, keys):
    start(jobs, {f"s{at}": home(f"s{at}") for at in range(3)})
    run(jobs, 0.5)
    client.delete(keys("queue", "h.test"), keys("hosts"))
    assert len(run(jobs, 20, now=NOW + timedelta(seconds=1))) == 2


def test_a_source_that_leaves_the_configuration_leaves_the_queue_of_its_host(jobs):
    start(jobs, {"a": home("a"), "b": home("b")})
    assert len(jobs.claim(NOW, 10)) == 1
    jobs.sync({})
    assert run(jobs, 5) == []


def test_what_a_stop_left_behind_is_spread_and_what_is_under_way_is_left_alone(jobs):
    """FAULTS: beat dead, then started: one fetch per overdue source, spread by jitter."""
    start(jobs, {"s0": home("s0", "h0.test")})
    (taken,) = jobs.claim(NOW, 1)
    jobs.sync({f"s{at}": NOW + STEP for at in range(10)})
    back = NOW + timedelta(seconds=20)
    jobs.sync({f"s{at}": back + timedelta(seconds=at / 2) for at in range(10)}, overdue=back - timedelta(seconds=10))
    due = jobs.next_due()
    assert due.pop(taken.job) == (NOW + LEASE).timestamp() * 1000
    begun = [at for at, _ in run(jobs, 6, now=back)]
    assert len(begun) == 9
    assert len(set(begun)) == 9


def test_an_old_turn_of_a_source_that_left_and_came_back_is_no_second_claim(jobs, client, keys):
    """It waited at a host that was paused, left, and came back with another address."""
    start(jobs, {"s": home("s", "old.test")})
    pause = NOW + timedelta(minutes=1)
    client.hset(keys("host", "old.test"), "pause", round(pause.timestamp() * 1000))
    assert jobs.claim(NOW, 5) == []
    jobs.sync({})
    start(jobs, {"s": home("s", "new.test")}, NOW + STEP)
    under_way = pause - timedelta(seconds=10)
    (claim,) = jobs.claim(under_way, 5)
    assert claim.home.host == "new.test"
    assert jobs.claim(pause + timedelta(seconds=5), 5) == []
    assert done(jobs, claim, pause + timedelta(seconds=6))


def test_an_old_turn_at_the_host_of_a_source_under_way_is_no_second_claim(jobs, client, keys):
    start(jobs, {"s": home("s")})
    (claim,) = jobs.claim(NOW, 5)
    client.zadd(keys("queue", "h.test"), {"source:s": 0})
    client.zadd(keys("hosts"), {"h.test": 0})
    assert jobs.claim(NOW + timedelta(seconds=5), 5) == []
    assert done(jobs, claim, NOW + timedelta(seconds=6))
