from datetime import UTC, datetime, timedelta

from monitor.models import Article, Document, Purpose
from monitor.sources.schedule import SourceState
from monitor.store.archive import Archive
from monitor.store.documents import Documents

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def keep(client, keys, articles, most=1000):
    archive = Archive(client, keys, keep=timedelta(days=14), most=most)
    documents = Documents(client, keys, archive, retention=timedelta(days=30))
    document = Document("d", "s", Purpose.INDEX, "https://x.test/", b"", "", NOW)
    state = SourceState()
    documents.read_index(document, state, state, seen=(), pages={}, articles=articles, counts={}, now=NOW)
    return archive


def some(number):
    return [Article(id=f"a{index}", source="s", title=f"Заголовок {index}", published=NOW) for index in range(number)]


def test_articles_come_back_whole_and_in_order(client, keys):
    archive = keep(client, keys, some(450))
    assert list(archive.read()) == some(450)
    number, memory = archive.size()
    assert number == 450
    assert 10_000 < memory < 450 * 1000


def test_the_archive_is_bounded_by_number_and_by_age(client, keys):
    archive = keep(client, keys, some(2000), most=500)
    assert 500 <= archive.size()[0] < 700
    archive.trim(datetime.now(UTC) + timedelta(days=15))
    assert archive.size()[0] < 120, "whole blocks go at a time"


def test_zero_keeps_none(client, keys):
    assert list(keep(client, keys, some(3), most=0).read()) == []
