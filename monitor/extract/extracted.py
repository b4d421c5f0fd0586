"""What extraction takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of one source, for pages that the general rules misread. All are optional.

    `title` and `date` take the first element that matches, `body` takes all of them in document order;
    elements that match one of `remove` are dropped first.
    """

    title: str | None = None
    body: str | None = None
    date: str | None = None
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extracted:
    """The article of one page as a reader sees it: visible text without markup or control characters.

    `text` has one paragraph a line and does not repeat the title; `lead` is the page's own summary and may also
    stand in the text. Times are aware and in UTC; `language` is a two-letter code; `url` is the canonical address.
    `guessed` says that `published` is only a date that the text mentions, which may be that of an event: good enough
    to show, never to decide on. `cut` says that the page is longer than what is read of it. `selected` names those of
    `title`, `body` and `date` that a selector gave.
    """

    title: str
    text: str
    url: str
    lead: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    author: str | None = None
    site: str | None = None
    language: str | None = None
    guessed: bool = False
    cut: bool = False
    selected: tuple[str, ...] = ()
