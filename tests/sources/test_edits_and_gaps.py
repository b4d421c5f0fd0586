"""What an edit is and what a gap is: decisions over values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.kinds.further import kind_of, next_document
from monitor.models import Document, Entry, Purpose
from monitor.sources.edits import FIRST_GAP, LONGEST_GAP, Item, Remembered, find_edits, read_again
from monitor.sources.gaps import is_gap, known_names
from monitor.sources.rhythm import HURRY, shortened

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def listed(name, title="t", *, new=False, hours=None, text="", lead=""):
    published = NOW - timedelta(hours=hours) if hours is not None else None
    entry = Entry(key=name, url=f"https://e.test/{name}", title=title, lead=lead, text=text, published=published)
    return Item(entry, (f"id:{name}", f"url:{name}", f"words:{title}"), f"article-{name}", new)


def read(*items, last=None, now=NOW):
    return find_edits(items, last or {}, now, lambda entry: not entry.text)


def edited(edits):
    return [(item.entry.key, due - NOW) for item, due, _ in edits.due]


@pytest.mark.parametrize(
    ("title", "is_edit"),
    [("Talks begin", False), ("  TALKS, begin!", False), ("Talks end", True), ("Talks begin: 3 dead", True)],
)
def test_words_are_edits_and_signs_are_none(title, is_edit):
    last = read(listed("a", "Talks begin", new=True)).remembered
    assert bool(read(listed("a", title), last=last).due) is is_edit


def test_a_new_entry_is_no_edit_and_an_unknown_one_is_only_remembered():
    assert read(listed("a", new=True)).due == ()
    assert read(listed("a", "known of old, but not remembered")).due == ()


def test_an_entry_is_recalled_by_any_name_that_is_left():
    last = read(listed("a", "Talks begin", new=True)).remembered
    moved = Item(Entry(key="b", url="https://e.test/b", title="Talks end"), ("id:b", "url:a"), "other", new=False)
    ((item, _, _),) = read(moved, last=last).due
    assert item is moved


def test_each_reading_of_an_entry_waits_longer():
    last, waits, now = read(listed("a", "0", new=True)).remembered, [], NOW
    for number in range(1, 9):
        edits = read(listed("a", str(number)), last=last, now=now)
        ((_, due, _),) = edits.due
        waits.append(due - now)
        last, now = edits.remembered, due
    assert waits[:4] == [timedelta(0), FIRST_GAP, 2 * FIRST_GAP, 4 * FIRST_GAP]
    assert max(waits) == LONGEST_GAP
    assert read_again(Remembered("a", "", readings=10**9, read=NOW), NOW) - NOW == LONGEST_GAP


def test_an_edit_that_the_feed_holds_is_read_at_once_each_time():
    """It asks nobody, and what is in the feed now may be gone from it later."""
    last = read(listed("a", text="one", new=True)).remembered
    for text in ("two", "three", "four"):
        edits = read(listed("a", text=text), last=last)
        assert edited(edits) == [("a", timedelta(0))]
        last = edits.remembered


def test_entries_known_to_be_unchanged_count_among_those_that_did_not_change():
    last = read(*(listed(str(n), "t", new=True) for n in range(20))).remembered
    changed = [listed(str(n), "other") for n in range(5)]
    rest = [listed(str(n), "t").names for n in range(5, 20)]
    assert len(find_edits(changed, last, NOW, lambda _: True, rest).due) == 5
    assert find_edits(changed, last, NOW, lambda _: True).noise == 5


@pytest.mark.parametrize(("changed", "edits"), [(3, 3), (4, 4), (6, 0), (8, 0)])
def test_when_most_entries_change_the_feed_did(changed, edits):
    last = read(*(listed(str(n), "t", new=True) for n in range(8))).remembered
    found = read(*(listed(str(n), "t", lead="5 views" if n < changed else "") for n in range(8)), last=last)
    assert (len(found.due), found.noise) == (edits, 0 if edits else changed)
    again = read(*(listed(str(n), "t", lead="5 views" if n < changed else "") for n in range(8)), last=found.remembered)
    assert again.due == (), "once is enough"


def test_the_bound_of_age_under_which_an_entry_was_found_goes_with_it():
    """Over later readings and to another address, where only its words are known again; new entries have none."""
    bound = NOW - timedelta(days=1)
    last = find_edits([listed("a", "one", new=True)], {}, NOW, lambda _: True, oldest=bound).remembered
    last = read(listed("a", "one"), last=last).remembered
    moved = replace(listed("a", "one"), names=("url:elsewhere", "words:one"))
    last = find_edits([moved], last, NOW, lambda _: True, oldest=NOW).remembered
    edited = replace(moved, entry=listed("a", "two").entry, names=("url:elsewhere", "words:two"))
    ((_, _, oldest),) = read(edited, last=last).due
    assert oldest == bound
    assert {known.oldest for known in read(listed("b", new=True)).remembered.values()} == {None}


def before(*hours):
    """A reading of items so many hours old; each is named by its age."""
    return read(*(listed(f"h{age}", f"title {age}", new=True, hours=age) for age in hours)).remembered


def names(*hours):
    return [listed(f"h{age}", f"title {age}").names for age in hours]


@pytest.mark.parametrize(
    ("now", "last", "gap"),
    [
        ((1, 2), (), False),  # the first reading
        ((1, 2), (3, 4), True),
        ((1, 2, 3), (3, 4, 5), False),
        ((3, 2, 1), (5, 4, 3), False),  # a feed with the oldest first
        ((900, 1, 2, 3), (900, 11, 12, 13), True),  # one is pinned
        ((900, 800, 1, 2), (900, 800, 11, 12), False),  # as many are left as were dropped
        ((900, 1, 2, 3), (900, 3, 4, 5), False),
        ((1, 5, 6, 7), (4, 5, 6, 7), False),  # the newest one was deleted
    ],
)
def test_a_gap_is_when_nothing_is_left_but_what_is_pinned(now, last, gap):
    assert is_gap(names(*now), before(*last)) is gap


def test_without_dates_nothing_tells_what_is_pinned():
    last = read(*(listed(name, f"title {name}", new=True) for name in "pabc")).remembered
    assert not is_gap([listed("p").names, listed("x", "new").names], last)


def test_a_title_that_comes_each_day_shows_no_overlap_but_where_it_is_all_there_is():
    last = read(listed("a", "The day in brief", new=True)).remembered
    again = listed("b", "The day in brief")
    assert is_gap(known_names([again], elsewhere=False), last)
    assert not is_gap(known_names([again], elsewhere=True), last)
    nameless = Item(again.entry, ("words:The day in brief",), "article", new=False)
    assert not is_gap(known_names([nameless], elsewhere=False), last)
    assert is_gap(known_names([listed("b", "The day in brief", new=True)], elsewhere=True), last), "it is new"


def test_entries_that_are_known_to_be_unchanged_are_carried_over():
    """A reader of feeds may pass over what it knows; the next reading still compares with all of it."""
    last = before(3, 4)
    edits = find_edits([listed("h1", "title 1", new=True)], last, NOW, lambda _: True, unchanged=names(3))
    assert set(edits.remembered) == {name for group in names(1, 3) for name in group}
    assert edits.remembered["id:h3"] == last["id:h3"]


def test_the_interval_is_halved_for_a_day():
    minutes = timedelta(minutes=1)
    assert shortened(10 * minutes, None, NOW) == 10 * minutes
    assert shortened(10 * minutes, NOW - minutes, NOW) == 5 * minutes
    assert shortened(10 * minutes, NOW - HURRY, NOW) == 10 * minutes
    assert shortened(minutes, NOW, NOW) == minutes
    assert shortened(minutes / 6, NOW, NOW) == minutes / 6, "never longer than it was"


def document(body, url="https://e.test/feed"):
    return Document("", "s", Purpose.INDEX, url, body, "", NOW)


def feed(inside, head=""):
    return f'<?xml version="1.0"?><rss version="2.0" {head}><channel>{inside}<item><title>t</title></item></channel></rss>'.encode()


ATOM_LINK = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{}" href="{}"/>'
WORDPRESS = "<generator>https://wordpress.org/?v=6.5.2</generator>"


@pytest.mark.parametrize(
    ("body", "url", "further"),
    [
        (feed(ATOM_LINK.format("next", "/feed?page=2")), "https://e.test/feed", "https://e.test/feed?page=2"),
        (feed(ATOM_LINK.format("prev-archive", "/2026/10")), "https://e.test/feed", "https://e.test/2026/10"),
        (feed(ATOM_LINK.format("next", "https://evil.test/")), "https://e.test/feed", None),
        (feed(ATOM_LINK.format("self", "/feed")), "https://e.test/feed", None),
        (feed(WORDPRESS), "https://e.test/feed/?cat=7", "https://e.test/feed/?cat=7&paged=2"),
        (feed(WORDPRESS), "https://e.test/feed/?paged=2", "https://e.test/feed/?paged=3"),
        (feed(WORDPRESS), "https://e.test/feed/?paged=x", "https://e.test/feed/?paged=2"),
        (feed(""), "https://e.test/feed", None),
        (b"<html><a href='/2'>next</a></html>", "https://e.test/", None),
    ],
)
def test_where_a_feed_goes_on(body, url, further):
    assert next_document(document(body, url)) == further


def test_what_an_address_gave():
    assert kind_of(document(feed(""))) == "feed"
    assert kind_of(document(b'<?xml version="1.0"?><urlset xmlns="x">')) == "sitemap"
    assert kind_of(document(b"<!doctype html><html>")) == "page"
