"""Acknowledge, snooze, mute and the dead letters, as a person runs them on the data of a real server."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess

import pytest
from support.flow import WATCH, source
from support.program import write_config

from monitor.cli import main
from monitor.errors import DeliveryError
from monitor.models import Article, Canary
from monitor.pipeline.deliver import Delivering
from monitor.wiring import Installation, Runtime, load_configuration, utc_now

TEXT = "Министры двух стран согласовали бюджет Союзного государства. " + " ".join(f"слово{n}" for n in range(60))


class Desk:
    """A channel that does as it is told."""

    def __init__(self):
        self.error = None
        self.sent = []

    def send(self, delivery, now):
        self.sent.append(delivery)
        if self.error:
            raise self.error


class Place:
    """An installation on the server of the tests, with one story in it."""

    def __init__(self, folder, url, prefix, *sources):
        (folder / "watch.yaml").write_text(WATCH, encoding="utf-8")
        config = write_config(folder, *sources, watch=folder / "watch.yaml", redis={"prefix": prefix}, channels=[{"id": "desk", "type": "console"}])  # fmt: skip
        self.environment = {"MONITOR_CONFIG": str(config), "REDIS_URL": url}
        self.runtime = Runtime(Installation(config, folder, redis_url=url), load_configuration(config, {}))
        self.runtime.wait(lambda _: None)
        self.desk = Desk()

    def read(self, name, outlet, text=TEXT):
        article = Article(id=name, source=outlet, url=f"https://x.test/{name}", title=f"Title {name}", text=text)
        self.runtime.alerting(lambda: None).consider(article, self.runtime.sources[outlet], backlog=False)

    def deliver(self, later=timedelta(0)):
        """What the channel is sent, at some later time."""
        self.desk.sent = []
        Delivering(
            "desk",
            self.desk,
            self.runtime.deliveries,
            policy=self.runtime.settings.channels[0],
            silences=self.runtime.silences.all,
            notify=self.runtime.alerts.notify,
            go_on=lambda: True,
            clock=lambda: datetime.now(UTC) + later,
            random=self.runtime._random,
        ).run()
        return [[message.id for message in delivery.messages] for delivery in self.desk.sent]

    def run(self, *arguments):
        """A command, in this process: a start takes a second."""
        output, errors = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(output), redirect_stderr(errors):
            patch.setattr(sys, "argv", ["monitor", *arguments])
            for name, value in self.environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        return CompletedProcess(arguments, ended.value.code, output.getvalue(), errors.getvalue())


@pytest.fixture
def place(folder, server, keys, origin):
    return Place(folder, server.url, keys.prefix, source(origin, name="one"), source(origin, name="two"))


def test_an_alert_is_shown_with_its_id_and_what_was_said_of_its_story(place):
    empty = place.run("alerts")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "No alerts yet" in empty.stderr
    place.read("a1", "one")
    place.read("a2", "two")
    shown = place.run("alerts").stdout
    assert "  a-a1\n" in shown
    assert "  u-a2\n" in shown
    acked, snoozed = place.run("alerts", "ack", "a-a1"), place.run("alerts", "snooze", "u-a2", "--for", "6h")
    assert (acked.stdout, snoozed.returncode) == ("Acknowledged: Title a1\n", 0)
    shown = place.run("alerts").stdout
    assert shown.count("acknowledged") == shown.count("snoozed until") == 2
    lines = [json.loads(line) for line in place.run("alerts", "--json").stdout.splitlines()]
    assert [(line["id"], line.get("kind")) for line in lines] == [("a-a1", None), ("u-a2", "reported")]


def test_canaries_alone_are_no_alerts(place):
    place.runtime.alerts.add_canary(Canary(id="c-1", sent=utc_now(), detected=utc_now()))
    assert "No alerts yet" in place.run("alerts").stderr
    place.read("a1", "one")
    assert "No alerts" not in place.run("alerts").stderr


def test_what_is_unknown_says_so(place):
    place.read("a1", "one")
    for arguments, said in [
        (("alerts", "--rule", "union-stat"), "watch.yaml has no rule 'union-stat', and no alert names it; did you mean 'union-state'?"),
        (("alerts", "ack", "a-none"), "no alert of the last 7 days has the id 'a-none'"),
        (("mute", "onne", "--for", "1h"), "neither a rule nor a source has the id 'onne'; did you mean 'one'?"),
        (("unmute", "one"), "'one' is not muted"),
        (("dead", "show", "1-1"), "there is no dead letter '1-1'"),
        (("dead", "show", "abc"), "there is no dead letter 'abc'"),
        (("dead", "show", "-"), "there is no dead letter '-'"),
        (("dead", "purge", f"{2**80}-0", "--yes"), "there is no dead letter"),
        (("dead", "replay", "1-1"), "there is no dead letter '1-1'"),
    ]:  # fmt: skip
        shown = place.run(*arguments)
        assert (shown.returncode, shown.stdout) == (1, ""), arguments
        assert shown.stderr.startswith(f"monitor: {said}"), arguments
    assert place.run("alerts", "--rule", "union-state").returncode == 0


@pytest.mark.parametrize(
    "arguments", [("mute",), ("mute", "one"), ("mute", "one", "--for", "soon"), ("dead", "replay"), ("dead", "purge", "1-1", "--channel", "desk")]
)  # fmt: skip
def test_wrong_usage_is_said(place, arguments):
    assert place.run(*arguments).returncode == 2


def test_updates_of_a_snoozed_story_wait_and_come_as_one_digest(place):
    place.read("a1", "one")
    assert place.deliver() == [["a-a1"]]
    place.run("alerts", "snooze", "a-a1", "--for", "2h")
    place.read("a2", "two")
    place.read("a1", "one", TEXT + " и новое")
    assert place.deliver() == []
    assert place.deliver(timedelta(hours=1)) == []
    ((first, second),) = place.deliver(timedelta(hours=3))
    assert (first, second.startswith("u-a1-")) == ("u-a2", True)
    assert place.deliver(timedelta(hours=4)) == []


@pytest.mark.parametrize("target", ["union-state", "one", "source:one"])
def test_what_a_mute_held_back_comes_as_one_digest_when_it_ends(place, target):
    muted = place.run("mute", target, "--for", "6h")
    assert muted.returncode == 0, muted.stderr
    assert "is muted until" in muted.stdout
    place.read("a1", "one")
    place.read("b1", "one", TEXT.replace("слово", "иное"))
    assert place.deliver() == []
    assert len(place.run("alerts").stdout.split("a-")) == 3, "the stream has them"
    (row,) = map(json.loads, place.run("mute", "--list", "--json").stdout.splitlines())
    assert (row["kind"], row["id"]) == ("rule" if target == "union-state" else "source", target.removeprefix("source:"))
    assert place.run("unmute", target).returncode == 0
    assert place.deliver() == [["a-a1", "a-b1"]]
    assert "Nothing is muted" in place.run("mute", "--list").stdout


def test_a_mute_that_is_prolonged_keeps_what_it_held_back(place):
    place.run("mute", "one", "--for", "1h")
    place.read("a1", "one")
    place.read("b1", "one", TEXT.replace("слово", "иное"))
    place.run("mute", "one", "--for", "3h")
    assert place.deliver(timedelta(hours=2)) == []
    assert place.deliver(timedelta(hours=4)) == [["a-a1", "a-b1"]]


def test_dead_letters_are_listed_shown_put_back_and_purged(place):
    place.read("a1", "one")
    place.read("b1", "one", TEXT.replace("слово", "иное"))
    place.desk.error = DeliveryError("HTTP 400 no such [room]", permanent=True)
    place.deliver()
    first, second = map(json.loads, place.run("dead", "list", "--json").stdout.splitlines())
    assert (first["channel"], first["key"], first["attempts"]) == ("desk", "a-a1:desk", 1)
    table = place.run("dead", "list", "--channel", "desk").stdout
    assert "Title a1" in table
    assert "HTTP 400 no such [room]" in table
    assert "Союзного государства" in place.run("dead", "show", first["id"]).stdout
    put_back = place.run("dead", "replay", first["id"])
    assert put_back.stdout.startswith("1 dead letter put back"), put_back.stderr
    place.desk.error = None
    assert place.deliver() == [["a-a1"]]
    assert (place.desk.sent[0].key, place.desk.sent[0].attempt) == ("a-a1:desk", 2)
    assert place.deliver() == []
    refused = place.run("dead", "purge", "--channel", "desk")
    assert (refused.returncode, refused.stderr) == (
        1,
        "monitor: this removes 1 dead letter for good: repeat it with --yes\n",
    )
    assert place.run("dead", "purge", "--channel", "desk", "--yes").stdout == "1 dead letter removed.\n"
    assert place.run("dead", "list").stdout == "No dead letters.\n"
    assert place.run("dead", "replay", second["id"]).returncode == 1


def test_a_dead_letter_that_fails_again_is_tried_again_and_put_back_where_it_was(place):
    place.read("a1", "one")
    place.desk.error = DeliveryError("HTTP 400", permanent=True)
    place.deliver()
    assert place.run("dead", "replay", "--channel", "desk").returncode == 0
    place.desk.error = DeliveryError("HTTP 503")
    place.deliver()
    place.deliver(timedelta(minutes=5))
    assert place.desk.sent[0].attempt == 3
    place.desk.error = DeliveryError("HTTP 422", permanent=True)
    place.deliver(timedelta(hours=1))
    (letter,) = place.runtime.dead.read()
    assert (letter.key, letter.attempts, letter.reason) == ("a-a1:desk", 4, "HTTP 422")


def test_a_letter_of_a_channel_that_left_the_settings_stays(place):
    place.read("a1", "one")
    place.runtime.client.xadd(
        place.runtime.keys("dead"), {"channel": "old", "key": "k", "attempts": 1, "reason": "r", "messages": "[]"}
    )
    shown = place.run("dead", "replay", "--channel", "old")
    assert (shown.returncode, "settings.yaml has no channel 'old'" in shown.stderr) == (1, True)
    assert len(list(place.runtime.dead.read())) == 1


def test_silences_are_forgotten_long_after_their_end(place):
    place.run("mute", "one", "--for", "1h")
    place.runtime.silences.prune(utc_now() + timedelta(days=1))
    assert place.runtime.client.hlen(place.runtime.keys("silences")) == 1
    place.runtime.silences.prune(utc_now() + timedelta(days=3))
    assert place.runtime.client.hlen(place.runtime.keys("silences")) == 0
