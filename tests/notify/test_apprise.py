import json
import logging
import re
import smtplib
import socket
import threading
import time

import pytest
import requests.sessions
from apprise.plugins import discord, slack, telegram, workflows
from support.messages import NOW, alert, delivery, read_discord, read_slack, read_telegram, update
from support.origin import Answer
from support.raw import RawServer

from monitor.errors import DeliveryError
from monitor.models import Snippet
from monitor.notify.check import url_complaint
from monitor.notify.markup import characters

TOKEN = "123456789:AAE-token_of_a_bot_that_is_none"
TELEGRAM = f"tgram://{TOKEN}/4711/"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
DISCORD = "discord://4711008150815/token-of-a-webhook-that-is-none"


@pytest.fixture
def here(at, origin, monkeypatch):
    """The services with fixed hosts, on loopback: nothing but the address of each plugin is changed."""
    monkeypatch.setattr(telegram.NotifyTelegram, "notify_url", f"{origin.url}/bot")
    monkeypatch.setattr(slack.NotifySlack, "webhook_url", origin.url)
    monkeypatch.setattr(discord.NotifyDiscord, "notify_url", origin.url)
    return origin


def refused(channel, *messages):
    with pytest.raises(DeliveryError) as caught:
        channel.send(delivery(*messages), NOW)
    return caught.value


def test_telegram_gets_html_that_it_parses_and_no_preview(here, channel):
    channel(TELEGRAM).send(delivery(), NOW)
    (hit,) = here.hits
    assert hit.path == f"/bot{TOKEN}/sendMessage"
    sent = json.loads(hit.body)
    assert (sent["parse_mode"], sent["chat_id"], sent["disable_web_page_preview"]) == ("HTML", 4711, True)
    links, text = read_telegram(sent["text"])
    assert links == ["https://x.test/1"]
    assert text.splitlines()[:2] == ["HIGH · Outlet (state) · 3 min ago", "Союзное государство"]
    assert "<b>Союзного государства</b>" in sent["text"]


def test_slack_gets_mrkdwn_with_its_three_entities(here, channel):
    here.answers.answer = Answer(b"ok")
    channel(SLACK).send(delivery(alert(title="a < b & <!channel>")), NOW)
    (attachment,) = json.loads(here.hits[0].body)["attachments"]
    links, rest = read_slack(attachment["text"])
    assert links == ["https://x.test/1"]
    assert "*a &lt; b &amp; &lt;!channel&gt;*" in rest
    assert "&gt; Бюджет *Союзного государства* утверждён." in rest
    assert not attachment["title"]


def test_discord_gets_markdown_without_embeds_and_pings(here, channel):
    here.answers.answer = Answer(b"", 204)
    for query in ("", "?format=markdown"):
        channel(DISCORD + query).send(delivery(alert(title="@everyone <@42> **x**")), NOW)
    plain, embedded = (json.loads(hit.body) for hit in here.hits)
    links, rest = read_discord(plain["content"])
    assert links == ["https://x.test/1"]
    assert "\\*\\*x\\*\\*" in rest
    assert "embeds" not in plain
    assert "everyone" not in str(embedded.get("allow_mentions"))


def test_matrix_repeats_a_message_under_the_same_transaction(here, at, channel):
    for _ in range(2):
        channel(f"matrix://:token-of-matrix@{at}/!room:x.test").send(delivery(), NOW)
    first, second = (hit for hit in here.hits if hit.method == "PUT")
    assert first.path == second.path
    sent = json.loads(first.body)
    assert sent["formatted_body"].startswith("<b>HIGH</b> · Outlet (state)")
    assert "https://x.test/1" in sent["body"], "the plain form keeps the link"


@pytest.mark.parametrize(
    ("url", "field"),
    [
        ("ntfy://{}/newsroom", "message"),
        ("mmost://{}/3ccdd113474722377935511fc85d3dd4", "text"),
        ("json://{}/path", "message"),
        ("gotify://{}/token-of-gotify", "message"),
    ],
)
def test_services_with_hosts_of_their_own(here, at, channel, url, field):
    channel(url.format(at)).send(delivery(), NOW)
    sent = json.loads(here.hits[-1].body)
    assert "https://x.test/1" in sent[field]
    assert "Союзного государства" in re.sub(r"[*\[\]]", "", sent[field])
    told = sent[field] + sent.get("title", "")
    assert told.count("Союзное государство") == 1, "the headline is told once, in the title or in the text"


def test_ntfy_stays_a_message_however_long_the_texts_are(here, at, channel):
    many = [alert(n, title="Длинный заголовок " * 20) for n in range(50)]
    channel(f"ntfy://{at}/newsroom").send(delivery(*many), NOW)
    (hit,) = here.hits
    sent = json.loads(hit.body)
    assert len(sent["message"].encode()) <= 4096, "longer ones become a file that nobody opens"
    assert "more: monitor alerts" in sent["message"]


def test_a_service_that_is_not_in_the_table_gets_plain_text_that_apprise_escapes(here, at, channel):
    channel(f"xml://{at}/hook").send(delivery(alert(title="<b>&</b> @all")), NOW)
    found = here.hits[0].body.decode()
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in found.replace("\u200b", "")
    assert "@all" not in found


def test_a_key_goes_where_the_protocol_has_room_for_it(here, at, mail, channel):
    channel(f"json://{at}/path").send(delivery(attempt=3), NOW)
    assert here.hits[0].headers["Idempotency-Key"] == "a-1:here"
    assert here.hits[0].headers["X-Monitor-Attempt"] == "3"
    for _ in range(2):
        channel(f"mailto://127.0.0.1:{mail.port}?from=a@x.test&to=b@x.test").send(delivery(), NOW)
    first, second = mail.letters
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert len(first.message.get_all("Message-ID")) == 1


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer(b'{"error": "no such path"}', 404), (False, None, 'HTTP 404 {"error": "no such path"}')),
        (Answer(b"who?", 401), (False, None, "HTTP 401 who?")),
        (Answer(b"slow", 429, {"Retry-After": "7"}), (False, 7, "HTTP 429 slow")),
        (Answer(b'{"parameters": {"retry_after": 9}}', 429), (False, 9, "HTTP 429")),
        (Answer(b'{"retry_after": 1.5}', 429, {"Retry-After": "1"}), (False, 1.5, "HTTP 429")),
        (Answer(b'{"retry_after_ms": 2500}', 429), (False, 2.5, "HTTP 429")),
        (Answer(b"", 503, {"Retry-After": "30"}), (False, 30, "HTTP 503")),
        (Answer(b"too large", 413), (True, None, "HTTP 413 too large")),
        (Answer(b"bad", 400), (True, None, "HTTP 400 bad")),
        (Answer(b"", 302, {"Location": "/other"}), (False, None, "HTTP 302")),
    ],
)
def test_what_came_back_is_said_and_whether_to_try_again(at, origin, channel, answer, wanted):
    permanent, wait, said = wanted
    origin.answers.answer = answer
    error = refused(channel(f"json://{at}/hook"))
    assert (error.permanent, error.retry_after) == (permanent, wait)
    assert str(error).startswith(said)
    assert origin.count("/other") == 0, "redirects are not followed"


@pytest.mark.parametrize("url", [TELEGRAM, SLACK, DISCORD, "matrix://:token-of-matrix@{}/!room:x.test"])
def test_a_pause_that_is_asked_for_is_neither_slept_nor_tried_over(here, at, channel, url):
    here.answers.answer = Answer(b'{"parameters": {"retry_after": 7}}', 429, {"Retry-After": "7"})
    start = time.monotonic()
    assert refused(channel(url.format(at))).retry_after == 7
    assert time.monotonic() - start < 5
    assert len(here.hits) == 1


def test_slack_that_answers_200_and_no_is_a_refusal(here, channel):
    here.answers.answer = Answer(b"no_service")
    assert "HTTP 200 no_service" in str(refused(channel(SLACK)))


def test_markup_that_is_refused_is_sent_once_more_as_plain_text(here, channel, faults):
    def answer(hit):
        text = json.loads(hit.body)["text"]
        return Answer(b'{"description": "can\'t parse entities"}', 400) if "<b>" in text else Answer(b'{"ok": true}')

    here.answers.answer = answer
    channel(TELEGRAM).send(delivery(), NOW)
    first, second = (json.loads(hit.body)["text"] for hit in here.hits)
    assert "<b>" in first
    links, text = read_telegram(second)
    assert links == ["https://x.test/1"]
    assert "Союзного государства" in text
    assert "refused the markup" in faults[0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a plugin that leaves a socket open
def test_a_private_address_is_refused_before_any_connection(channel):
    seen = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.5)
        port = listener.getsockname()[1]
        for url in (
            f"json://127.0.0.1:{port}/",
            f"json://localhost:{port}/",
            f"json://127.1:{port}/",
            f"json://[::1]:{port}/",
            f"ntfy://127.0.0.1:{port}/x",
            f"mailto://127.0.0.1:{port}?from=a@x.test&to=b@x.test",
            f"mailtos://localhost:{port}?from=a@x.test&to=b@x.test",
            f"mqtt://127.0.0.1:{port}/topic",
            f"rsyslog://127.0.0.1:{port}",
            f"growl://127.0.0.1:{port}",
        ):
            if url_complaint(url):
                continue  # a library that it needs is not installed
            error = refused(channel(url, allow_private=False))
            assert "allow_private" in str(error), url
            seen.append(url)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert len(seen) >= 7


def test_a_name_that_resolves_to_a_private_address_among_public_ones_is_refused(channel, monkeypatch, origin):
    port = int(origin.url.rpartition(":")[2])
    real = socket.getaddrinfo

    def resolve(host, *more, **options):
        if host == "mixed.test":
            return [
                *real("192.0.66.1", port, type=socket.SOCK_STREAM),
                *real("127.0.0.1", port, type=socket.SOCK_STREAM),
            ]
        return real(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert "allow_private" in str(refused(channel(f"json://mixed.test:{port}/", allow_private=False)))
    assert origin.hits == []


def test_other_threads_go_on_as_ever_while_a_message_is_sent(here, at, channel):
    """The thread that keeps the sender's lease talks to Redis, which is private."""
    ready, go, done = threading.Event(), threading.Event(), []

    def other():
        ready.set()
        go.wait(5)
        with socket.create_connection(("127.0.0.1", int(at.rpartition(":")[2])), timeout=2):
            done.append(True)

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(5)

    def answer(hit):
        go.set()
        thread.join(5)
        return Answer(b"ok")

    here.answers.answer = answer
    channel(f"json://{at}/path").send(delivery(), NOW)
    assert done == [True]


def test_the_guard_leaves_nothing_behind(here, at, channel):
    names = lambda: (  # noqa: E731
        socket.getaddrinfo,
        socket.socket.connect,
        socket.socket.sendto,
        requests.sessions.Session,
        smtplib.SMTP.getreply,
        smtplib.SMTP.sendmail,
        logging.getLogger("apprise").handlers,
    )
    before = names()
    channel(f"json://{at}/path").send(delivery(), NOW)
    refused(channel(f"json://{at}/path", allow_private=False))
    assert names() == before
    assert "connect" not in vars(socket.socket)


def test_a_receiver_that_drips_or_is_silent_ends_at_the_deadline(channel):
    """One byte a tenth of a second resets every timeout of a socket; the deadline is for the whole message."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        stop = threading.Event()

        def drip():
            with listener.accept()[0] as client:
                client.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not stop.wait(0.1):
                    try:
                        client.sendall(b"y")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        start = time.monotonic()
        error = refused(channel(f"json://127.0.0.1:{listener.getsockname()[1]}/", deadline=1.0))
        took = time.monotonic() - start
        stop.set()
        thread.join()
    assert "within 1 s" in str(error)
    assert took < 4


def test_an_endless_answer_is_cut_and_is_an_answer_all_the_same(here, at, channel):
    here.answers.answer = Answer(b"x" * 2_000_000)
    start = time.monotonic()
    channel(f"json://{at}/path").send(delivery(alert()), NOW)
    here.answers.answer = Answer(b"x" * 2_000_000, 500)
    refused(channel(f"json://{at}/path"))
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("body", [b"Content-Length: 9\r\n\r\nok", b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"])
def test_a_good_status_whose_body_breaks_is_not_sent_again(channel, body):
    with RawServer(b"HTTP/1.1 200 OK\r\n" + body) as server:
        channel(f"json://127.0.0.1:{server.port}/").send(delivery(alert()), NOW)
    with RawServer(b"HTTP/1.1 500 No\r\n" + body) as server:
        refused(channel(f"json://127.0.0.1:{server.port}/"), alert())


@pytest.mark.parametrize(
    "url",
    [
        TELEGRAM,
        SLACK,
        DISCORD,
        "json://user:secret-password@{}/secret-path?+X-Token=secret-header",
        "ntfy://secret-user:secret-password@{}/secret-topic",
        "matrix://:token-of-matrix@{}/!room:x.test",
    ],
)
def test_secrets_are_in_no_error_and_no_log(here, channel, url, caplog, capfd):
    """The receiver gives back all that it was sent, as some do in the text of their errors."""
    url = url.format(here.url.removeprefix("http://"))
    caplog.set_level(logging.DEBUG)
    for status in (400, 403, 500):
        here.answers.answer = lambda hit, status=status: Answer(f"no {hit.path} {hit.headers}".encode(), status)
        said = str(refused(channel(url)))
        assert said.startswith(f"HTTP {status} no")
        printed = capfd.readouterr()
        for text in (said, caplog.text, printed.out, printed.err):
            for secret in (TOKEN, "TIiajkdnlazkcOXrIdevi7FQ", "token-of", "secret-", "A1BRTD4JD"):
                assert secret not in text


def test_a_closed_port_is_an_error_in_words(channel):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    assert str(refused(channel(f"json://127.0.0.1:{port}/secret-path"))) == "Connection refused"
    assert "Connection refused" in str(refused(channel(f"mailto://127.0.0.1:{port}?from=a@x.test&to=b@x.test")))


def test_mail_has_one_set_of_headers_and_both_forms(mail, channel):
    url = f"mailto://127.0.0.1:{mail.port}?from=vedette@x.test&to=desk@x.test&cc=deputy@x.test"
    hostile = "Срочно 🔥\r\nBcc: everybody@evil.test\r\nSubject: other\r\n\r\n<script>alert(1)</script>"
    outlet = alert().source.model_copy(update={"name": "Out\r\nTo: evil@evil.test"})
    channel(url, language="ru").send(delivery(alert(title=hostile, source=outlet)), NOW)
    (letter,) = mail.letters
    assert letter.sender == "vedette@x.test"
    assert set(letter.receivers) == {"desk@x.test", "deputy@x.test"}
    message = letter.message
    for name in ("From", "To", "Cc", "Subject", "Date", "Message-ID", "Content-Type", "MIME-Version"):
        assert len(message.get_all(name)) == 1, name
    assert "Bcc" not in message
    assert message["Subject"].startswith("ВЫСОКАЯ: Срочно 🔥")
    assert message.get_content_type() == "multipart/alternative"
    plain = message.get_body(("plain",)).get_content()
    rich = message.get_body(("html",)).get_content()
    assert "https://x.test/1" in plain
    assert 'href="https://x.test/1"' in rich
    assert "<script>" not in rich
    assert "Союзного государства" in plain


@pytest.mark.parametrize(
    ("answer", "permanent", "said"),
    [
        ({"data": "554 5.7.1 content refused"}, True, "SMTP 554 5.7.1 content refused"),
        ({"data": "451 try later"}, False, "SMTP 451 try later"),
        ({"rcpt": "550 no such person"}, False, "SMTP 550 no such person"),
    ],
)
def test_what_a_mail_server_says_is_said(mail, channel, answer, permanent, said):
    mail.answer |= answer
    error = refused(channel(f"mailto://127.0.0.1:{mail.port}?from=a@x.test&to=b@x.test"))
    assert (str(error), error.permanent) == (said, permanent)


def test_updates_and_digests_go_out_too(here, channel):
    channel(TELEGRAM, language="uk").send(delivery(update()), NOW)
    channel(TELEGRAM, language="uk").send(delivery(alert(1), alert(2)), NOW)
    first, second = (json.loads(hit.body)["text"] for hit in here.hits)
    assert "про це повідомляє і Agency (state)" in first
    assert second.startswith("<b>2 повідомлення</b>")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no address that Apprise can use|no such service"),
        ("nosuchservice://x/y", "no such service|can use"),
        ("tgram://nonsense/", "can use"),
        (f"tgram://{TOKEN}/1/2/", "2 receivers"),
        ("mailto://127.0.0.1?from=a@x.test&to=b@x.test,c@x.test", "2 receivers"),
        ("mailto://127.0.0.1?from=a@x.test&to=b@x.test&cc=c@x.test", ""),
        (TELEGRAM, ""),
        (SLACK.replace("slack://", "https://hooks.slack.com/services/"), ""),
        ("https://discord.com/api/webhooks/4711008150815/token-of-a-webhook-that-is-none", ""),
    ],
)
def test_an_address_is_judged_without_a_network(url, said):
    found = url_complaint(url)
    assert re.search(said, found) if said else found == ""
    assert TOKEN not in found


def test_parameters_that_would_take_the_senders_work_are_ignored(here, at, channel):
    here.answers.answer = Answer(b"", 500)
    refused(channel(f"json://{at}/path?retry=5&wait=3&optional=yes&overflow=split"))
    assert len(here.hits) == 1


def test_hostile_text_reaches_a_service_as_text(here, channel):
    hostile = "{{7*7}} {0.__class__} %(x)s ${HOME} \\n \\u0041 :smile: </b><a href='javascript:alert(1)'>x</a>"
    channel(TELEGRAM).send(delivery(alert(title=hostile, snippet=Snippet(text=hostile))), NOW)
    links, text = read_telegram(json.loads(here.hits[0].body)["text"])
    assert links == ["https://x.test/1"]
    assert "{{7*7}} {0.__class__} %(x)s ${HOME} \\n \\u0041 :smile: </b>" in text


def test_a_card_of_teams_calls_nobody(channel, monkeypatch):
    """Its host is always asked by https, so what is sent is taken where the plugin hands it to requests."""
    sent = []
    monkeypatch.setattr(
        workflows.NotifyWorkflows, "gen_payload", recording(workflows.NotifyWorkflows.gen_payload, sent)
    )
    hostile = "<at>boss@x.test</at> **x** [a](http://evil.test)"
    with pytest.raises(DeliveryError):
        channel("workflows://127.0.0.1:1/workflow/signature-of-a-flow").send(delivery(alert(title=hostile)), NOW)
    (card,) = (attachment["content"] for attachment in sent[0]["attachments"])
    assert "entities" not in card["msteams"]
    text = card["body"][-1]["text"]
    assert characters(text) <= 1000
    assert "\\*\\*x\\*\\* \\[a\\]" in text
    assert "(https://x.test/1)" in text


def recording(real, sent):
    def gen_payload(*arguments, **options):
        sent.append(real(*arguments, **options))
        return sent[-1]

    return gen_payload
