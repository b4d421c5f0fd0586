from datetime import UTC, datetime

import httpx2
import pytest

from monitor.fetch.freshness import freshness

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def date(time):
    return f"Tue, 24 Nov 2026 {time} GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "max-age=300"}, 300),
        ({"Cache-Control": 'public, Max-Age="300" '}, 300),
        ({"Cache-Control": "max-age=300", "Age": "100"}, 200),
        ({"Cache-Control": "max-age=300", "Age": "900"}, 0),
        ({"Cache-Control": "max-age=300", "Age": "-5"}, 300),
        ({"Cache-Control": "max-age=300, no-cache"}, 0),
        ({"Cache-Control": "no-store", "Expires": date("13:00:00")}, 0),
        ({"Cache-Control": 'no-cache="set-cookie", max-age=300'}, 0),
        ({"Cache-Control": "max-age=-1"}, 0),
        ({"Cache-Control": "max-age=soon", "Expires": date("13:00:00")}, 0),
        ({"Cache-Control": "max-age=1, max-age=900"}, 1),
        ({"Cache-Control": "s-maxage=900"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 4000}, 2**31),
        ({"Expires": date("12:10:00")}, 600),
        ({"Expires": date("12:10:00"), "Date": date("12:05:00")}, 300),
        ({"Expires": date("12:10:00"), "Date": date("12:05:00"), "Age": "60"}, 240),
        ({"Expires": date("12:10:00"), "Date": "yesterday"}, 600),
        ({"Expires": date("11:00:00")}, 0),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1"}, 0),
        ({"Expires": "Tue, 99 Foo 99999 99:99:99 GMT"}, 0),
        ({"Expires": "Tue, 24 Nov 2026 12:10:00"}, 600),
        ({"Cache-Control": "max-age=60", "Expires": date("13:00:00")}, 60),
        ({"Cache-Control": ",,=,;max-age"}, 0),
    ],
)
def test_how_long_an_answer_is_fresh(headers, seconds):
    """FAULTS: Cache-Control max-age/no-cache, Expires, Age, contradictory or absurd values, by a given clock."""
    assert freshness(httpx2.Headers(headers), NOW).total_seconds() == seconds
