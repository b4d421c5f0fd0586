"""What counts as a change between two readings of an article, and what is shown of it."""

import pytest

from monitor.models import Article
from monitor.stories.corrections import MOST, Reading, compare, is_gone, kept, reading_of

BODY = (
    "Парламент утвердил бюджет на следующий год.\nЗа проголосовали 5 депутатов, против — двое.\n"
    "Заседание длилось три часа. Затем объявили перерыв.\nПросмотров: 1204"
)


def reading(text=BODY, title="Парламент утвердил бюджет", **more):
    return Reading(source="s", title=title, text=text, **more)


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        BODY.replace("\n", "  \n\n "),
        BODY.replace("—", "-").replace("год.", "год"),
        BODY.replace("Парламент", "ПАРЛАМЕНТ"),
        BODY.replace("1204", "98 377"),
        BODY.replace("Просмотров: 1204", "Просмотров: 1205"),
        BODY.replace("\u0435", "\u0451", 1),
    ],
)
def test_what_a_reader_would_not_call_a_change_is_none(text):
    assert compare(reading(), reading(text)) == ()


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("5 депутатов", "7 депутатов", ("За проголосовали 5 депутатов, против — двое.", "За проголосовали 7 депутатов, против — двое.")),
        ("Затем объявили перерыв.", "", ("Затем объявили перерыв.", "")),
        ("Просмотров: 1204", "Просмотров: 1204\nРедакция приносит извинения за ошибку.", ("", "Редакция приносит извинения за ошибку.")),
    ],
)  # fmt: skip
def test_a_change_is_shown_before_and_after(before, after, shown):
    (change,) = compare(reading(), reading(BODY.replace(before, after)))
    assert (change.field, change.before, change.after) == ("text", *shown)


def test_a_title_counts_with_its_figures():
    (change,) = compare(reading(title="Погибли 5"), reading(title="Погибли 7"))
    assert (change.field, change.before, change.after) == ("title", "Погибли 5", "Погибли 7")


def test_of_a_long_sentence_only_what_differs_is_shown_with_a_few_words_around():
    words = [f"word{number}" for number in range(100)]
    changed = [*words[:50], "other", *words[51:]]
    (change,) = compare(reading(" ".join(words)), reading(" ".join(changed)))
    assert "word50" in change.before
    assert "other" in change.after
    assert change.before.startswith("… word42")
    assert len(change.before.split()) < 25


@pytest.mark.parametrize(
    ("before", "after"),
    [("one two", "one"), ("one", "one two"), ("a b a b", "a b"), ("a b", "a b a b a b"), ("x", "y")],
)
def test_texts_that_overlap_with_themselves_are_shown_too(before, after):
    (change,) = compare(reading(before), reading(after))
    assert change.before != change.after


def test_changes_are_few_and_short_however_much_was_changed():
    old = "\n".join(f"Предложение номер {number} сказано." for number in range(0, 400, 1))
    new = "\n".join(
        line if at % 2 else f"Совсем другое {'слово ' * 100} {at}." for at, line in enumerate(old.split("\n"))
    )
    changes = compare(reading(old), reading(new))
    assert len(changes) == 5
    assert all(len(change.before) <= 300 and len(change.after) <= 300 for change in changes)


def test_two_readings_of_the_largest_size_are_compared_at_once():
    old = "".join(f"Слово{number}. " for number in range(3000))[:MOST]
    assert compare(reading(old), reading(old[::-1]))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (reading(partial=True), reading("Совсем другой текст.")),
        (reading(), reading("Только лид.", partial=True)),
        (reading(), Reading(source="aggregator", title="Другой заголовок", text=BODY)),
    ],
)
def test_readings_that_are_not_of_the_same_thing_are_not_compared(before, after):
    assert compare(before, after) == ()


def test_of_an_article_without_a_page_what_the_feed_says_is_compared():
    article = Article(id="a", source="s", title="Title", lead="The summary of the feed.", partial=True)
    edited = article.model_copy(update={"lead": "Another summary of the feed."})
    (change,) = compare(reading_of(article), reading_of(edited))
    assert (change.before, change.after) == ("The summary of the feed.", "Another summary of the feed.")


def test_a_text_is_gone_when_no_word_of_it_is_left():
    assert is_gone(reading(" …\n"))
    assert not is_gone(reading())
    assert not is_gone(reading("", partial=True))


def test_a_worse_reading_does_not_replace_a_better_one():
    whole, part = reading(), reading("лид", partial=True)
    assert kept(part, None) == part
    assert kept(whole, part) == whole
    assert kept(part, whole) is None
    other = Reading(source="other", title="Other", text="newer")
    assert kept(other, whole) == whole.model_copy(update={"text": "newer"})
    assert kept(other.model_copy(update={"partial": True}), part) is None
