import json
import sys
from dataclasses import dataclass

import pytest
from support.mail import MailServer
from support.origin import Answer
from support.program import write_config

from monitor.cli import main
from monitor.models import Alert

SECRET = "a shared key of some length"
TOKEN = "123456789:AAE-token_of_a_bot_that_is_none"


@dataclass
class Shown:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def monitor(monkeypatch, capsys):
    """Run a command in this process, which saves starting one."""

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["monitor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Shown(ended.value.code or 0, printed.out, printed.err)

    return run


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def place(folder, origin):
    """Channels of every type; none of the commands here needs a server."""
    host = origin.url.removeprefix("http://")
    channels = [
        {"id": "terminal", "type": "console"},
        {"id": "desk", "type": "webhook", "url": f"{origin.url}/hook", "secret": SECRET, "allow_private": True},
        {"id": "phone", "type": "apprise", "url": f"json://{host}/sms", "allow_private": True, "language": "ru"},
        {"id": "outside", "type": "apprise", "url": f"json://{host}/outside"},
        {"id": "feed", "type": "atom", "path": "public/alerts.atom"},
    ]
    return {
        "MONITOR_CONFIG": str(write_config(folder, channels=channels)),
        "MONITOR_DATA": str(folder / "data"),
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }


def test_a_test_goes_out_marked_as_one_and_says_that_it_was_taken(monitor, place, origin, folder):
    origin.answers |= {"/hook": Answer(f"queued for {SECRET} [b]".encode(), 202), "/sms": Answer(b"")}
    for channel in ("terminal", "desk", "phone", "feed"):
        shown = monitor("notify", "test", channel, **place)
        assert (shown.returncode, shown.stderr) == (0, ""), channel
        assert f"{channel}: taken after " in shown.stdout
        came_back = {"desk": " s: HTTP 202 queued for *** [b]\n", "phone": " s: HTTP 200\n"}.get(channel, " s\n")
        assert shown.stdout.endswith(came_back)
    hook, sms = origin.hits
    (sent,) = json.loads(hook.body)["alerts"]
    assert Alert.model_validate(sent).rules[0].id == "test"
    assert hook.headers["Idempotency-Key"].startswith("test-")
    assert "ПРОВЕРКА" in json.loads(sms.body)["message"]
    assert "TEST" in (folder / "data" / "public" / "alerts.atom").read_text()


def test_what_a_mail_server_said_is_said(monitor, folder, mail):
    url = f"mailto://127.0.0.1:{mail.port}?from=vedette@example.org&to=desk@example.org"
    config = write_config(folder, channels=[{"id": "letters", "type": "apprise", "url": url, "allow_private": True}])
    mail.answer["data"] = "250 2.0.0 Ok: queued as 4F2"
    shown = monitor("notify", "test", "letters", MONITOR_CONFIG=str(config), MONITOR_DATA=str(folder / "data"))
    assert (shown.returncode, len(mail.letters)) == (0, 1), shown.stderr
    assert shown.stdout.endswith(" s: SMTP 250 2.0.0 Ok: queued as 4F2\n")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"who are you?", 401), "HTTP 401 who are you?"),
        (Answer(b"slowly", 429, {"Retry-After": "7"}), "would be tried again, not before 7 s"),
        (Answer(b"never", 413), "would not be tried again"),
    ],
)
def test_what_came_back_is_said_exactly_and_fails_the_command(monitor, place, origin, answer, said):
    origin.answers["/sms"] = answer
    shown = monitor("notify", "test", "phone", **place)
    assert shown.returncode == 1
    assert said in shown.stderr
    assert "after 0." in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_private_address_and_an_unknown_channel_are_said(monitor, place, origin):
    shown = monitor("notify", "test", "outside", **place)
    assert shown.returncode == 1
    assert "allow_private: true lifts this" in shown.stderr
    assert origin.hits == []
    unknown = monitor("notify", "test", "phon", **place)
    assert unknown.returncode == 1
    assert "did you mean 'phone'?" in unknown.stderr


def test_check_names_what_is_wrong_with_a_channel_and_prints_no_token(monitor, folder):
    config = write_config(folder)
    (config / "alert.j2").write_text("fine\n\n{{ titel }}\n")
    (config / "settings.yaml").write_text(f"""version: 1
channels:
  - {{id: a, type: apprise, url: 'tgram://{TOKEN}/1/2/'}}
  - {{id: b, type: apprise, url: 'nosuchservice://{TOKEN}'}}
  - id: c
    type: apprise
    url: tgram://{TOKEN}/1/
    template: |
      {{{{ title }}}}
      {{% if %}}
  - {{id: d, type: apprise, url: '${{PHONE}}', template: alert.j2}}
  - {{id: e, type: apprise, url: '${{PHONE}}', template: gone.j2}}
  - {{id: f, type: apprise, url: '${{PHONE}}', language: pl}}
""")
    shown = monitor("check", str(config), PHONE=f"tgram://{TOKEN}/1/")
    assert shown.returncode == 1
    assert "settings.yaml:13:55: unknown language 'pl'" in shown.stderr
    (config / "settings.yaml").write_text((config / "settings.yaml").read_text().replace(", language: pl", ""))
    shown = monitor("check", str(config), PHONE=f"tgram://{TOKEN}/1/")
    assert shown.returncode == 1
    for said in (
        "settings.yaml:3:33: this address names 2 receivers",
        "settings.yaml:4:33: this is no address",
        "settings.yaml:10:7: the template does not work: Expected an expression",
        "alert.j2:3:1: the template does not work: 'titel' is undefined",
        "settings.yaml:12:55: gone.j2 cannot be read: No such file or directory",
    ):
        assert said in shown.stderr, shown.stderr
    assert TOKEN not in shown.stderr + shown.stdout
    assert "AAE-token" not in shown.stderr + shown.stdout


def test_templates_of_a_folder_are_used_and_watched(monitor, folder, origin):
    host = origin.url.removeprefix("http://")
    channel = {"id": "phone", "type": "apprise", "url": f"json://{host}/sms", "allow_private": True}
    config = write_config(folder, channels=[channel | {"template": "alert.j2"}])
    (config / "alert.j2").write_text("{{ severity }} {{ title }}")
    origin.answers["/sms"] = Answer(b"ok")
    place = {"MONITOR_CONFIG": str(config), "MONITOR_DATA": str(folder / "data")}
    assert monitor("check", **place).returncode == 0
    assert monitor("notify", "test", "phone", **place).returncode == 0
    assert json.loads(origin.hits[0].body)["message"] == "low TEST: a headline that matched"
