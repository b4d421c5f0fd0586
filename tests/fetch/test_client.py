from datetime import UTC, datetime

import pytest
from support.fetching import get, refused
from support.origin import Answer, Origin

from monitor.fetch.client import retry_after
from monitor.models import Outcome


def test_a_body_comes_with_its_validators_and_the_agent_is_named(origin):
    origin.answers["/feed"] = Answer(
        b"<rss/>", headers={"ETag": 'W/"a,b"', "Last-Modified": "odd", "Set-Cookie": "a=b"}
    )
    response = get(f"{origin.url}/feed")
    assert (response.body, response.etag, response.last_modified) == (b"<rss/>", 'W/"a,b"', "odd")
    headers = origin.hits[0].headers
    assert headers["User-Agent"] == "Test/1 (contact)"
    assert {"Cookie", "Referer", "If-None-Match"}.isdisjoint(headers)


def test_validators_are_echoed_verbatim_and_a_304_has_no_body(origin):
    origin.answers["/feed"] = Answer(status=304, headers={"ETag": '"new"'})
    response = get(f"{origin.url}/feed", etag='W/"a,b"', last_modified="odd date")
    assert (response.unchanged, response.etag) == (True, '"new"')
    assert origin.hits[0].headers["If-None-Match"] == 'W/"a,b"'
    assert origin.hits[0].headers["If-Modified-Since"] == "odd date"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (403, "blocked"),
        (404, "not-found"),
        (410, "gone"),
        (429, "busy"),
        (500, "server-error"),
        (418, "protocol-error"),
    ],
)
def test_each_status_has_its_outcome(origin, status, outcome):
    origin.answers["/"] = Answer(status=status, headers={"Retry-After": "7"})
    error = refused(f"{origin.url}/")
    assert error.outcome == outcome
    assert error.retry_after == (7 if status == 429 else None)


def test_redirects_are_followed_five_times(origin):
    for number in range(6):
        origin.answers[f"/{number}"] = Answer(status=302, headers={"Location": f"/{number + 1}"})
    origin.answers["/6"] = Answer(b"here")
    assert get(f"{origin.url}/1").url.endswith("/6")
    assert refused(f"{origin.url}/0").outcome is Outcome.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ([301], "/1"),
        ([308], "/1"),
        ([302], ""),
        ([307], ""),
        ([301, 308], "/2"),
        ([301, 302], "/1"),
        ([302, 301], ""),
    ],
)
def test_an_address_has_moved_as_far_as_permanent_redirects_lead(origin, hops, moved):
    """FAULTS: 301/308 and 302/307: a temporary one never changes the address."""
    for number, status in enumerate(hops):
        origin.answers[f"/{number}"] = Answer(status=status, headers={"Location": f"/{number + 1}"})
    origin.answers[f"/{len(hops)}"] = Answer(b"here")
    response = get(f"{origin.url}/0")
    assert response.moved == (origin.url + moved if moved else "")
    assert response.url == f"{origin.url}/{len(hops)}"


def test_validators_go_to_the_address_that_gave_them_alone(origin):
    origin.answers["/old"] = Answer(status=301, headers={"Location": "/new"})
    origin.answers["/new"] = Answer(status=304)
    assert get(f"{origin.url}/old", etag='"n"', validated=f"{origin.url}/new").unchanged
    assert [hit.headers.get("If-None-Match") for hit in origin.hits] == [None, '"n"']


def test_a_304_that_was_not_asked_for_is_an_error(origin):
    """Taken for good news it would keep a source healthy that never answered."""
    origin.answers["/"] = Answer(status=304)
    assert refused(f"{origin.url}/").outcome is Outcome.PROTOCOL_ERROR


def test_who_stays_is_told_where_a_redirect_leads_and_asks_nothing_there(origin):
    with Origin() as other:
        origin.answers["/"] = Answer(status=302, headers={"Location": f"{other.url}/there"})
        origin.answers["/near"] = Answer(status=302, headers={"Location": "/"})
        response = get(f"{origin.url}/near", stay=True)
        assert (response.elsewhere, response.body) == (f"{other.url}/there", b"")
        assert other.hits == []


def test_a_body_can_be_cut_instead_of_refused(origin):
    origin.answers["/robots.txt"] = Answer(b"a" * 2_000_000)
    assert len(get(f"{origin.url}/robots.txt", most=512_000).body) == 512_000


def test_the_freshness_of_an_answer_is_told_for_a_304_too(origin):
    origin.answers["/"] = Answer(status=304, headers={"Cache-Control": "max-age=300", "Age": "100"})
    assert get(f"{origin.url}/", etag='"a"').fresh.total_seconds() == 200


def test_a_validator_of_any_bytes_goes_back_as_it_came(origin):
    origin.answers["/"] = Answer(b"x", headers={"ETag": '"\u00e9"'})
    etag = get(f"{origin.url}/").etag
    get(f"{origin.url}/", etag=etag)
    assert origin.hits[1].headers["If-None-Match"] == '"\u00e9"'


def test_a_name_that_does_not_resolve_is_unreachable():
    async def nowhere(host, port):
        raise OSError("no such name")

    assert refused("http://x.test/", resolver=nowhere).outcome is Outcome.UNREACHABLE


def test_retry_after_is_read_as_seconds_or_date():
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert retry_after("7") == 7
    assert retry_after("Tue, 24 Nov 2026 12:01:00 GMT", lambda: now) == 60
    assert retry_after("Tue, 24 Nov 2026 11:00:00 GMT", lambda: now) == 0
    assert retry_after("99999999999999999") == retry_after("Fri, 31 Dec 9999 23:59:59 GMT", lambda: now) == 86400
    assert retry_after("soon") is retry_after(None) is None
