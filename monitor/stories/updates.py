"""What becomes of a story when an article that tells it is read: an alert, an update, or one more report in silence.

An article is read for the first time:
1. A rule graver than the story's: an alert anew.
2. A rule that the story did not have: an update.
3. A source that did not tell it yet: an update for the second to the fifth, then for every one of FURTHER, and always
   for one with a tag that no earlier source has. What a first check finds is told for that tag alone.
It is read again:
4. Rules as in 1 and 2.
5. The text is gone, or it was changed and no rule holds any more: a removal. It was changed: a correction.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.models import Alert, Update, UpdateKind
from monitor.stories.corrections import compare, is_gone
from monitor.stories.story import (
    join_story,
    make_alert,
    open_story,
    outlet_of,
    raise_story,
    read_whole,
    rules_of,
    some_of,
    with_rules,
    with_telling,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from monitor.models import Article, Change, Match, Severity, Snippet, Source
    from monitor.stories.corrections import Reading
    from monitor.stories.fingerprints import Fingerprint
    from monitor.stories.story import Story

EACH = 5
FURTHER = frozenset({10, 20, 50, 100, 200, 500})
# How long an alert of a first check may wait for others.
GATHERING = timedelta(minutes=10)
_EARLIER = 50


@dataclass(frozen=True, slots=True)
class Telling:
    """One article as it was read now, and the rules that hold for it, the gravest first."""

    article: Article
    source: Source
    matches: Sequence[Match]
    snippet: Callable[[Match], Snippet]
    now: datetime
    backlog: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """What to store at once: the story, with its message or in silence; and only once a `key`.

    `more` says that one more event of the same reading is decided on when this one is stored.
    """

    key: str
    message: Alert | Update | None
    story: Story
    more: bool = False


def opened(telling: Telling, mark: Fingerprint) -> Event:
    """A story that nobody told before."""
    alert = _alert(telling)
    return Event(telling.article.id, alert, open_story(alert, telling.article, mark))


def forgotten(telling: Telling, severity: Severity, known: Story | None, mark: Fingerprint) -> Event | None:
    """An article that told a story which is not remembered any more: a rule graver than all then alerts."""
    if telling.matches[0].severity.rank <= severity.rank:
        return None
    if known:
        return _graver(telling, known, with_telling(known, mark)) if _is_graver(telling, known) else None
    event, alert = opened(telling, mark), _alert(telling)
    alert = alert.model_copy(update={"id": f"{alert.id}-{alert.severity}"})
    story = event.story.model_copy(update={"alert": alert.id})
    return Event(f"{telling.article.id}/{alert.severity}", alert, story)


def told(telling: Telling, story: Story, mark: Fingerprint) -> Event:
    """An article that is read for the first time and tells a known story."""
    joined = join_story(story, telling.article, outlet_of(telling.source), telling.now)
    joined = with_telling(joined, mark)
    if _is_graver(telling, story):
        # Its own key says that it has told the story; a later reading has the severity in it.
        return replace(_graver(telling, story, joined), key=telling.article.id)
    if fresh := _fresh(telling, story):
        return Event(telling.article.id, *_further(telling, story, joined, fresh))
    # By a new tag a channel may hear of the story now, so that alone is told of what a first check finds.
    if not _is_worth_telling(telling.source, story, only_tags=telling.backlog):
        return Event(telling.article.id, None, joined)
    return Event(telling.article.id, _update(telling, story, joined, UpdateKind.REPORTED), joined)


def read_again(
    telling: Telling, story: Story, mark: Fingerprint, before: Reading | None, after: Reading
) -> Event | None:
    """An article that told this story before; None when nothing came of it."""
    whole = before is not None and before.partial and not after.partial and not is_gone(after)
    if whole:
        # Later articles are to be compared with the page, not with the few words of the feed.
        story = read_whole(story, telling.article, mark)
    changes = compare(before, after) if before else ()
    if _is_graver(telling, story):
        return replace(_graver(telling, story, story), more=bool(changes))
    if fresh := _fresh(telling, story):
        key = f"{telling.article.id}/{_digest(*(match.rule for match in fresh))}"
        return Event(key, *_further(telling, story, story, fresh, changes, key=key))
    if not changes:
        return Event(f"{telling.article.id}/whole", None, story) if whole else None
    # Its rules may not be for the source that links to it now.
    holds = bool(telling.matches) or (before is not None and before.source != after.source)
    kind = UpdateKind.CORRECTED if holds and not is_gone(after) else UpdateKind.REMOVED
    key = f"{telling.article.id}/{_digest(after.title, after.text)}"
    return Event(key, _update(telling, story, story, kind, changes, key=key), story)


def _is_graver(telling: Telling, story: Story) -> bool:
    return bool(telling.matches) and telling.matches[0].severity.rank > story.severity.rank


def _graver(telling: Telling, story: Story, joined: Story) -> Event:
    """The story alerts anew. The key lets an article alert once at each severity."""
    alert = _alert(telling)
    before = {"known": story.rules, "earlier": some_of(story.outlets, _EARLIER)}
    alert = alert.model_copy(update={"id": f"{alert.id}-{alert.severity}", "story": story.id, **before})
    return Event(f"{telling.article.id}/{alert.severity}", alert, raise_story(joined, alert))


def _alert(telling: Telling) -> Alert:
    return make_alert(
        telling.article,
        telling.matches,
        telling.source,
        telling.snippet(telling.matches[0]),
        now=telling.now,
        backlog=telling.backlog,
    )


def _fresh(telling: Telling, story: Story) -> list[Match]:
    known = {rule.id for rule in story.rules}
    return [match for match in telling.matches if match.rule not in known]


def _further(
    telling: Telling,
    story: Story,
    joined: Story,
    fresh: Sequence[Match],
    changes: tuple[Change, ...] = (),
    *,
    key: str = "",
) -> tuple[Update, Story]:
    update = _update(telling, story, joined, UpdateKind.RULES, changes, key=key)
    update = update.model_copy(update={"snippet": telling.snippet(fresh[0])})
    return update, with_rules(joined, rules_of(fresh))


def _is_worth_telling(source: Source, story: Story, *, only_tags: bool) -> bool:
    if any(outlet.id == source.id for outlet in story.outlets):
        return False
    number = len(story.outlets) + 1
    seen = {tag for outlet in story.outlets for tag in outlet.tags}
    return not seen.issuperset(source.tags) or (not only_tags and (number <= EACH or number in FURTHER))


def _update(
    telling: Telling,
    story: Story,
    joined: Story,
    kind: UpdateKind,
    changes: tuple[Change, ...] = (),
    *,
    key: str = "",
) -> Update:
    article = telling.article
    return Update(
        id=f"u-{(key or article.id).replace('/', '-')}",
        kind=kind,
        story=story.id,
        alert=story.alert,
        severity=story.severity,
        rules=rules_of(telling.matches) or story.rules,
        known=story.rules,
        headline=story.headline,
        title=article.title,
        url=article.url,
        source=outlet_of(telling.source),
        published=article.published,
        detected=telling.now,
        language=article.language,
        reports=joined.told,
        earlier=some_of(story.outlets, _EARLIER),
        # To a channel that did not hear of the story yet this is its alert.
        snippet=telling.snippet(telling.matches[0]) if telling.matches else None,
        changes=changes,
        # It must not come before its alert, which waits to be gathered.
        backlog=telling.backlog or (story.gathered is not None and telling.now - story.gathered < GATHERING),
    )


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:12]
