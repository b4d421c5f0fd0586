"""When the operator is told that nothing comes through, and what."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.canary import Trip, overdue
from monitor.errors import DeliveryError, StoreUnavailable
from monitor.watchdog import Alarm

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
    assert look(11, Trip()) == ["phone: no network"]
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
