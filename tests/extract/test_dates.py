"""Dates as pages write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extract.dates import parse_date

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-03T15:47:42.389+02:00", "2026-05-03 13:47"),
        ("2026-05-03T10:00:00+0300", "2026-05-03 07:00"),
        ("2026-05-03 10:00", "2026-05-03 10:00"),
        ("20260503", "2026-05-03 00:00"),
        ("1777816800", "2026-05-03 14:00"),
        ("1777816800123", "2026-05-03 14:00"),
        ("Sun, 03 May 2026 10:00:00 +0300", "2026-05-03 07:00"),
        ("Sun May 3 19:20:36 CEST 2026", "2026-05-03 17:20"),
        ("May 3, 2026 3:15 pm", "2026-05-03 15:15"),
        ("03.05.2026 10:05", "2026-05-03 10:05"),
        ("05/23/2026", "2026-05-23 00:00"),
        ("3 мая 2026 г., 10:05 МСК", "2026-05-03 07:05"),
        ("Опубликовано 24 ноября 2026", "2026-11-24 00:00"),
        ("3 траўня 2026, 10:05", "2026-05-03 10:05"),
        ("24 лістапада", "2026-11-24 00:00"),
        ("8 сакавіка 2026", "2026-03-08 00:00"),
        ("1 жніўня 2026", "2026-08-01 00:00"),
        ("18 кастрычніка 2026", "2026-10-18 00:00"),
        ("3 травня 2026 року, 09:15", "2026-05-03 09:15"),
        ("9 лютого 2026", "2026-02-09 00:00"),
        ("24 листопада 2026", "2026-11-24 00:00"),
        ("31 декабря", "2025-12-31 00:00"),
        ("Сегодня, 11:30", "2026-11-24 11:30"),
        ("учора 10:00", "2026-11-23 10:00"),
        ("2026年5月3日", "2026-05-03 00:00"),
    ],
)
def test_the_forms_in_use(text, expected):
    assert f"{parse_date(text, NOW):%Y-%m-%d %H:%M}" == expected


MONTHS = {
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "be": "студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "en": "January February March April May June July August September October November December",
}


@pytest.mark.parametrize("language", MONTHS)
def test_every_month_by_name(language):
    for number, name in enumerate(MONTHS[language].split(), 1):
        assert parse_date(f"7 {name} 2025", NOW) == datetime(2025, number, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "99999",
        "0000-00-00",
        "2026-13-45",
        "31.02.2026",
        "12:30",
        "May 2026",
        "2027-05-03",
        "24 ноября 2027",
        "1.2.3",
    ],
)
def test_what_is_no_date_or_not_yet(text):
    assert parse_date(text, NOW) is None


@given(st.text(st.sampled_from("0123456789 .:/-TZ+,янвмайnovGMT年月日"), max_size=60))
def test_no_text_makes_it_raise_or_reach_into_the_future(text):
    found = parse_date(text, NOW)
    assert found is None or (found.tzinfo is UTC and found <= NOW)
