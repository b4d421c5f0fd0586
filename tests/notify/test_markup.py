import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.messages import NOW, RULE, alert, delivery, notice, read_discord, read_slack, read_telegram, update

from monitor.models import AlertRule, AlertSource, Change, Severity, Snippet
from monitor.notify.body import compose
from monitor.notify.labels import LABELS
from monitor.notify.markup import (
    DISCORD,
    MAIL,
    MARKUPS,
    MATRIX,
    SLACK,
    TELEGRAM,
    TEXT,
    Room,
    characters,
    fit,
    octets,
    render,
)
from monitor.notify.words import clip, harmless, safe_link

EN = LABELS["en"]
ZWJ = "👩‍👩‍👧‍👦"
HOSTILE = [
    "@everyone @here <!channel> <!here> <@U123> <@!1> <@&1> <#C1> <users/all> @channel @all @room",
    "<b>bold</b> <a href='javascript:alert(1)'>x</a> & &amp; &lt; <script>alert(1)</script> <!-- ]]> <at>a@b.test</at>",
    "_*[`~|>#+-=.!{}()\\ **b** __u__ ~~s~~ ||spoiler|| `code` ```pre``` [x](http://evil.test) ![i](http://evil.test)",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "-# small",
    "a\r\nBcc: everybody@evil.test\r\n\r\nbody",
    "{{7*7}} {% for i in range(9) %} {0.__class__} %(x)s ${ENV} $HOME",
    "abc\u202edef\u2066ghi\u200f",
    "я" * 10_000,
    ZWJ * 2000,
    "a" + "\u0301" * 5000,
    "\ud83d lone \udc00",
    "evil.com/login www.evil t.me/x www.5.by EVIL.COM evil.рф a-b.co.uk xn--e1afmkfd.xn--p1ai 10.0.0.1/x evil。com",
    "https://evil.test javascript:alert(1) user:pass@evil.test",
    "\x00\x1b[2J\x07",
    "",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(alphabet=st.one_of(st.sampled_from("<>&@*_`~|[]()\\#-+.!1 \n{}%:/\"'"), st.characters()), max_size=300),
)
LINKS = st.sampled_from(
    [
        "https://x.test/a?b=c&d=e",
        "https://x.test/(a)_[b]*'\"<>|`",
        "https://пример.test/путь?q=знак",
        "https://x.test/" + "y" * 1500,
        "https://x.test/" + "y" * 8000,
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.test",
        "https://user:pass@x.test/",
        None,
    ]
)


@st.composite
def messages(draw):
    text = draw(TEXTS)
    ends = st.integers(0, max(1, len(text)))
    marks = tuple(sorted({(a, b) for a, b in draw(st.lists(st.tuples(ends, ends), max_size=3)) if a < b}))
    common = {
        "title": draw(TEXTS),
        "url": draw(LINKS),
        "source": AlertSource(id="s", name=draw(TEXTS), tags=(draw(TEXTS),)),
        "rules": (AlertRule(id="r", name=draw(TEXTS), severity=Severity.HIGH),),
    }
    kind = draw(st.sampled_from(["alert", "reported", "corrected", "notice"]))
    if kind == "alert":
        return alert(**common, snippet=Snippet(text=text, marks=marks))
    if kind == "notice":
        return notice(name=draw(TEXTS), reason=text)
    changes = (Change(field="title", before=text, after=draw(TEXTS)),)
    return update(kind, headline=text, changes=changes, snippet=Snippet(text=text, marks=marks), **common)


def written(message, markup, limit=4096, size=characters):
    return fit(delivery(message), NOW, EN, lambda body: render(body, markup), Room(limit, size))


READERS = [(TELEGRAM, read_telegram, 4096), (SLACK, read_slack, 35_000), (DISCORD, read_discord, 2000)]


@pytest.mark.parametrize(("markup", "read", "limit"), READERS, ids=lambda value: getattr(value, "name", ""))
@settings(deadline=None)
@given(message=messages(), plain=st.booleans())
def test_whatever_a_text_holds_the_service_takes_it_within_its_limit_with_the_link(markup, read, limit, message, plain):
    text = written(message, markup.plain if plain else markup, limit)
    assert 0 < characters(text) <= limit
    links, _ = read(text)
    link = safe_link(getattr(message, "url", None))
    assert links == ([link] if link else []), "the link is kept, and there is no other"
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f\ud800-\udfff]", text)
    assert "\n\n" not in text.replace("\r", "\n")


@settings(deadline=None)
@given(message=messages(), limit=st.integers(60, 400))
def test_a_short_message_keeps_a_link_that_fits(message, limit):
    text = written(message, TEXT, limit)
    link = safe_link(getattr(message, "url", None))
    assert characters(text) <= limit
    assert link in text or len(link) > limit


@settings(deadline=None)
@given(message=messages())
@example(message=alert(title="<script>alert(1)</script>", snippet=Snippet(text='" onload="x', marks=())))
def test_html_for_mail_and_matrix_has_only_our_tags(message):
    for markup in (MAIL, MATRIX):
        tags = set(re.findall(r"<(/?\w+)", written(message, markup, 100_000)))
        assert tags <= {"b", "/b", "i", "/i", "a", "/a", "br", "span", "/span", "html", "/html", "body", "/body"}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("markup", MARKUPS.values(), ids=lambda markup: markup.name)
def test_nobody_is_called_and_nothing_evaluated(markup, hostile):
    text = written(alert(title=hostile, snippet=Snippet(text=hostile)), markup, 30_000, octets)
    assert not re.search(r"@(everyone|here|channel|all|room)\b", text)
    assert not re.search(r"(?<!\\)<([!@#][\w!&]|users/)", text)
    assert "](http://evil" not in text
    assert "https://evil" not in text, "an address inside a text is no link"
    assert "49" not in text
    assert not re.search(r"^(Bcc|body)", text, re.MULTILINE)


NAME_OF_A_HOST = re.compile(r"[\w-][.。．｡][^\W\d_]|www\.\w|\d\.\d+\.\d+\.\d", re.IGNORECASE)


@pytest.mark.parametrize("markup", MARKUPS.values(), ids=lambda markup: markup.name)
@pytest.mark.parametrize("hostile", [text for text in HOSTILE if "evil" in text])
def test_a_bare_host_inside_a_text_is_no_link(markup, hostile):
    """Telegram, Slack and mail clients make links of names without a scheme; the link of the message stays one."""
    whole = alert(title=hostile, snippet=Snippet(text=hostile), url="https://x.test/a.b")
    said = html.unescape(written(whole, markup, 30_000))
    assert "https://x.test/a.b" in said
    bare = re.sub(r"<[^>]*>|\]\([^)]*\)", "", said.replace("https://x.test/a.b", "").replace("x.test/a.b", ""))
    assert not NAME_OF_A_HOST.search(bare), bare


@pytest.mark.parametrize("marks", [(0, 4), (0, 5), (5, 8), (3, 6), (4, 8)])
def test_a_host_is_broken_where_a_mark_ends_inside_it(marks):
    said = written(alert(title="x", snippet=Snippet(text="evil.com/login", marks=(marks,))), TELEGRAM)
    assert not re.search("evil.com", re.sub(r"<[^>]*>", "", said))


def test_figures_dates_and_sentences_stay_as_they_are():
    text = "На 3.14 % больше, 24.11.2026, в 10.30. Так решили вчера. v1.2.3"
    assert TEXT.escape(text) == text


def test_graphemes_are_never_cut_apart():
    assert clip(ZWJ * 10, 25) == ZWJ * 3 + "…"
    assert clip("e" + "\u0301" * 100, 50) == "…", "one letter under a hundred accents is left out whole"
    assert len(harmless("я" * 10_000)) == 500
    assert clip("short", 5) == "short"
    assert clip("🇺🇦🇧🇾🇱🇹", 5) == "🇺🇦🇧🇾…"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.test/a", "https://x.test/a"),
        ("HTTPS://X.test/a b", "https://x.test/a%20b"),
        ("https://аррӏе.test/", "https://xn--80ak6aa92e.test/"),
        ("https://x.test/путь?я=1#ю", "https://x.test/%D0%BF%D1%83%D1%82%D1%8C?%D1%8F=1#%D1%8E"),
        ("https://x.test/%D0%BF", "https://x.test/%D0%BF"),
        ('https://x.test/"><script>', "https://x.test/%22%3E%3Cscript%3E"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("https://user@x.test/", ""),
        ("https://x.test@evil.test/", ""),
        ("https://x.test/" + "a" * 8000, ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("vbscript:x", ""),
        ("blob:https://x.test/1", ""),
        ("//evil.test", ""),
        ("https://x.test:99999/", ""),
        ("https://" + "a" * 100 + ".test/", ""),
        ("https://x.test\\@evil.test/", ""),
        ("https://x.test/\u202egnp.exe", "https://x.test/gnp.exe"),
        (None, ""),
    ],
)
def test_links_that_may_be_followed_are_shown_as_they_are_looked_up(url, shown):
    assert safe_link(url) == shown


def test_an_alert_says_what_an_editor_wants():
    assert written(alert(), TELEGRAM).splitlines() == [
        "<b>HIGH</b> · Outlet (state) · 3 min ago",
        "<b>Союзное государство</b>",
        "Бюджет <b>Союзного государства</b> утверждён.",
        "<i>Union State bodies</i>",
        '<a href="https://x.test/1">x.test/1</a>',
    ]


def test_an_update_says_who_else_reports_and_a_correction_what_was_changed():
    assert written(update(), TEXT).splitlines() == [
        "also reported by Agency (state) · HIGH · 2 h ago",
        "Союзное государство",
        "Бюджет утвердили",
        "Union State bodies",
        "earlier by Outlet (exile)",
        "2 reports of this story",
        "https://y.test/2",
    ]
    change = Change(field="title", before="утверждён", after="отложен")
    said = written(update("corrected", changes=(change,), reports=1), SLACK)
    assert "*Agency (state): corrected*" in said
    assert "&gt; утверждён → отложен" in said
    assert "removed" in written(update("removed"), TEXT)


def test_an_update_of_rules_names_the_further_ones_alone():
    further = AlertRule(id="f", name="Joint command", severity=Severity.HIGH)
    said = written(update("rules", rules=(RULE, further), known=(RULE,)), TEXT)
    assert "Agency (state): further rules hold" in said
    assert "Joint command" in said
    assert "Union State bodies" not in said


def test_a_notice_says_what_is_wrong_and_since_when():
    assert written(notice(), TEXT).splitlines() == ["Outlet: no answer since 10:00", "since 2026-11-24 10:00 UTC"]
    assert "works again" in written(notice(recovered=True), TEXT)


def test_a_title_that_matched_by_itself_is_told_once():
    said = written(alert(snippet=Snippet(text="Союзное государство", marks=((0, 7),))), TEXT)
    assert said.count("государство") == 1
    assert "[Союзное] государство" in said


def test_a_long_sentence_is_cut_around_the_words_that_matched():
    words = "слово " * 200
    start = len(words)
    snippet = Snippet(text=f"{words}совпало {words}", marks=((start, start + 7),))
    said = written(alert(snippet=snippet), TEXT, 400)
    assert "[совпало]" in said
    assert len(said) <= 400


def test_signs_that_touch_a_letter_are_left_out_where_they_would_not_count():
    snippet = Snippet(text="предСоюзногопост и Союз", marks=((4, 12), (19, 23)))
    said = written(alert(snippet=snippet), DISCORD)
    assert "> предСоюзногопост и **Союз**" in said


def test_a_digest_is_gravest_first_and_says_what_it_leaves_out():
    many = [alert(n, title=f"Заголовок {n}", severity=Severity.LOW, url=f"https://x.test/{n}") for n in range(60)]
    many.insert(30, alert(99, title="Важное", severity=Severity.CRITICAL))
    said = fit(delivery(*many), NOW, EN, lambda body: render(body, TELEGRAM), Room(4096, characters))
    assert characters(said) <= 4096
    lines = said.splitlines()
    assert lines[0] == "<b>61 messages</b>"
    assert "Важное" in lines[1]
    shown = sum("Заголовок" in line for line in lines)
    assert lines[-1] == f"<i>and {60 - shown} more: monitor alerts</i>"
    assert shown > 10
    read_telegram(said)
    whole = fit(delivery(*many), NOW, EN, lambda body: render(body, SLACK), Room(35_000, characters))
    assert whole.count("Заголовок") == 60


def test_a_digest_of_a_first_check_says_so_and_holds_updates_and_notices_too():
    said = fit(
        delivery(*(alert(n, backlog=True) for n in range(2))), NOW, EN, lambda b: render(b, TEXT), Room(4096, len)
    )
    assert said.startswith("2 stories that match were already in the sources")
    mixed = fit(delivery(alert(), update(), notice()), NOW, EN, lambda b: render(b, TEXT), Room(4096, len))
    assert mixed.startswith("3 messages")
    assert "also reported by Agency (state)" in mixed
    assert "no answer since 10:00" in mixed


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 1, "1 report of this story"),
        ("en", 2, "2 reports of this story"),
        ("ru", 1, "1 сообщение об этом"),
        ("ru", 3, "3 сообщения об этом"),
        ("ru", 5, "5 сообщений об этом"),
        ("ru", 11, "11 сообщений об этом"),
        ("ru", 21, "21 сообщение об этом"),
        ("ru", 112, "112 сообщений об этом"),
        ("be", 4, "4 паведамленні пра гэта"),
        ("be", 25, "25 паведамленняў пра гэта"),
        ("uk", 22, "22 повідомлення про це"),
        ("uk", 14, "14 повідомлень про це"),
    ],
)
def test_numbers_have_the_plural_of_their_language(language, number, said):
    labels = LABELS[language]
    assert labels.number(labels.reports, number) == said


@pytest.mark.parametrize(("language", "head"), [("ru", "ВЫСОКАЯ"), ("be", "ВЫСОКАЯ"), ("uk", "ВИСОКА")])
def test_labels_are_in_the_language_of_the_channel(language, head):
    body = compose(alert(), NOW, LABELS[language])
    assert render(body, TEXT).startswith(f"{head} · Outlet (state) · 3 ")
    assert body.subject == f"{head}: Союзное государство"
