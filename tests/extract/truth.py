"""Pages with known text: stories put into the markups that outlets of the region use.

A template holds marks: `[[title]]`, `[[text 1-3 <p>|</p>]]` (paragraphs, each between two strings), `[[nav <li>|</li>]]`,
and the words around an article by their name in chrome.json. What a page shows of its story is recorded while the
marks are filled, so the truth follows from the template.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("pages")
STORIES = json.loads((FOLDER / "stories.json").read_text("utf-8"))
CHROME = json.loads((FOLDER / "chrome.json").read_text("utf-8"))
MARKUPS = tuple(sorted(path.stem for path in FOLDER.glob("*.html")))
ENCODINGS = {"dle": "windows-1251", "tables": "koi8-r"}

_MARK = re.compile(r"\[\[([a-z0-9-]+)(?: ([^\]]*))?\]\]")
_NOISE = ("related", "caption", "comment", "subscribe", "copyright", "cookie", "error", "views", "bio", "paid")


@dataclass(frozen=True)
class Case:
    """One page, and what a reader of it reads. `noise` are sentences that must not count as the article's."""

    name: str
    body: bytes
    url: str
    story: dict[str, Any]
    text: str
    noise: tuple[str, ...]

    @property
    def published(self) -> datetime:
        return datetime.fromisoformat(self.story["date"])


def cases() -> list[Case]:
    """Every markup in every language; the stories take turns."""
    languages = {language: [story for story in STORIES if story["lang"] == language] for language in CHROME}
    return [
        case(markup, stories[index % len(stories)])
        for index, markup in enumerate(MARKUPS)
        for stories in languages.values()
    ]


def case(markup: str, story: dict[str, Any]) -> Case:
    chrome = CHROME[story["lang"]]
    template = (FOLDER / f"{markup}.html").read_text("utf-8")
    filled = _Filled(story, chrome)
    html = _MARK.sub(filled, template)
    in_body = template.partition("<body")[2] or template.partition("<BODY")[2]
    shown = [story["lead"]] if "[[lead]]" in in_body else []
    noise = [text for key in _NOISE for text in (chrome[key] if isinstance(chrome[key], list) else [chrome[key]])]
    return Case(
        name=f"{markup}-{story['lang']}",
        body=html.encode(ENCODINGS.get(markup, "utf-8"), "xmlcharrefreplace"),
        url=f"https://{story['host']}/news/{markup}",
        story=story,
        text="\n".join([*shown, *(story["paragraphs"][number] for number in sorted(filled.paragraphs))]),
        noise=tuple(noise),
    )


class _Filled:
    """Fills one mark after the other."""

    def __init__(self, story: dict[str, Any], chrome: dict[str, Any]) -> None:
        self.paragraphs: set[int] = set()
        self._story = story
        moment = datetime.fromisoformat(story["date"])
        self._words = {name: text for name, text in (*chrome.items(), *story.items()) if isinstance(text, str)} | {
            "url": f"https://{story['host']}/story",
            "date-words": f"{moment.day} {chrome['months'][moment.month - 1]} {moment.year}, {moment:%H:%M}",
            "date-dots": f"{moment:%d.%m.%Y %H:%M}",
        }
        self._words |= {f"related{number}": text for number, text in enumerate(chrome["related"], 1)}
        self._lists = {name: chrome[name] for name in ("nav", "tags")}

    def __call__(self, mark: re.Match[str]) -> str:
        name, form = mark[1], mark[2] or "|"
        if name in self._lists:
            return _wrapped(self._lists[name], form)
        if name != "text":
            return self._words[name]
        span, _, form = form.partition(" ")
        first, _, last = span.partition("-")
        numbers = range(int(first) - 1, min(int(last), len(self._story["paragraphs"])))
        self.paragraphs.update(numbers)
        return _wrapped([self._story["paragraphs"][number] for number in numbers], form)


def _wrapped(texts: list[str], form: str) -> str:
    before, _, after = form.partition("|")
    return "".join(f"{before}{text}{after}" for text in texts)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Every run of four words, with how often it occurs."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + 4]) for start in range(max(1, len(words) - 3)))


def precision_and_recall(truth: str, text: str) -> tuple[float, float]:
    """Shares of the shingles that are right, and that were found."""
    expected, found = shingles(truth), shingles(text)
    common = (expected & found).total()
    return common / max(1, found.total()), common / expected.total()
