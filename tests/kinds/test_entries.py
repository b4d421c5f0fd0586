from monitor.kinds.entries import visible_text
from monitor.kinds.identity import identities
from monitor.models import Entry


def entry(key, url=None, title=""):
    return Entry(key=key, url=url, title=title)


def test_an_entry_is_known_by_id_and_address():
    (names,) = identities([entry("g1", "https://x.test/1")])
    assert names == identities([entry("g1", "http://www.x.test/1/?utm_medium=rss")])[0]


def test_an_id_or_address_that_entries_share_is_no_identity():
    first, second = identities([entry("same", "https://x.test/1"), entry("same", "https://x.test/2")])
    assert set(first).isdisjoint(second)
    first, second = identities([entry("a", "https://x.test/"), entry("b", "https://x.test/")])
    assert set(first).isdisjoint(second)


def test_entries_without_any_identity_are_known_by_their_words():
    first, second = identities([entry("same", title="Одно"), entry("same", title="Другое")])
    assert first != second
    assert all(name.startswith("words:") for name in first + second)


def test_visible_text_has_no_markup_and_keeps_paragraphs():
    assert (
        visible_text("<p>Раз<br>два</p><style>p{}</style><ul><li>три &lt;четыре&gt;</ul>") == "Раз\nдва\nтри <четыре>"
    )
    assert visible_text("a\x00b\x1bc  d\u00a0e") == "abc d e"
    assert visible_text("AT&amp;T") == "AT&T"
