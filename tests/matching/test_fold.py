import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.fold import fold

LETTERS = "абвгґдеєёжзиіїйклмнопрстуўфхцчшщъыьэюяabcehikmoptxyéïАВСЕНІКОРСТХУABCEHIKMOPTXY'’`\u0301\u00ad\u200b"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("МИНСК", "минск"),
        ("BELARUS", "belarus"),
        ("Лукаше\u0301нко", "лукашенко"),
        ("интегра\u200bция", "интеграция"),
        ("бело\u00adрусский", "белорусский"),
        ("\ufeffсоюз", "союз"),
        ("\u202bсоюз\u202c", "союз"),
        ("ёлка", "елка"),
        ("Магілёў", "магілеу"),
        ("ґрунт", "грунт"),
        ("об’єднання", "об'єднання"),
        ("об`єднання", "об'єднання"),
        ("обʼєднання", "об'єднання"),
        ("союз\ufe0f", "союз"),
    ],
)
def test_how_a_word_is_typed_makes_no_difference(typed, meant):
    assert fold(typed) == meant


@pytest.mark.parametrize("word", ["российский", "Київ", "Ёлка", "воїн", "край", "ўрад", "Orbán"])
def test_composed_and_decomposed_letters_are_the_same(word):
    assert fold(unicodedata.normalize("NFD", word)) == fold(word)


@pytest.mark.parametrize("word", ["край", "їхній", "мій", "Йосип"])
def test_a_breve_and_a_diaeresis_are_letters_and_not_stress(word):
    assert fold(word) == word.lower()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Мiнск", "мінск"),
        ("Pоссия", "россия"),
        ("PОCCИЯ", "россия"),
        ("БЕЛAPУCЬ", "беларусь"),
        ("Лукáшенка", "лукашенка"),
        ("Укpaїнa", "україна"),
        ("Putіn", "putin"),
        ("Mosсow", "moscow"),
        ("КREMLIN", "kremlin"),
    ],
)
def test_letters_that_look_like_the_other_script_are_put_right(typed, meant):
    assert fold(typed) == meant


@pytest.mark.parametrize("word", ["smsка", "zомби", "hпз"])
def test_a_word_that_mixes_scripts_on_purpose_stays(word):
    assert fold(word) == word


@pytest.mark.parametrize(
    ("classical", "modern"),
    [
        ("сьвет", "свет"),
        ("сьнег", "снег"),
        ("дзьверы", "дзверы"),
        ("разьмяшчэньне", "размяшчэнне"),
        ("незалежнасьць", "незалежнасць"),
        ("жыцьцё", "жыццё"),
        ("судзьдзя", "суддзя"),
        ("вясельле", "вяселле"),
        ("зьезд", "з'езд"),
        ("узьяднаньне", "уз'яднанне"),
        ("зьяўляецца", "з'яўляецца"),
        ("Беларусьсю", "беларуссю"),
    ],
)
def test_classical_belarusian_soft_signs_fold_away(classical, modern):
    assert fold(classical) == fold(modern)


@pytest.mark.parametrize(
    ("one", "other"),
    [("банька", "банка"), ("полька", "полка"), ("угольный", "уголный"), ("пан", "пань"), ("є", "е"), ("й", "и")],
)
def test_a_soft_sign_that_tells_words_apart_stays(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize("word", ["письмо", "просьба", "незалежнасьць", "размяшчэнне", "возьмут"])
def test_a_prefix_that_ends_on_a_letter_pair_folds_to_a_prefix(word):
    """`word*` is compared by its folded beginning; only a cut right after a soft sign can change what follows."""
    for length in range(1, len(word)):
        if word[length - 1] != "ь":
            assert fold(word).startswith(fold(word[:length]))


@given(st.text() | st.text(alphabet=LETTERS, max_size=12))
def test_folding_twice_changes_nothing(word):
    assert fold(fold(word)) == fold(word)


@given(st.text(alphabet=[letter for letter in LETTERS if "а" <= letter <= "ґ"], max_size=12))
def test_case_makes_no_difference(word):
    assert fold(word.upper()) == fold(word)


def test_a_hostile_run_of_marks_costs_no_time():
    """Normalising 200,000 alternating marks would take minutes; the test's own time limit watches."""
    marks = "\u0315\u0323" * 100_000
    assert fold(marks) == marks
