"""What a channel takes and when: tables over values."""

from datetime import UTC, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from monitor.models import Alert, AlertRule, AlertSource, Notice, Severity, Snippet, Update, UpdateKind
from monitor.pipeline.deliver import DIGEST_MOST, Desk, plan
from monitor.pipeline.ports import PendingMessage
from monitor.routing import Daily, Policy, Quiet, Route, Silence, route, takes

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STATE = AlertSource(id="agency", name="Agency", tags=("state",))
EXILE = AlertSource(id="exile", name="Exile", tags=("independent",))


def rule(name="r", severity="high", *tags):
    return AlertRule(id=name, name=name, severity=Severity(severity), tags=tags)


def alert(*rules, source=EXILE, at=NOON, backlog=False, name="1"):
    rules = rules or (rule(),)
    return Alert(
        id=f"a-{name}",
        story=f"s-{name}",
        severity=rules[0].severity,
        rules=rules,
        title="T",
        url=None,
        source=source,
        published=None,
        detected=at,
        language=None,
        snippet=Snippet(text="T"),
        matches=(),
        backlog=backlog,
    )


def update(*rules, known=(), source=EXILE, earlier=(EXILE,), kind=UpdateKind.REPORTED, at=NOON):
    return Update(
        id="u-1",
        kind=kind,
        story="s-1",
        alert="a-1",
        severity=Severity.HIGH,
        rules=rules or (rule(),),
        known=known or (rule(),),
        headline="T",
        title="T",
        url=None,
        source=source,
        published=None,
        detected=at,
        language=None,
        earlier=earlier,
    )


def notice(subject="source:a", at=NOON):
    return Notice(id="n", subject=subject, name="A", recovered=False, reason="r", since=at, detected=at)


@pytest.mark.parametrize(
    ("policy", "message", "taken"),
    [
        ({}, alert(), True),
        ({}, update(), True),
        ({}, notice(), False),
        ({"receives": ("notices",)}, notice(), True),
        ({"receives": ("notices",)}, alert(), False),
        ({"receives": ("notices",)}, notice("channel:desk"), False),
        ({"receives": ("notices",)}, notice("channel:other"), True),
        ({"receives": ("alerts",)}, update(), False),
        ({"rules": ("r",)}, alert(), True),
        ({"rules": ("q",)}, alert(), False),
        ({"rules": ("q",)}, alert(rule(), rule("q", "low")), True),
        ({"severity": "high"}, alert(rule(severity="medium")), False),
        ({"severity": "high"}, alert(rule(severity="critical")), True),
        # The grave rule must be one that the channel takes.
        ({"severity": "high", "rules": ("q",)}, alert(rule(severity="critical"), rule("q", "low")), False),
        ({"tags": ("army",)}, alert(rule("r", "high", "army")), True),
        ({"tags": ("army",)}, alert(rule("r", "high", "law")), False),
        ({"tags": ("independent",)}, alert(), True),
        ({"tags": ("state",)}, alert(), False),
        ({"tags": ("state",)}, alert(source=STATE), True),
    ],
)
def test_a_channel_takes_what_it_names(policy, message, taken):
    assert takes(message, "desk", Policy(**policy)) is taken


@pytest.mark.parametrize(
    ("policy", "message", "taken"),
    [
        # The alert was for rule r; this channel takes q alone, which holds only now.
        ({"receives": ("alerts",), "rules": ("q",)}, update(rule("q"), kind=UpdateKind.RULES), True),
        ({"receives": ("updates",), "rules": ("q",)}, update(rule("q"), kind=UpdateKind.RULES), False),
        ({"receives": ("alerts",), "rules": ("r",)}, update(rule("q"), kind=UpdateKind.RULES), False),
        ({"receives": ("updates",), "rules": ("r",)}, update(rule("q"), kind=UpdateKind.RULES), True),
        # The alert came from the exile outlet; this channel takes state media.
        ({"receives": ("alerts",), "tags": ("state",)}, update(source=STATE), True),
        ({"receives": ("alerts",), "tags": ("state",)}, update(source=EXILE, earlier=(EXILE, STATE)), False),
        ({"receives": ("updates",), "tags": ("state",)}, update(source=EXILE, earlier=(EXILE, STATE)), True),
        ({"tags": ("state",)}, update(source=EXILE), False),
    ],
)
def test_an_update_is_the_alert_of_a_channel_that_did_not_hear_of_the_story(policy, message, taken):
    assert takes(message, "desk", Policy(**policy)) is taken


VILNIUS = "Europe/Vilnius"


def quiet(start, end, zone=VILNIUS):
    return Quiet.model_validate({"from": start, "to": end, "zone": zone})


@pytest.mark.parametrize(
    ("hours", "moment", "covered"),
    [
        # In Vilnius UTC+2 in winter, UTC+3 in summer.
        (("22:00", "07:00"), datetime(2026, 1, 10, 19, 59, tzinfo=UTC), False),
        (("22:00", "07:00"), datetime(2026, 1, 10, 20, 0, tzinfo=UTC), True),
        (("22:00", "07:00"), datetime(2026, 1, 11, 4, 59, tzinfo=UTC), True),
        (("22:00", "07:00"), datetime(2026, 1, 11, 5, 0, tzinfo=UTC), False),
        (("22:00", "07:00"), datetime(2026, 7, 10, 19, 0, tzinfo=UTC), True),
        (("22:00", "07:00"), datetime(2026, 7, 11, 4, 0, tzinfo=UTC), False),
        # The night in which the clocks go from 03:00 to 04:00, and that in which they go back from 04:00 to 03:00.
        (("22:00", "07:00"), datetime(2026, 3, 29, 3, 59, tzinfo=UTC), True),
        (("22:00", "07:00"), datetime(2026, 3, 29, 4, 0, tzinfo=UTC), False),
        (("22:00", "07:00"), datetime(2026, 10, 25, 4, 59, tzinfo=UTC), True),
        (("22:00", "07:00"), datetime(2026, 10, 25, 5, 0, tzinfo=UTC), False),
        (("03:10", "03:50"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (("03:10", "03:50"), datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (("12:00", "13:00"), datetime(2026, 1, 10, 10, 30, tzinfo=UTC), True),
        (("12:00", "13:00"), datetime(2026, 1, 10, 11, 0, tzinfo=UTC), False),
    ],
)
def test_quiet_hours_follow_the_clocks_of_their_zone(hours, moment, covered):
    assert quiet(*hours).covers(moment) is covered


@pytest.mark.parametrize(
    ("at", "now", "last"),
    [
        ("08:00", datetime(2026, 1, 10, 6, 0, tzinfo=UTC), datetime(2026, 1, 10, 6, 0, tzinfo=UTC)),
        ("08:00", datetime(2026, 1, 10, 5, 59, tzinfo=UTC), datetime(2026, 1, 9, 6, 0, tzinfo=UTC)),
        ("08:00", datetime(2026, 3, 29, 5, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        ("08:00", datetime(2026, 10, 25, 5, 30, tzinfo=UTC), datetime(2026, 10, 24, 5, 0, tzinfo=UTC)),
        # 03:30 does not exist on that day: an hour later by the new clock.
        ("03:30", datetime(2026, 3, 29, 1, 29, tzinfo=UTC), datetime(2026, 3, 28, 1, 30, tzinfo=UTC)),
        ("03:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 03:30 comes twice: the first counts, once.
        ("03:30", datetime(2026, 10, 25, 2, 0, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_daily_time_is_once_a_day_by_the_clocks_of_its_zone(at, now, last):
    assert Daily(at=at, zone=VILNIUS).last(now) == last


@pytest.mark.parametrize("policy", [{"digest": "weekly"}, {"digest": {"at": "25:00", "zone": "UTC"}}])
def test_what_is_no_time_of_a_digest_is_refused(policy):
    with pytest.raises(ValidationError):
        Policy(**policy)


def test_an_unknown_zone_names_the_nearest():
    with pytest.raises(ValidationError, match="did you mean Europe/Vilnius"):
        Daily(at=time(8), zone="Europe/Vilnus")


NIGHT = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # half past midnight in Vilnius
MORNING = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
AT_NIGHT = Policy(quiet=quiet("22:00", "07:00"))


def silence(kind, name, since=NOON - timedelta(hours=1), hours=2):
    return Silence(kind, name, since, since + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("message", "policy", "silences", "now", "expected"),
    [
        (alert(), Policy(), (), NOON, Route.ALONE),
        (alert(at=NIGHT), AT_NIGHT, (), NIGHT, Route.WAIT),
        (alert(at=NIGHT), AT_NIGHT, (), MORNING, Route.GATHERED),
        (alert(at=NOON), AT_NIGHT, (), MORNING, Route.ALONE),
        (alert(rule(severity="critical"), at=NIGHT), AT_NIGHT, (), NIGHT, Route.URGENT),
        (update(rule(severity="critical"), at=NIGHT), AT_NIGHT, (), NIGHT, Route.WAIT),
        (alert(backlog=True), Policy(), (), NOON, Route.FIRST_CHECK),
        (alert(at=NOON), Policy(digest="hourly"), (), NOON, Route.WAIT),
        (alert(at=NOON), Policy(digest="hourly"), (), NOON + timedelta(minutes=59), Route.WAIT),
        (alert(at=NOON), Policy(digest="hourly"), (), NOON + timedelta(minutes=60), Route.GATHERED),
        (alert(), Policy(digest={"at": "08:00", "zone": VILNIUS}), (), NOON + timedelta(hours=17), Route.WAIT),
        (alert(), Policy(digest={"at": "08:00", "zone": VILNIUS}), (), NOON + timedelta(hours=18), Route.GATHERED),
        (alert(), Policy(), (silence("rule", "r"),), NOON, Route.WAIT),
        (alert(), Policy(), (silence("rule", "r"),), NOON + timedelta(hours=1), Route.GATHERED),
        (alert(rule(), rule("q")), Policy(), (silence("rule", "r"),), NOON, Route.ALONE),
        (alert(), Policy(), (silence("source", "exile"),), NOON, Route.WAIT),
        (alert(), Policy(), (silence("source", "agency"),), NOON, Route.ALONE),
        (alert(), Policy(), (silence("story", "s-1"),), NOON, Route.ALONE),
        (update(), Policy(), (silence("story", "s-1"),), NOON, Route.WAIT),
        (update(), Policy(), (silence("story", "s-1"),), NOON + timedelta(hours=1), Route.GATHERED),
        (notice(), Policy(receives=("notices",)), (silence("source", "a"),), NOON, Route.ALONE),
    ],
)
def test_the_order_of_the_rules(message, policy, silences, now, expected):
    assert route(message, "desk", policy, silences, now) is expected


def pending(*messages):
    return [PendingMessage(f"{number}-0", message) for number, message in enumerate(messages, 1)]


def sizes(found):
    return [len(planned.items) for planned in found.planned]


def test_above_the_cap_the_last_free_place_takes_the_rest_as_a_digest():
    burst = pending(*(alert(name=str(number)) for number in range(10)))
    policy = Policy(most_per_hour=4)
    assert sizes(plan(burst, Desk("desk", policy), NOON)) == [1, 1, 1, 7]
    recent = tuple(NOON - timedelta(minutes=age) for age in (1, 2, 59, 61))
    assert sizes(plan(burst, Desk("desk", policy, sent=recent), NOON)) == [10]
    full = (*recent, NOON)
    assert plan(burst, Desk("desk", policy, sent=full), NOON).planned == ()


def test_critical_alerts_pass_the_cap_however_much_waits_before_them():
    waiting = [alert(name=str(number)) for number in range(500)]
    burst = pending(*waiting, alert(rule(severity="critical"), name="grave"))
    (planned,) = plan(burst, Desk("desk", Policy(most_per_hour=1), sent=(NOON,)), NOON).planned
    assert planned.items[0].message.id == "a-grave"


def test_a_digest_has_a_hundred_messages_and_the_next_one_has_the_rest():
    night = pending(*(alert(name=str(number), at=NIGHT) for number in range(250)))
    desk = Desk("desk", AT_NIGHT)
    left, found = night, []
    while planned := plan(left, desk, MORNING).planned:
        found += sizes(plan(left, desk, MORNING))
        left = left[len(planned[0].items) :]
    assert found == [DIGEST_MOST, DIGEST_MOST, 50]


def test_a_message_that_was_begun_keeps_its_key_when_others_are_gathered():
    night = pending(*(alert(name=str(number), at=NIGHT) for number in range(3)))
    first, digest = plan(night, Desk("desk", AT_NIGHT), MORNING, begun=("2-0",)).planned
    assert first.entries == ("2-0",)
    assert digest.entries == ("1-0", "3-0")


def test_planning_reads_no_further_than_it_needs():
    """A backlog of any length is taken a hundred at a time."""

    def endless():
        number = 0
        while True:
            number += 1
            yield PendingMessage(f"{number}-0", alert(name=str(number)))

    assert sizes(plan(endless(), Desk("desk"), NOON)) == [1] * 100


QUIET = {"quiet": {"from": "11:00", "to": "20:00", "zone": "UTC"}}


@pytest.mark.parametrize(
    ("policy", "goes"),
    [
        ({"rules": ("q",)}, Route.URGENT),
        ({"tags": ("state",)}, Route.URGENT),
        ({"rules": ("r",)}, Route.WAIT),
    ],
)
def test_the_first_that_a_channel_hears_of_a_critical_story_passes_quiet_hours(policy, goes):
    """Another rule, or the first outlet with its tag: to others it is an update, to this channel the alert."""
    graver = update(rule("r", "critical"), rule("q", "critical"), known=(rule("r", "critical"),), source=STATE)
    graver = graver.model_copy(update={"severity": Severity.CRITICAL})
    assert route(graver, "desk", Policy.model_validate(policy | QUIET), (), NOON) is goes


@pytest.mark.parametrize(
    ("policy", "taken", "goes"),
    [
        ({}, True, Route.URGENT),
        ({"rules": ("r",)}, True, Route.WAIT),
        ({"rules": ("r",), "receives": ("alerts",)}, False, Route.SKIP),
        ({"rules": ("q",), "receives": ("alerts",)}, True, Route.URGENT),
        ({"severity": "high", "receives": ("alerts",)}, True, Route.URGENT),
        ({"tags": ("state",), "receives": ("alerts",)}, True, Route.URGENT),
        ({"tags": ("independent",), "receives": ("alerts",)}, False, Route.SKIP),
    ],
)
def test_an_alert_anew_is_one_where_it_is_graver_by_the_channels_own_rules(policy, taken, goes):
    anew = alert(rule("q", "critical"), rule("r", "low"), source=STATE)
    anew = anew.model_copy(update={"known": (rule("r", "low"),), "earlier": (EXILE,)})
    policy = Policy.model_validate(policy | QUIET)
    assert takes(anew, "desk", policy) is taken
    assert route(anew, "desk", policy, (), NOON) is goes


@pytest.mark.parametrize(("hours", "goes"), [(0, Route.WAIT), (19, Route.WAIT), (20, Route.GATHERED)])
def test_what_a_mute_held_back_goes_with_the_next_digest_after_it(hours, goes):
    """The mute ends at noon, in two pieces; the digest is at eight."""
    policy = Policy.model_validate({"digest": {"at": "08:00", "zone": "UTC"}})
    mutes = (
        Silence("rule", "r", NOON - timedelta(hours=8), NOON - timedelta(hours=6)),
        Silence("source", "exile", NOON - timedelta(hours=7), NOON),
    )
    message, now = alert(at=NOON - timedelta(hours=7, minutes=30)), NOON + timedelta(hours=hours)
    assert route(message, "desk", policy, mutes, now) is goes
