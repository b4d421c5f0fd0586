from datetime import timedelta

import pytest

from monitor.kinds.hints import read_hints
from monitor.sources.rhythm import Hints

SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def rss(head, rest="<item><title>t</title></item>", attributes=""):
    return f'<?xml version="1.0"?><rss version="2.0" {attributes}><channel>{head}{rest}</channel></rss>'.encode()


def sy(period, frequency=None):
    times = f"<sy:updateFrequency>{frequency}</sy:updateFrequency>" if frequency is not None else ""
    return rss(f"<sy:updatePeriod>{period}</sy:updatePeriod>{times}", attributes=SY)


@pytest.mark.parametrize(
    ("body", "minutes"),
    [
        (rss("<ttl>5</ttl>"), 5),
        (rss("<ttl> 60 </ttl>"), 60),
        (rss("<ttl>0</ttl>"), 0),
        (rss("<ttl>-5</ttl>"), 0),
        (rss("<ttl>soon</ttl>"), 0),
        (rss("<ttl>99999999</ttl>"), 7 * 24 * 60),
        (rss("<ttl>" + "9" * 5000 + "</ttl>"), 0),
        (rss("<ttl>5</ttl><ttl>9</ttl>"), 9),
        (rss("<ttl/>"), 0),
        (sy("hourly"), 60),
        (sy("\n\thourly\t"), 60),
        (sy("daily", 24), 60),
        (sy("hourly", 0), 60),
        (sy("hourly", -2), 60),
        (sy("hourly", 4), 15),
        (sy("monthly"), 720 * 60),
        (sy("now and then"), 0),
        (rss("", "<item><title>t</title><ttl>9</ttl></item>"), 0),
        (rss("<title>t</title>"), 0),
        (b"\xef\xbb\xbf\n" + rss("<ttl>5</ttl>"), 5),
        (rss("<ttl>5</ttl>").decode().replace('"1.0"', '"1.0" encoding="windows-1251"').encode("cp1251"), 5),
        (("\ufeff" + rss("<ttl>5</ttl>").decode().partition("?>")[2]).encode("utf-16-le"), 5),
        (b'{"version": "https://jsonfeed.org/version/1.1", "ttl": 5}', 0),
        (b"<!doctype html><html><ttl>5</ttl></html>", 0),
        (b"", 0),
        (b"\x00\xff" * 100, 0),
        (rss("<ttl>5</ttl>")[:60], 0),
    ],
)
def test_the_period_that_a_feed_names(body, minutes):
    """FAULTS: ttl, sy:updatePeriod, absurd values: read where they are sound, and harmless where not."""
    assert read_hints(body).period == timedelta(minutes=minutes)


def test_hours_and_days_to_skip():
    head = "<skipHours><hour>0</hour><hour>24</hour><hour> 3 </hour><hour>77</hour><hour>x</hour></skipHours>"
    head += "<skipDays><day>Saturday</day><day>sunday</day><day>Caturday</day></skipDays>"
    assert read_hints(rss(head)) == Hints(timedelta(0), frozenset({0, 3}), frozenset({5, 6}))


def test_a_hostile_head_gives_no_hints_and_takes_no_time():
    lol = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "9">' + "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1 if at else str()};" * 10}">' for at in range(10)
    )
    assert read_hints(f"{lol}]><rss><channel><ttl>&a9;</ttl></channel></rss>".encode()) == Hints()
    outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><channel><ttl>&a;</ttl></channel></rss>'
    assert read_hints(outside) == Hints()
    assert read_hints(b"<a>" * 100_000) == Hints()
