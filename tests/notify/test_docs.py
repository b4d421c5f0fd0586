"""The messages of docs/alerts.md are those that the program writes."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from support.messages import NOW, alert, delivery

from monitor.models import AlertRule, AlertSource, Severity, Snippet
from monitor.notify.labels import LABELS
from monitor.notify.markup import DISCORD, SLACK, TEAMS, TELEGRAM, Room, characters, fit, render

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
TEXT = "A year of practice shows that the treaty on security guarantees between Russia and Belarus gives Minsk a formal say."
WORDS = ("treaty", "security guarantees", "Russia", "Belarus")


@pytest.fixture(scope="module")
def documented():
    return alert(
        title="What the Russia-Belarus security guarantees treaty really binds",
        url="https://example.org/news/guarantee-treaty-analysis.html",
        source=AlertSource(id="e", name="Eastmark Institute", tags=("think-tank",)),
        published=NOW - timedelta(minutes=52),
        snippet=Snippet(text=TEXT, marks=tuple((TEXT.index(word), TEXT.index(word) + len(word)) for word in WORDS)),
        rules=(
            AlertRule(id="g", name="Treaty on security guarantees between Russia and Belarus", severity=Severity.HIGH),
            AlertRule(id="u", name="The Union State", severity=Severity.MEDIUM),
        ),
    )


@pytest.mark.parametrize("markup", [SLACK, DISCORD], ids=lambda markup: markup.name)
def test_source_blocks(documented, markup):
    said = fit(delivery(documented), NOW, LABELS["en"], lambda body: render(body, markup), Room(2000, characters))
    assert f"```\n{said}\n```" in DOCS


def test_quoted_ones_show_the_same_lines(documented):
    html = fit(delivery(documented), NOW, LABELS["en"], lambda body: render(body, TELEGRAM), Room(4096, characters))
    for line in html.splitlines()[:4]:
        shown = re.sub(r"</?b>", "**", re.sub(r"</?i>", "*", line))
        assert f"> {shown}\\" in DOCS
    card = fit(delivery(documented), NOW, LABELS["en"], lambda body: render(body, TEAMS), Room(1000, characters))
    assert "\n".join(f"> {line}".rstrip() for line in card.splitlines()) in DOCS


def test_mail_and_ntfy_as_they_arrive(documented, mail, at, origin, channel):
    channel(f"mailto://127.0.0.1:{mail.port}?from=a@x.test&to=b@x.test").send(delivery(documented), NOW)
    message = mail.letters[0].message
    assert f"Subject `{message['Subject']}`" in DOCS
    plain = message.get_body(("plain",)).get_content()
    assert "```\n" + "\n".join(line.strip() for line in plain.strip().splitlines()) + "\n```" in DOCS
    channel(f"ntfy://{at}/topic").send(delivery(documented), NOW)
    sent = json.loads(origin.hits[0].body)
    assert f"```\n{sent['title']}\n{sent['message']}\n```" in DOCS
