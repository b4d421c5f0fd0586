import hashlib
import hmac
import io
import json
from datetime import timedelta
from urllib.parse import unquote

import pytest
from support.messages import NOW, alert, notice, update
from support.origin import Answer
from support.raw import RawServer

from monitor.config.channels import WebhookChannel
from monitor.errors import DeliveryError
from monitor.fetch.client import Bounds
from monitor.models import Alert, Delivery, Notice, Severity, Update
from monitor.notify.console import ConsoleChannel
from monitor.notify.labels import LABELS
from monitor.notify.masking import LONGEST, Mask
from monitor.notify.words import harmless, safe_link, span
from monitor.senders import Surroundings, make_channel

SECRET = "a shared key of some length"


def printed(*alerts, language="en"):
    stream = io.StringIO()
    ConsoleChannel(stream, language=language).send(Delivery("k", "terminal", alerts), NOW)
    return stream.getvalue()


def test_an_alert_on_the_console_says_what_an_editor_wants():
    lines = [line.strip() for line in printed(alert()).splitlines()]
    assert lines == [
        "HIGH   Outlet (state)  3 min ago",
        "Союзное государство",
        "Бюджет [Союзного государства] утверждён.",
        "Union State bodies",
        "https://x.test/1",
        "",
    ]


def test_the_console_speaks_the_language_of_its_channel():
    assert printed(alert(), language="ru").startswith(" ВЫСОКАЯ   Outlet (state)  3 мин назад\n")
    digest = printed(alert(1), alert(2), language="uk").splitlines()
    assert digest[:2] == ["2 повідомлення:", "   ВИСОКА  Союзное государство  Outlet, 3 хв тому"]


def test_a_digest_is_one_message_with_the_gravest_first():
    said = printed(alert(1, title="Раз"), alert(2, title="Два", severity=Severity.CRITICAL))
    assert said.startswith("2 messages:")
    assert said.index("Два") < said.index("Раз")


def test_a_digest_shows_every_message_in_it():
    """Whatever waited: alerts, updates and notices."""
    values = alert(2).model_dump(
        include={"story", "severity", "rules", "url", "source", "published", "detected", "language"}
    )
    told = Update(id="u", kind="reported", alert="a-2", headline="Заголовок", title="Пересказ", **values)
    trouble = Notice(
        id="n", subject="source:s", name="Source s", recovered=False, reason="HTTP 403", since=NOW, detected=NOW
    )
    said = printed(alert(1, title="Раз"), told, trouble)
    assert said.startswith("3 messages:")
    assert all(
        words in said
        for words in ("Раз", "also reported by Outlet (state)", "Заголовок", "Пересказ", "Source s: HTTP 403")
    )


def test_hostile_text_moves_no_cursor_and_turns_no_direction():
    said = printed(alert(title="a\x1b[2Jb\r\nc\u202ed[red]e", url="javascript:alert(1)"))
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "[red]e" in said, "markup of the terminal library is only text"
    assert "javascript" not in said


def test_a_very_long_title_is_cut():
    assert len(harmless("x" * 10_000)) == 500
    assert max(map(len, printed(alert(title="я" * 10_000)).splitlines())) < 600


def test_ages_and_lengths_of_time():
    assert [span(seconds) for seconds in (0, 59, 60, 3600, 90_000)] == ["0 s", "59 s", "1 min", "1 h", "1 d"]
    assert LABELS["en"].age(None, NOW) == "undated"
    assert LABELS["en"].age(NOW + timedelta(minutes=1), NOW) == "just now"
    assert safe_link(None) == safe_link("ftp://x") == ""


@pytest.fixture
def webhook(origin, folder):

    def make(path="/hook", allow_private=True, base=origin.url):
        settings = WebhookChannel(
            id="desk", type="webhook", url=base + path, secret=SECRET, allow_private=allow_private
        )
        return make_channel(settings, Surroundings("Test/1", Bounds(deadline=1), folder, print))

    return make


def test_a_webhook_is_signed_over_time_and_body(webhook, origin):
    origin.answers["/hook"] = Answer(b"ok", 202)
    webhook().send(Delivery("a-1:desk", "desk", (alert(),), attempt=2), NOW)
    (hit,) = origin.hits
    stamp = hit.headers["X-Monitor-Timestamp"]
    expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + hit.body, hashlib.sha256).hexdigest()
    assert hit.headers["X-Monitor-Signature"] == f"sha256={expected}"
    assert (hit.headers["Idempotency-Key"], hit.headers["X-Monitor-Attempt"]) == ("a-1:desk", "2")
    assert Alert.model_validate(json.loads(hit.body)["alerts"][0]) == alert()


@pytest.mark.parametrize(
    ("answer", "permanent", "wait"),
    [
        (Answer(b"no", 400), True, None),
        (Answer(b"who?", 401), False, None),
        (Answer(b"", 429, {"Retry-After": "7"}), False, 7),
        (Answer(b"", 500), False, None),
        (Answer(b"", 302, {"Location": "/other"}), False, None),
        (Answer(b"", delay=2), False, None),
    ],
)
def test_a_refusal_says_whether_and_when_to_try_again(webhook, origin, answer, permanent, wait):
    origin.answers["/hook"] = answer
    with pytest.raises(DeliveryError) as caught:
        webhook().send(Delivery("k", "desk", (alert(),)), NOW)
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, wait)
    assert origin.count("/other") == 0
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("body", [b"Content-Length: 9\r\n\r\nok", b"Content-Encoding: gzip\r\n\r\nno gzip"])
def test_a_good_status_whose_body_breaks_is_not_sent_again(webhook, body):
    with RawServer(b"HTTP/1.1 200 OK\r\n" + body) as server:
        webhook(base=server.url).send(Delivery("k", "desk", (alert(),)), NOW)
        assert len(server.requests) == 1


def test_a_webhook_on_a_private_address_needs_leave(webhook, origin):
    with pytest.raises(DeliveryError, match="not on the public internet|not allowed"):
        webhook(allow_private=False).send(Delivery("k", "desk", (alert(),)), NOW)
    assert origin.hits == []


@pytest.mark.parametrize(
    "url",
    [
        "tgram://123456789:AAE-token/4711/",
        "mailtos://user%40x.test:pa[ss%2Fword@smtp.x.test:465/?from=a@x.test&to=desk@x.test",
        "https://hooks.x.test/services/T1JJ3T3L2/A1BRTD4JD?sig=a-signature%3D",
        "discord://4711008150815/token-of-it",
    ],
)
def test_no_part_of_an_address_that_may_be_secret_is_said(url):
    mask = Mask(url, "a shared key")
    said = mask(f"{url} {unquote(url)} {url[:-3]} a shared key at smtp.x.test hooks.x.test: Connection refused" * 3)
    for secret in (
        "AAE-token",
        "123456789",
        "pa[ss",
        "word",
        "T1JJ3T3L2",
        "A1BRTD4JD",
        "a-signature",
        "token-of-it",
        "shared",
    ):
        assert secret not in said
    assert "Connection refused" in said
    assert "smtp.x.test" in said


def test_a_secret_that_is_cut_at_the_end_of_an_answer_is_not_said():
    secret = "a-long-secret-of-a-channel"
    for cut in range(1, len(secret)):
        whole = (secret * 400)[: LONGEST - cut] + secret[:cut]
        assert len(whole) == LONGEST
        assert "a-long-s" not in Mask(f"json://x.test/{secret}")(whole)


def test_a_webhook_that_repeats_what_it_was_sent_is_quoted_without_secrets(webhook, origin):
    origin.answers["/hook-of-the-desk"] = lambda hit: Answer(f"no {hit.path} with {SECRET}".encode(), 403)
    with pytest.raises(DeliveryError, match=r"HTTP 403 no /\*\*\* with \*\*\*"):
        webhook("/hook-of-the-desk").send(Delivery("k", "desk", (alert(),)), NOW)


def test_an_update_and_a_notice_on_the_console_say_what_every_channel_says():
    assert [line.strip() for line in printed(update()).splitlines()] == [
        "also reported by Agency (state) · HIGH · 2 h ago",
        "Союзное государство",
        "Бюджет утвердили",
        "Union State bodies",
        "earlier by Outlet (exile)",
        "2 reports of this story",
        "https://y.test/2",
        "",
    ]
    assert printed(notice(recovered=True)).strip().startswith("Outlet: works again")
