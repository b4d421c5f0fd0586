"""When the operator is told that nothing comes through, and what."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from support.flow import WATCH

from monitor import watchdog
from monitor.canary import Trip, overdue
from monitor.errors import DeliveryError, StoreUnavailable
from monitor.reload import CurrentRuntime
from monitor.watchdog import Alarm, watch_canaries
from monitor.wiring import Installation, load_configuration

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=10)


def at(minutes):
    return START + timedelta(minutes=minutes)


class Phone:
    def __init__(self):
        self.broken, self.keys, self.notices = False, [], []

    def send(self, delivery, now):
        if self.broken:
            raise DeliveryError("no network")
        self.keys.append(delivery.key)
        self.notices += delivery.notices


@pytest.fixture
def phone():
    return Phone()


@pytest.fixture
def look(tmp_path, phone):
    alarm = Alarm(tmp_path / "mark", START)

    def run(minutes, trip):
        return alarm.look(trip if callable(trip) else lambda: trip, {"phone": phone}, PATIENCE, at(minutes))

    return run


def dead():
    raise StoreUnavailable("Redis does not answer")


@pytest.mark.parametrize(
    ("received", "minutes", "missing"),
    [(None, 10, None), (None, 11, 0), (5, 15, None), (5, 16, 5), (-60, 10, None), (-60, 11, 0)],
)
def test_a_canary_is_missed_from_the_last_one_on_or_from_the_start(received, minutes, missing):
    trip = Trip(received=None if received is None else at(received))
    assert overdue(trip, START, PATIENCE, at(minutes)) == (None if missing is None else at(missing))


def test_one_notice_when_it_is_late_and_one_when_it_is_back(look, phone):
    for minutes in range(10):
        look(minutes, Trip(received=at(0)))
    assert not phone.notices
    for minutes in range(11, 30):
        look(minutes, Trip(received=at(0)))
    (notice,) = phone.notices
    assert (notice.recovered, notice.since, notice.subject) == (False, START, "canary")
    look(31, Trip(fetched=at(30), queued=at(30), received=at(30)))
    look(32, Trip(fetched=at(30), queued=at(30), received=at(30)))
    assert [notice.recovered for notice in phone.notices] == [False, True]
    assert len(set(phone.keys)) == 2


@pytest.mark.parametrize(
    ("trip", "reason"),
    [
        (Trip(), "nothing is fetched"),
        (Trip(fetched=at(9)), "is not read"),
        (Trip(fetched=at(9), queued=at(9)), "is not delivered"),
        (dead, "Redis does not answer"),
    ],
)
def test_it_says_where_the_way_is_interrupted(look, phone, trip, reason):
    look(11, trip)
    assert reason in phone.notices[0].reason


def test_a_channel_that_fails_is_told_later(look, phone):
    phone.broken = True
    assert look(11, Trip()) == ["the operator could not be told by channel phone: no network"]
    phone.broken = False
    assert look(12, Trip()) == []
    assert look(13, Trip()) == []
    assert len(phone.notices) == 1


def test_a_restart_in_the_middle_neither_repeats_nor_forgets(look, phone, tmp_path):
    look(11, Trip())
    again = Alarm(tmp_path / "mark", at(12))
    again.look(Trip, {"phone": phone}, PATIENCE, at(25))
    assert len(phone.notices) == 1
    again.look(lambda: Trip(received=at(26)), {"phone": phone}, PATIENCE, at(26))
    assert [notice.recovered for notice in phone.notices] == [False, True]
    assert phone.notices[1].since == START


def test_a_mark_that_cannot_be_written_keeps_nobody_from_being_told(tmp_path, phone):
    alarm = Alarm(tmp_path / "absent" / "mark", START)
    problems = [alarm.look(Trip, {"phone": phone}, PATIENCE, at(minutes)) for minutes in (11, 12, 13)]
    assert len(phone.notices) == 1
    assert all("cannot be written" in problem for (problem,) in problems)


def test_a_restart_before_anybody_could_be_told_tells_at_once(tmp_path, phone):
    other, phone.broken = Phone(), True
    Alarm(tmp_path / "mark", START).look(Trip, {"phone": phone, "other": other}, PATIENCE, at(11))
    phone.broken = False
    again = Alarm(tmp_path / "mark", at(12))
    again.look(Trip, {"phone": phone, "other": other}, PATIENCE, at(12))
    assert phone.keys == ["n-canary-20261124120000:phone"]
    assert len(other.notices) == 1


@pytest.mark.parametrize("content", ["", "2026-11-24T12:00:00", "{}"])
def test_a_broken_mark_is_said_and_silences_nothing(tmp_path, phone, content):
    (tmp_path / "mark").write_text(content)
    alarm = Alarm(tmp_path / "mark", START)
    assert ["cannot be read" in problem for problem in alarm.look(Trip, {"phone": phone}, PATIENCE, at(1))] == [True]
    assert alarm.look(Trip, {"phone": phone}, PATIENCE, at(11)) == []
    alarm.look(lambda: Trip(received=at(12)), {"phone": phone}, PATIENCE, at(12))
    assert [notice.recovered for notice in phone.notices] == [False, True]
    assert not (tmp_path / "mark").exists()


def test_a_channel_that_raises_anything_keeps_no_other_from_being_told(tmp_path, phone):
    class Broken:
        def send(self, delivery, now):
            raise RuntimeError("https://token@receiver")

    (problem,) = Alarm(tmp_path / "mark", START).look(Trip, {"broken": Broken(), "phone": phone}, PATIENCE, at(11))
    assert problem.endswith("channel broken: it failed (RuntimeError)")
    assert len(phone.notices) == 1


def settings(place, **more):
    (place / "settings.yaml").write_text(yaml.safe_dump({"version": 1, **more}))


@pytest.fixture
def place(tmp_path):
    (tmp_path / "watch.yaml").write_text(WATCH)
    (tmp_path / "sources.yaml").write_text("version: 1\nsources: [{id: s, url: 'https://s.test/', kind: feed}]\n")
    settings(tmp_path)
    return tmp_path


def test_the_thread_outlives_whatever_goes_wrong_and_waits_for_no_redis(place, monkeypatch):
    """Redis is down all the time; the configuration changes meanwhile, and one look fails altogether."""
    monkeypatch.setattr(watchdog, "_LOOK_SECONDS", 0.02)
    installation = Installation(config=place, data=place / "data", redis_url="redis://127.0.0.1:1")
    current, looks = CurrentRuntime(installation, lambda line: None), []

    def look(alarm, *_):
        alarm.reachable = len(looks) % 2 == 0
        looks.append(1)
        if len(looks) == 2:
            settings(place, canary={"every": "1m"})
            current._looked = 0
        raise RuntimeError("anything")

    monkeypatch.setattr(Alarm, "look", look)
    thread = watch_canaries(lambda: current, lambda line: None, lambda: START)
    end = time.monotonic() + 20
    while len(looks) < 6 and time.monotonic() < end:
        time.sleep(0.02)
    enough = len(looks) >= 6
    monkeypatch.setattr(watchdog, "_LOOK_SECONDS", 3600.0)
    assert enough
    assert thread.is_alive()


@pytest.mark.parametrize(
    ("more", "warned"),
    [
        ({}, False),
        ({"channels": [{"id": "a", "type": "console"}]}, True),
        ({"channels": [{"id": "a", "type": "console"}], "canary": {"tell": ["a"]}}, False),
        ({"channels": [{"id": "a", "type": "console"}], "canary": {"enabled": False}}, False),
    ],
)
def test_a_watchdog_that_has_nobody_to_tell_is_warned_of(place, more, warned):
    settings(place, **more)
    assert any("nobody is told" in warning for warning in load_configuration(place, {}).warnings) is warned
