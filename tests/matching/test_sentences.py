"""Where sentences begin."""

from __future__ import annotations

import time

import pytest

from monitor.matching.sentences import paragraph_starts, sentence_starts

# Tracing for coverage costs several times what is timed here.
pytestmark = pytest.mark.no_cover

ONE = [
    "Он приехал в г. Гродно на ул. Советскую к 5 ч. утра.",
    "А. С. Пушкин и т. п. не в счёт.",
    "Премьер В.В. Иванов и проф. Сидоров.",
    "Цена выросла на 5 млн. руб. за год.",
    "«Хватит!» — сказал он.",
    "«Кто там?» — Иван встал.",
    "Dr. Smith met Gen. Jones and the U.S. envoy at 5 p.m. on Sept. 3.",
    "Версия 3.11 вышла.",
    "У в. Крэва і г. Ліда.",
    "Так... и не так",
    "Сайт tut.by закрыт",
]
SEVERAL = [
    ("Первое. Второе", ["Первое. ", "Второе"]),
    ("Да? Нет! Может быть… Пусть", ["Да? ", "Нет! ", "Может быть… ", "Пусть"]),
    ("Он сказал: «Да». «Нет», — ответили ему.", ["Он сказал: «Да». ", "«Нет», — ответили ему."]),
    ("Хватит. — Он встал.", ["Хватит. ", "— Он встал."]),
    ("Конец.\nНачало. 20 лет спустя", ["Конец.\n", "Начало. ", "20 лет спустя"]),
    ("First (one). Second “two.” Third", ["First (one). ", "Second “two.” ", "Third"]),
    ("Без точки\nновая строка", ["Без точки\n", "новая строка"]),
]


def sentences(text: str) -> list[str]:
    starts = sentence_starts(text)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


@pytest.mark.parametrize("text", ONE)
def test_one_sentence(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(("text", "parts"), SEVERAL)
def test_several_sentences(text, parts):
    assert sentences(text) == parts


def test_paragraphs_begin_after_line_ends():
    assert paragraph_starts("a\n\nb\n") == [0, 2, 3, 5]


@pytest.mark.parametrize("piece", [".", ". ", '."', ". — ", "А. ", ".(((( ", "\n", " ", "!?…", ". (", "«"])
def test_any_megabyte_takes_less_than_a_second(piece):
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    sentence_starts(text)
    assert time.process_time() - began < 3
