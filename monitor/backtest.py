"""Two watch files over the same articles: what the second adds to the first, and what it loses.

Articles are compared one by one; since an alert is one a story, those that tell one story carry the same story number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from monitor.stories.fingerprints import fingerprint, same_story

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from monitor.matching import Matcher
    from monitor.models import Article, Severity, Snippet
    from monitor.stories.fingerprints import Fingerprint

Name = TypeVar("Name", str, date)


class Change(StrEnum):
    """What the second file makes of an alert of the first."""

    ADDED = "added"
    LOST = "lost"
    KEPT = "kept"


class Counts(NamedTuple):
    """How many there are of each change."""

    added: int = 0
    lost: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one watch file says of an article: its rules, the gravest first. Without rules there is no alert."""

    rules: tuple[str, ...] = ()
    severity: Severity | None = None
    snippet: Snippet | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """An article for which a rule of either file holds. `story` numbers the stories from 0, in order of reading."""

    article: str
    source: str
    title: str
    url: str | None
    day: date | None
    before: Verdict
    after: Verdict
    mark: Fingerprint
    story: int = 0

    @property
    def change(self) -> Change:
        """Whether the article alerts after, before, or both."""
        return _change(before=bool(self.before.rules), after=bool(self.after.rules))

    @property
    def altered(self) -> bool:
        """Whether it alerts under both files, but by other rules or with another severity."""
        said = [(set(verdict.rules), verdict.severity) for verdict in (self.before, self.after)]
        return self.change is Change.KEPT and said[0] != said[1]

    def rule_changes(self) -> Iterator[tuple[str, Change]]:
        """Each rule of either file that holds, and what became of it."""
        for rule in dict.fromkeys((*self.before.rules, *self.after.rules)):
            yield rule, _change(before=rule in self.before.rules, after=rule in self.after.rules)


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came out. `articles` counts all that were compared, `compared` has those that alert under either file."""

    articles: int
    compared: tuple[Compared, ...]

    def of(self, change: Change) -> tuple[Compared, ...]:
        """The articles with this change, in order of reading."""
        return tuple(one for one in self.compared if one.change is change)

    @property
    def altered(self) -> tuple[Compared, ...]:
        """The articles that alert under both files, but not in the same way."""
        return tuple(one for one in self.compared if one.altered)

    def by_article(self) -> Counts:
        """How many articles alert."""
        return _counts(one.change for one in self.compared)

    def by_story(self) -> Counts:
        """How many stories alert: as many alerts a reader gets."""
        before, after = self._stories()
        return Counts(added=len(after - before), lost=len(before - after), kept=len(before & after))

    def kept_stories(self) -> set[int]:
        """The stories that alert under both files, be it by different articles."""
        before, after = self._stories()
        return before & after

    def _stories(self) -> tuple[set[int], set[int]]:
        before = {one.story for one in self.compared if one.before.rules}
        return before, {one.story for one in self.compared if one.after.rules}

    def by_rule(self) -> dict[str, Counts]:
        """How many articles each rule holds for; only rules that hold for any, by name."""
        return _tabled(pair for one in self.compared for pair in one.rule_changes())

    def by_day(self) -> dict[date, Counts]:
        """How many articles alert, by their day of publication in UTC; the undated ones are left out."""
        return _tabled((one.day, one.change) for one in self.compared if one.day)

    def undated(self) -> Counts:
        """How many articles alert of those whose publisher gives no date."""
        return _counts(one.change for one in self.compared if one.day is None)


def backtest(
    articles: Iterable[Article],
    before: Matcher,
    after: Matcher,
    tags: Mapping[str, Collection[str]],
    *,
    step: Callable[[], None] = lambda: None,
) -> Backtest:
    """Compare two watch files over articles. `tags` gives those of each source; `step` is called after each article.

    Of articles with one id only the last counts: it is the same one, read again because its page came late. What
    alerts under neither file is not kept, so memory grows with the alerts and not with the articles.
    """
    seen: set[str] = set()
    found: dict[str, Compared] = {}
    for article in articles:
        seen.add(article.id)
        found.pop(article.id, None)
        if one := _compare(article, before, after, tags.get(article.source, ())):
            found[article.id] = one
        step()
    return Backtest(len(seen), tuple(_in_stories(list(found.values()))))


def _compare(article: Article, before: Matcher, after: Matcher, tags: Collection[str]) -> Compared | None:
    old, new = _verdict(article, before, tags), _verdict(article, after, tags)
    if not old.rules and not new.rules:
        return None
    day = article.published.date() if article.published else None
    return Compared(article.id, article.source, article.title, article.url, day, old, new, fingerprint(article))


def _verdict(article: Article, matcher: Matcher, tags: Collection[str]) -> Verdict:
    matches = matcher.match(article, tags=tags)
    if not matches:
        return Verdict()
    rules = tuple(match.rule for match in matches)
    return Verdict(rules, matches[0].severity, matcher.snippet(article, matches[0]))


def _in_stories(compared: Sequence[Compared]) -> Iterator[Compared]:
    """The same with story numbers: as in the program, an article joins the story whose opener it is most like."""
    openers: list[Fingerprint] = []
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for one in compared:
        shared = Counter(story for value in one.mark.sought for story in holders[value])
        alike = (story for story, _ in shared.most_common() if same_story(one.mark, openers[story]))
        story = next(alike, len(openers))
        if story == len(openers):
            openers.append(one.mark)
            for value in one.mark.indexed:
                holders[value].append(story)
        yield replace(one, story=story)


def _change(*, before: bool, after: bool) -> Change:
    return Change.KEPT if before and after else Change.ADDED if after else Change.LOST


def _counts(changes: Iterable[Change]) -> Counts:
    return Counts(**Counter(str(change) for change in changes))


def _tabled(pairs: Iterable[tuple[Name, Change]]) -> dict[Name, Counts]:
    """The counts of each name, in the order of the names."""
    changes: defaultdict[Name, list[Change]] = defaultdict(list)
    for name, change in pairs:
        changes[name].append(change)
    return {name: _counts(changes[name]) for name in sorted(changes)}
