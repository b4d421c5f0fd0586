import io
import stat
from datetime import timedelta

import feedparser
import pytest
from lxml import etree
from support.messages import NOW, alert, delivery, notice, update

from monitor.errors import DeliveryError
from monitor.models import Snippet
from monitor.notify.atom import AtomChannel

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def path(folder):
    return folder / "public" / "alerts.atom"


@pytest.fixture
def atom(path, faults):
    def make(keep=100, language="en"):
        return AtomChannel(path, name="desk", keep=keep, language=language, fault=faults.append)

    return make


def read(path):
    found = feedparser.parse(io.BytesIO(path.read_bytes()))
    assert not found.bozo
    return found


def test_the_file_is_a_feed_that_readers_take(atom, path):
    atom().send(delivery(alert()), NOW)
    root = etree.parse(path).getroot()
    for parent in (root, root.find(f"{ATOM}entry")):
        for name in ("id", "title", "updated", "author"):
            assert len(parent.findall(f"{ATOM}{name}")) == 1, f"RFC 4287, 4.1: one {name}"
    (entry,) = read(path).entries
    assert (entry.title, entry.link, entry.author) == ("Союзное государство", "https://x.test/1", "Outlet (state)")
    assert entry.id.startswith("urn:uuid:")
    assert entry.published == "2026-11-24T11:57:00Z"
    assert {(tag.scheme.rpartition("/")[2], tag.term) for tag in entry.tags} == {
        ("severity", "high"),
        ("rule", "r"),
        ("tag", "state"),
    }
    assert "<b>Союзного государства</b>" in entry.content[0].value
    assert "2026-11-24 11:57 UTC" in entry.content[0].value, "a feed is read at any time"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_an_update_is_a_younger_state_of_the_same_entry(atom, path):
    atom().send(delivery(alert(1)), NOW)
    atom().send(delivery(alert(2, title="Другое")), NOW + timedelta(minutes=1))
    before = {entry.id for entry in read(path).entries}
    later = NOW + timedelta(hours=1)
    for _ in range(2):
        atom().send(delivery(update()), later)
    entries = read(path).entries
    assert {entry.id for entry in entries} == before
    assert entries[0].title == "Союзное государство"
    assert entries[0].updated == "2026-11-24T13:00:00Z"
    assert entries[0].content[0].value.count("also reported by Agency (state)") == 1, "a repeat adds nothing"
    assert "Бюджет" in entries[0].content[0].value, "what was said at first stays"


def test_an_update_whose_alert_has_gone_is_an_entry_of_its_own(atom, path):
    atom().send(delivery(update()), NOW)
    (entry,) = read(path).entries
    assert "also reported by" in entry.content[0].value


def test_the_newest_stay(atom, path):
    for number in range(8):
        atom(keep=3).send(delivery(alert(number, title=str(number))), NOW + timedelta(minutes=number))
    assert [entry.title for entry in read(path).entries] == ["7", "6", "5"]


def test_a_repeat_changes_no_entry_and_a_digest_has_all(atom, path):
    messages = [alert(n, title=str(n)) for n in range(3)] + [notice()]
    for _ in range(2):
        atom().send(delivery(*messages), NOW)
    assert len(read(path).entries) == 3


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "]]><entry/>",
        "\x00\x0b\x1b\ufffe\ud800",
        "&lt;b&gt; &#0; <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
        "я" * 10_000,
    ],
)
def test_hostile_text_is_text(atom, path, hostile):
    atom().send(delivery(alert(title=hostile, snippet=Snippet(text=hostile), url="javascript:alert(1)")), NOW)
    atom().send(delivery(alert(2)), NOW)
    entries = etree.parse(path).getroot().findall(f"{ATOM}entry")
    assert len(entries) == 2
    (found,) = [entry for entry in entries if entry.find(f"{ATOM}link") is None]
    assert "<script" not in found.findtext(f"{ATOM}content")
    assert len(found.findtext(f"{ATOM}title")) <= 500


def test_a_file_that_is_no_feed_is_said_and_begun_anew(atom, path, faults):
    path.parent.mkdir()
    path.write_text("<feed><entry>")
    atom().send(delivery(alert()), NOW)
    assert len(read(path).entries) == 1
    assert "was no feed" in faults[0]


def test_a_file_that_cannot_be_written_is_tried_again(atom, path):
    path.mkdir(parents=True)
    with pytest.raises(DeliveryError, match="cannot be") as caught:
        atom().send(delivery(alert()), NOW)
    assert not caught.value.permanent
    assert list(path.parent.iterdir()) == [path], "nothing half-written is left"


def test_labels_are_in_the_language_of_the_channel(atom, path):
    atom(language="be").send(delivery(alert(partial=True)), NOW)
    assert "толькі тэкст стужкі" in read(path).entries[0].content[0].value
