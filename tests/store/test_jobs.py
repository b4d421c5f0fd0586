from datetime import UTC, datetime, timedelta

import pytest

from monitor.models import Document, Entry, Outcome, Page, Purpose
from monitor.sources.schedule import Home, SourceState
from monitor.store.archive import Archive
from monitor.store.documents import Documents
from monitor.store.jobs import Jobs
from monitor.store.keys import CROWDED_LIMIT, DOCUMENT_BYTES, SOURCE_LIMIT, STOP_LIMIT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def jobs(client, keys):
    return Jobs(client, keys, lease=timedelta(seconds=30))


@pytest.fixture
def documents(client, keys):
    archive = Archive(client, keys, keep=timedelta(days=14), most=1000)
    return Documents(client, keys, archive, retention=timedelta(days=30))


def document(name="d1", page=None):
    purpose = Purpose.ARTICLE if page else Purpose.INDEX
    return Document(name, "tass", purpose, "https://tass.test/", b"\x00body\xff", "text/xml", NOW, page)


def test_a_due_job_is_claimed_once_until_its_lease_ends(jobs):
    jobs.sync({"tass": NOW})
    assert [claim.id for claim in jobs.claim(NOW, 10)] == ["tass"]
    assert jobs.claim(NOW + timedelta(seconds=29), 10) == []
    assert [claim.id for claim in jobs.claim(NOW + timedelta(seconds=31), 10)] == ["tass"]


def test_a_result_with_a_stale_token_is_discarded_whole(jobs, documents):
    """The first fetcher hung longer than its lease; what it brings late must not undo the second one's result."""
    jobs.sync({"tass": NOW})
    (late,) = jobs.claim(NOW, 1)
    (fresh,) = jobs.claim(NOW + timedelta(seconds=31), 1)
    before = SourceState()
    good = before.after(Outcome.UNCHANGED, NOW)
    bad = before.after(Outcome.TIMEOUT, NOW, "slow")
    assert jobs.settle_source(fresh, before, good, due=LATER, counted=["unchanged"], hint=NOW)
    stale = jobs.settle_source(late, before, bad, due=NOW, counted=["timeout"], document=document(), hint=NOW)
    assert not stale
    assert jobs.state("tass").outcome is Outcome.UNCHANGED
    assert documents.take("d1", LATER) is None
    assert documents.counts() == {"source:unchanged": 1}


def test_settling_stores_validators_document_and_due_time_together(jobs, documents):
    jobs.sync({"tass": NOW})
    (claim,) = jobs.claim(NOW, 1)
    after = SourceState(etag='W/"a,b"', last_modified="odd date", body_hash="h")
    assert jobs.settle_source(claim, SourceState(), after, due=LATER, counted=(), document=document(), hint=NOW)
    assert jobs.state("tass") == after
    taken, attempt = documents.take("d1", LATER)
    assert (taken, attempt) == (document(), 1)
    assert jobs.claim(NOW, 1) == []
    assert [claim.id for claim in jobs.claim(LATER, 1)] == ["tass"]


def test_a_check_writes_only_what_it_changed(jobs, documents):
    """A fetch that began before a reading ended must not take back that the source was read."""
    jobs.sync({"tass": NOW})
    (claim,) = jobs.claim(NOW, 1)
    before = jobs.state("tass")
    read = SourceState(primed=True, items=7, outcome=Outcome.NEW)
    documents.read_index(document(), before, read, seen=["a"], pages={}, articles=(), counts={}, now=NOW)
    after = before.after(Outcome.TIMEOUT, NOW, "slow")
    assert jobs.settle_source(claim, before, after, due=LATER, counted=["timeout"], hint=NOW)
    state = jobs.state("tass")
    assert (state.primed, state.items, state.outcome, state.failures) == (True, 7, Outcome.TIMEOUT, 1)


def test_a_source_that_is_being_fetched_is_not_pulled_forward(jobs):
    jobs.sync({"tass": NOW})
    (claim,) = jobs.claim(NOW, 1)
    second = timedelta(seconds=1)
    assert jobs.pull_forward("tass", NOW + second)
    assert jobs.claim(NOW + 2 * second, 1) == []
    jobs.settle_source(claim, SourceState(), SourceState(), due=LATER, counted=(), hint=NOW)
    assert jobs.pull_forward("tass", NOW + 3 * second)
    assert len(jobs.claim(NOW + 3 * second, 1)) == 1
    assert not jobs.pull_forward("belta", NOW)


def test_sources_leave_and_enter_the_schedule_and_keep_their_history(jobs):
    jobs.sync({"tass": NOW, "belta": NOW})
    (claim, other) = jobs.claim(NOW, 2)
    jobs.settle_source(claim, SourceState(), SourceState(etag="x"), due=LATER, counted=(), hint=NOW)
    jobs.sync({other.id: NOW})
    assert jobs.next_due().keys() == {f"source:{other.id}"}
    assert jobs.state(claim.id).etag == "x"


def claim_at_home(jobs, now, *homes):
    """Give each due job its home, as a drain does at first sight."""
    known = {home.source: home for home in homes}
    for claim in jobs.claim(now, 100):
        jobs.put_back(claim, now, home=known[claim.id])


def home(source, host="tass.test", pace=0.0):
    return Home(host, timedelta(seconds=pace), source)


def test_a_source_with_much_to_read_waits_and_others_do_not(jobs, documents, client, keys):
    """P4: documents that are read slowly brake their own source; they leave the backlog once, when they are read."""
    jobs.sync({"slow": NOW, "good": NOW})
    claim_at_home(jobs, NOW, home("slow"), home("good", "good.test"))
    client.hset(keys("backlog"), mapping={"slow": SOURCE_LIMIT, "*": SOURCE_LIMIT})
    assert [claim.id for claim in jobs.claim(NOW, 10)] == ["good"]
    assert jobs.claim(NOW + timedelta(seconds=2), 10) == []
    read = Document("d1", "slow", Purpose.INDEX, "https://slow.test/", b"x", "", NOW)
    client.zadd(keys("unread"), {"d1": 1})
    for _ in range(2):
        documents.read_article(read, again=None, articles=(), counts={})
    assert int(client.hget(keys("backlog"), "slow")) == SOURCE_LIMIT - DOCUMENT_BYTES
    assert [claim.id for claim in jobs.claim(NOW + timedelta(seconds=4), 10)] == ["slow"]


def test_when_all_sources_together_have_much_to_read_each_may_have_but_one_document(jobs, client, keys):
    jobs.sync({"slow": NOW, "good": NOW})
    claim_at_home(jobs, NOW, home("slow"), home("good", "good.test"))
    client.hset(keys("backlog"), mapping={"slow": DOCUMENT_BYTES, "*": CROWDED_LIMIT})
    assert [claim.id for claim in jobs.claim(NOW, 10)] == ["good"]


def test_nothing_is_claimed_while_the_memory_is_full_of_documents(jobs, client, keys):
    jobs.sync({"tass": NOW})
    client.hset(keys("backlog"), "*", STOP_LIMIT)
    assert jobs.claim(NOW, 1) == []
    client.hset(keys("backlog"), "*", 0)
    assert len(jobs.claim(NOW, 1)) == 1


def test_a_stored_document_counts_in_the_backlog_until_it_is_read(jobs, documents, client, keys):
    jobs.sync({"tass": NOW})
    (claim,) = jobs.claim(NOW, 1)
    jobs.settle_source(claim, SourceState(), SourceState(), due=LATER, counted=(), document=document(), hint=NOW)
    assert client.hgetall(keys("backlog")) == {b"tass": b"250000", b"*": b"250000"}
    documents.read_article(document(), again=None, articles=(), counts={})
    assert client.hgetall(keys("backlog")) == {}


def test_a_page_lives_until_it_leaves_the_schedule(jobs, documents, client, keys):
    page = Page(id="p1", source="tass", entry=Entry(key="k", url="https://tass.test/1", title="Привет"))
    documents.read_index(
        document(), SourceState(), SourceState(), seen=[], pages={page: NOW}, articles=(), counts={}, now=NOW
    )
    (claim,) = jobs.claim(NOW, 1)
    assert jobs.page("p1") == page
    failed = page.model_copy(update={"attempts": 1})
    jobs.settle_page(claim, failed, due=LATER, counted=["timeout"], document=None, hint=NOW)
    assert jobs.page("p1").attempts == 1
    (claim,) = jobs.claim(LATER, 1)
    jobs.settle_page(claim, failed, due=None, counted=["new"], document=document("d2", failed), hint=NOW)
    assert jobs.page("p1") is None
    assert not client.exists(keys("page", "p1"))
    assert jobs.next_due() == {}
    assert documents.take("d2", LATER)[0].page == failed


def ask_for(documents, page, due):
    """Schedule a page, as the reading of a feed does."""
    state = SourceState()
    documents.read_index(document(), state, state, seen=[], pages={page: due}, articles=(), counts={}, now=NOW)


@pytest.mark.parametrize("ends", ["read", "failed"])
@pytest.mark.parametrize("wait", [timedelta(seconds=1), timedelta(hours=1)])
def test_a_page_that_is_asked_for_anew_while_it_is_fetched_is_fetched_once_more_after_that(jobs, documents, ends, wait):
    """An edit comes while the page is under way: not two requests at once, and none too few."""
    first = Page(id="p1", source="tass", entry=Entry(key="k", url="https://tass.test/1", title="Talks"))
    edited = first.model_copy(update={"entry": first.entry.model_copy(update={"title": "Talks end"})})
    ask_for(documents, first, NOW)
    (claim,) = jobs.claim(NOW, 1)
    due = NOW + wait
    ask_for(documents, edited, due)
    assert jobs.claim(NOW + timedelta(seconds=2), 1) == [], "it is still under way"
    again = None if ends == "read" else NOW + timedelta(days=1)
    failed = first.model_copy(update={"attempts": 1})
    assert jobs.settle_page(claim, failed, due=again, counted=(), document=document("d2", first), hint=NOW)
    assert documents.take("d2", LATER)[0].page == first
    assert jobs.page("p1") == edited
    assert jobs.next_due() == {"page:p1": due.timestamp() * 1000}
    (claim,) = jobs.claim(due, 1)
    jobs.settle_page(claim, edited, due=None, counted=(), document=None, hint=NOW)
    assert jobs.next_due() == {}
    assert jobs.page("p1") is None


def test_a_page_that_is_put_back_unfetched_is_not_fetched_twice(jobs, documents):
    page = Page(id="p1", source="tass", entry=Entry(key="k", url="https://tass.test/1"))
    ask_for(documents, page, NOW)
    (claim,) = jobs.claim(NOW, 1)
    ask_for(documents, page, LATER)
    jobs.put_back(claim, NOW)
    (claim,) = jobs.claim(NOW, 1)
    jobs.settle_page(claim, page, due=None, counted=(), document=None, hint=NOW)
    assert jobs.next_due() == {}


def test_a_lost_hint_is_found_and_repeated_once_per_period(jobs, documents):
    jobs.sync({"tass": NOW})
    (claim,) = jobs.claim(NOW, 1)
    soon = NOW + timedelta(seconds=120)
    jobs.settle_source(claim, SourceState(), SourceState(), due=LATER, counted=(), document=document(), hint=soon)
    assert documents.overdue(NOW, LATER) == []
    assert documents.overdue(soon, LATER) == ["d1"]
    assert documents.overdue(soon, LATER) == []


def test_attempts_to_read_are_counted_and_forgotten_with_the_document(jobs, documents, client, keys):
    jobs.sync({"tass": NOW})
    (claim,) = jobs.claim(NOW, 1)
    jobs.settle_source(claim, SourceState(), SourceState(), due=LATER, counted=(), document=document(), hint=NOW)
    assert [documents.take("d1", LATER)[1] for _ in range(3)] == [1, 2, 3]
    documents.read_article(document(), again=None, articles=(), counts={"articles": 1})
    assert documents.take("d1", LATER) is None
    assert client.hlen(keys("attempts")) == 0


def test_seen_entries_are_remembered_for_the_retention(documents):
    documents.read_index(
        document(), SourceState(), SourceState(), seen=["a", "b"], pages={}, articles=(), counts={}, now=NOW
    )
    assert documents.unseen("tass", ["a", "b", "c"]) == {"c"}
    later = NOW + timedelta(days=31)
    documents.read_index(
        document(), SourceState(), SourceState(), seen=["c"], pages={}, articles=(), counts={}, now=later
    )
    assert documents.unseen("tass", ["a", "b", "c"]) == {"a", "b"}
