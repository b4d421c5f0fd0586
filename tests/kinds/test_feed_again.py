"""Reading a feed again by what is remembered of it gives what reading it in full gives."""

from datetime import UTC, datetime

import pytest

from monitor.kinds import read_entries
from monitor.kinds.identity import identities
from monitor.models import Document, Purpose, Source

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="s", url="https://x.test/feed", kind="feed")
RSS = '<rss version="2.0"><channel><title>{0}</title>{1}</channel></rss>'
ITEM = "<item><title>t{0}</title><link>/{0}</link><guid isPermaLink='false'>{0}</guid><description>d{0}</description></item>"


def read(text, memory=b"", url="https://x.test/feed"):
    return read_entries(Document("d", "s", Purpose.INDEX, url, text.encode(), "", NOW), SOURCE, memory)


def feed(*numbers, title="T"):
    return RSS.format(title, "\n".join(map(ITEM.format, numbers)))


def same(again, whole):
    """Equal names in all, and equal entries where they were parsed."""
    assert sorted(identities(again.entries, again.known)) == sorted(identities(whole.entries))
    assert [entry for entry in whole.entries if entry in again.entries] == list(again.entries)


def test_only_items_not_read_before_are_entries():
    first = read(feed(2, 1))
    again = read(feed(3, 2, 1, title="anything"), first.memory)
    assert [entry.key for entry in again.entries] == ["3"]
    assert len(again.known) == 2
    same(again, read(feed(3, 2, 1)))
    assert read(feed(3, 2, 1), again.memory).entries == ()
    assert [entry.key for entry in read(feed(5, 3), again.memory).entries] == ["5"]


def test_an_edited_item_is_an_entry():
    memory = read(feed(2, 1)).memory
    (edited,) = read(feed(2, 1).replace("d2", "edited"), memory).entries
    assert edited.lead == "edited"


@pytest.mark.parametrize(
    "changed",
    [
        feed(2, 1).replace("<rss", '<rss xml:base="https://other.test/"'),
        feed(2, 1).replace("<channel>", '<channel xml:base="https://other.test/">'),
        feed(2, 1).replace("<rss", '<!DOCTYPE rss [<!ENTITY x "y">]><rss'),
        feed(2, 1).replace("</item>", "", 1),
        feed(2, 1) + "<item/>",
        feed(2, 1).replace("rss", "other"),
        feed("a&nbsp;b", 1),
    ],
)
def test_where_the_reading_of_an_item_may_differ_all_are_read(changed):
    memory = read(feed(2, 1)).memory
    assert memory
    assert read(changed, memory) == read(changed)


def test_another_address_is_another_feed():
    memory = read(feed(1)).memory
    (entry,) = read(feed(1), memory, url="https://other.test/feed").entries
    assert entry.url == "https://other.test/1"


def test_a_memory_of_another_version_is_none():
    memory = read(feed(2, 1)).memory
    for broken in (memory[:-1], memory + b"x", b"x" + memory, b"\x00" * len(memory)):
        assert len(read(feed(2, 1), broken).entries) == 2


def test_items_in_cdata_and_comments_are_text():
    odd = "<item><title>a</title><description><![CDATA[<item>x</item>]]></description><!-- <item> --></item>"
    whole = read(RSS.format("T", odd + ITEM.format(1)))
    assert len(whole.entries) == 2
    assert whole.memory
    assert read(RSS.format("T", odd + ITEM.format(1)), whole.memory).entries == ()


def test_shared_ids_and_addresses_tell_nothing_among_known_items_too():
    shared = ITEM.replace(">{0}</guid>", ">same</guid>").replace("/{0}", "/live")
    body = RSS.format("T", "".join(map(shared.format, "abc")))
    memory = read(RSS.format("T", shared.format("c") + shared.format("b"))).memory
    same(read(body, memory), read(body))
