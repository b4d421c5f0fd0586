"""Languages are told apart from forty characters on."""

import gzip
import json
from collections import Counter

import pytest

from monitor.extract import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council met on Monday and approved the budget", "en"),
        ("Совет собрался в понедельник и утвердил бюджет", "ru"),
        ("Совет: «На складах нашлось много старых вещей»", "ru"),
        ("Савет сабраўся ў панядзелак і зацвердзіў бюджэт", "be"),
        ("Савет сабраўся у панядзелак i зацвердзiў бюджэт краiны", "be"),
        ("Рада зібралася в понеділок і затвердила бюджет", "uk"),
        ("Der Rat hat am Montag den Haushalt für das nächste Jahr beschlossen", "de"),
        ("Rada zebrała się w poniedziałek i przyjęła budżet na przyszły rok, ale nie dla wszystkich", "pl"),
        ("Съветът се събра в понеделник и прие бюджета за следващата година, а опозицията въздържа се", "bg"),
        ("Савет је у понедељак усвојио буџет за следећу годину", "sr"),
        ("市議会は月曜日に来年度の予算案を可決しました。", "ja"),
    ],
)
def test_a_sentence_is_enough(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text", ["", "   ", "12:30 — 45 %", "1234567890 " * 9, "да", "https://example.org/news/story-of-the-day"]
)
def test_none_when_it_cannot_be_told(text):
    assert language_of(text) is None


def test_news_titles_and_texts(shared_data):
    """47,000 real ones: at least 99 % of every language, from forty characters on."""
    right, total = Counter(), Counter()
    for path in sorted((shared_data / "texts").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                text = f"{row['title']} {row['text']}".strip()
                if len(text) >= 40:
                    total[row["lang"]] += 1
                    right[row["lang"]] += language_of(text) == row["lang"]
    assert set(total) == {"en", "ru", "be", "uk"}
    assert {
        language: right[language] / total[language] for language in total if right[language] < 0.99 * total[language]
    } == {}
