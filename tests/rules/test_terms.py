"""What makes a term useless or not what it seems."""

from __future__ import annotations

import pytest

from monitor.rules import term_mistakes


@pytest.mark.parametrize(
    "text",
    ["Минск", "Союзное государство", "российско-белорусский", "интеграц*", "Минск-2", "аб'яднанне", "COVID-19", "IT-компания",
     "tut.by", "U.S.", "2026", "экономическ* союз*", "ЕАЭС", "Сою́зное", "й"],
)  # fmt: skip
def test_sound_terms(text):
    assert list(term_mistakes(text)) == []


@pytest.mark.parametrize(
    ("text", "offset", "said"),
    [
        ("", 0, "an empty term"),
        (" «» ", 0, "an empty term"),
        ("*", 0, "an empty term"),
        ("*союз", 0, "does not end a word"),
        ("со*юз", 2, "does not end a word"),
        ("союз*а", 4, "does not end a word"),
        ("союз *", 5, "does not end a word"),
        ("в*", 1, "fewer than 2 letters"),
        ("слово " * 21, 0, "more than 20 words"),
        ("с" * 201, 0, "more than 200 characters"),
        ("МИНCК", 3, "the Latin letter 'C' (U+0043) inside 'МИНCК'"),
        ("iнтэграцыя", 0, "the Latin letter 'i' (U+0069) inside 'iнтэграцыя'"),
        ("Lukаshenko", 3, "the Cyrillic letter 'а' (U+0430) inside 'Lukаshenko'"),
    ],
)
def test_mistakes(text, offset, said):
    assert [(mistake.offset, said in mistake.message) for mistake in term_mistakes(text)] == [(offset, True)]
