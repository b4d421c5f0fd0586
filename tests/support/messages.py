"""Alerts, updates and notices as they stand in the stream, and checkers of what services accept."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from monitor.models import Alert, AlertRule, AlertSource, Delivery, Notice, Severity, Snippet, Update

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RULE = AlertRule(id="r", name="Union State bodies", severity=Severity.HIGH)


def alert(number=1, **more):
    values = {
        "id": f"a-{number}",
        "story": f"s-{number}",
        "severity": Severity.HIGH,
        "rules": (RULE,),
        "title": "Союзное государство",
        "url": "https://x.test/1",
        "source": AlertSource(id="s", name="Outlet", tags=("state",)),
        "published": NOW - timedelta(minutes=3),
        "detected": NOW,
        "language": "ru",
        "snippet": Snippet(text="Бюджет Союзного государства утверждён.", marks=((7, 27),)),
        "matches": (),
    }
    return Alert(**values | more)


def update(kind="reported", **more):
    values = {
        "id": "u-1",
        "kind": kind,
        "story": "s-1",
        "alert": "a-1",
        "severity": Severity.HIGH,
        "rules": (RULE,),
        "headline": "Союзное государство",
        "title": "Бюджет утвердили",
        "url": "https://y.test/2",
        "source": AlertSource(id="t", name="Agency", tags=("state",)),
        "published": NOW - timedelta(hours=2),
        "detected": NOW,
        "language": "ru",
        "reports": 2,
        "earlier": (AlertSource(id="s", name="Outlet", tags=("exile",)),),
    }
    return Update(**values | more)


def notice(**more):
    values = {
        "id": "n-1",
        "subject": "source:s",
        "name": "Outlet",
        "recovered": False,
        "reason": "no answer since 10:00",
        "since": NOW - timedelta(hours=2),
        "detected": NOW,
    }
    return Notice(**values | more)


def delivery(*messages, attempt=1):
    return Delivery("a-1:here", "here", messages or (alert(),), attempt)


class _Telegram(HTMLParser):
    """What Bot API 9 parses as HTML, as far as messages here may use it."""

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.open, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        assert tag in {"a", "b", "i"}, f"<{tag}> is not allowed"
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.links += [value for _, value in attrs]
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        raise AssertionError(f"<{tag}/> is not allowed")

    def handle_data(self, data):
        assert not set("<>&") & set(data), data
        self.text.append(data)

    def handle_entityref(self, name):
        assert name in {"lt", "gt", "amp", "quot"}, name
        self.text.append({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}[name])

    def handle_charref(self, name):
        self.text.append(chr(int(name[1:], 16)))

    def handle_comment(self, data):
        raise AssertionError("a comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def read_telegram(text):
    """(links, text) of a message that Telegram would parse; AssertionError for one that it refuses."""
    parser = _Telegram()
    parser.feed(text)
    parser.close()
    assert not parser.open, f"not closed: {parser.open}"
    return parser.links, "".join(parser.text)


def read_slack(text):
    """(links, the rest) of mrkdwn in which < > & stand for markup alone, and no mention is."""
    links = re.findall(r"<(https?://[^<>|]*)>", text)
    rest = re.sub(r"<https?://[^<>|]*>", "", text)
    assert not set("<>") & set(rest), rest
    assert not re.search(r"&(?!(amp|lt|gt);)", text)
    assert not re.search(r"@(everyone|here|channel|U\w+)", rest)
    return [link.replace("&amp;", "&") for link in links], rest


def read_discord(text):
    """(links, the rest) of Discord's Markdown in which every sign of it is ours or has a backslash."""
    links = re.findall(r"<(https?://[^<> ]*)>", text)
    rest = re.sub(r"<https?://[^<> ]*>", "", text)
    bare = re.sub(r"\\[^A-Za-z0-9\s]", "x", rest)
    assert not re.search(r"@(everyone|here)", rest), rest
    assert not set("`_~|[]<") & set(bare), bare
    for line in bare.splitlines():
        # Ours alone: bold, italics and the quotation.
        assert line.replace("**", "").count("*") in {0, 2}, line
        assert line.count("**") % 2 == 0, line
        assert not re.match(r"(> )?(#|-|\+|>|\d+[.)] )", line.removeprefix("> ")), line
    return links, rest
