"""A delivery as lines of marked text, before any markup: what an editor reads on a phone.

Every text in a Body is harmless (monitor.notify.words) and every link is safe; a renderer escapes and writes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from monitor.models import Alert, Notice, Update, UpdateKind
from monitor.notify.words import clip, harmless, headline, safe_link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from monitor.models import AlertRule, AlertSource, Delivery, Severity, Snippet
    from monitor.notify.labels import Labels

# What people are told; canaries have a channel of their own.
Told: TypeAlias = Alert | Update | Notice

_SUBJECT = 200
_CHANGES = 3
_EARLIER = 10


class Style(StrEnum):
    """How a stretch of text stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    MARK = "mark"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    style: Style = Style.PLAIN


# Between the parts of a line; a terminal has room for columns instead.
SEPARATOR = Run(" · ")


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a `link` is a line of its own, without runs. `severity` is what its first run names, if that is one."""

    runs: tuple[Run, ...] = ()
    quote: bool = False
    link: str = ""
    severity: Severity | None = None

    @property
    def says(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.link) or any(run.text.strip() for run in self.runs)


@dataclass(frozen=True, slots=True)
class Body:
    """A whole message. `subject` is its one-line form, for mail and for what shows a title."""

    subject: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Budget:
    """What of one message is shown, and how long, in characters. 0 leaves it out."""

    headline: int = 500
    sentence: int = 600
    extras: bool = True
    origin: bool = True
    link: bool = True


FULL = Budget()
# Tried in this order until the message fits: the sentence gives way first, the link last.
BUDGETS = (
    FULL,
    Budget(300, 300),
    Budget(200, 160),
    Budget(160, 100, extras=False),
    Budget(120, 0, extras=False),
    Budget(60, 0, extras=False),
    Budget(100, 0, extras=False, origin=False),
    Budget(40, 0, extras=False, origin=False),
    Budget(0, 0, extras=False, origin=False),
    # An address longer than the whole message leaves no room for anything: say at least what happened.
    Budget(100, 0, extras=False, origin=False, link=False),
    Budget(40, 0, extras=False, origin=False, link=False),
)


def compose(message: Told, now: datetime | None, labels: Labels, budget: Budget = FULL) -> Body:
    """The lines of one alert, update or notice. Without `now` times are dates, for what is read at any time."""
    if isinstance(message, Alert):
        lines = _alert(message, now, labels, budget)
    elif isinstance(message, Update):
        lines = _update(message, now, labels, budget)
    else:
        lines = _notice(message, labels, budget)
    return Body(subject(message, labels), tuple(line for line in lines if line.says))


def compose_digest(delivery: Delivery, now: datetime | None, labels: Labels, shown: int) -> Body:
    """What a digest holds, gravest first: a line and a link each for the first `shown`, and how many more there are."""
    ordered = sorted(told(delivery), key=lambda message: -rank(message))
    title = digest_title(ordered, labels)
    lines = [Line((Run(title, Style.STRONG),))]
    for message in ordered[:shown]:
        lines += item(message, now, labels)
    if left := len(ordered) - min(shown, len(ordered)):
        lines.append(Line((Run(labels.number(labels.more, left), Style.QUIET),)))
    return Body(title, tuple(lines))


def digest_title(messages: Sequence[Told], labels: Labels) -> str:
    """How many there are, and whether a first check found them all."""
    backlog = all(isinstance(message, Alert | Update) and message.backlog for message in messages)
    return labels.number(labels.backlog if backlog else labels.stories, len(messages))


def told(delivery: Delivery) -> tuple[Told, ...]:
    """The messages of a delivery that are for people."""
    return tuple(message for message in delivery.messages if isinstance(message, Told))


def rank(message: Told) -> int:
    """How grave a message is; a notice is as grave as a critical alert to whoever receives notices."""
    return message.severity.rank if isinstance(message, Alert | Update) else 3


def subject(message: Told, labels: Labels) -> str:
    """One line: severity, what happened, headline."""
    if isinstance(message, Alert):
        return clip(f"{labels.severities[message.severity]}: {headline(message)}", _SUBJECT)
    if isinstance(message, Update):
        return clip(f"{_happened(message, labels)}: {harmless(message.headline)}", _SUBJECT)
    return clip(f"{harmless(message.name, 80)}: {_trouble(message, labels)}", _SUBJECT)


def origin(source: AlertSource) -> str:
    """The source and its tags: `Outlet (state)`."""
    tags = ", ".join(harmless(tag, 40) for tag in source.tags[:5])
    return harmless(source.name, 80) + (f" ({tags})" if tags else "")


def rule_names(rules: Sequence[AlertRule]) -> str:
    """The rules that hold, the gravest first."""
    return " + ".join(harmless(rule.name, 100) for rule in rules[:8])


def marked(snippet: Snippet, limit: int) -> tuple[Run, ...]:
    """The sentence with its words marked, at most about `limit` characters, with the first marked word in it."""
    text = harmless(snippet.text, len(snippet.text) + 1)
    marks = [(start, end) for start, end in snippet.marks if 0 <= start < end <= len(text)]
    begin = 0
    if marks and marks[0][1] > limit:
        begin = text.rfind(" ", 0, max(0, marks[0][0] - limit // 4)) + 1
    runs, at = [Run("…")] if begin else [], begin
    for start, end in marks:
        if start >= at and end <= begin + limit:
            runs += [Run(text[at:start]), Run(text[start:end], Style.MARK)]
            at = end
    runs.append(Run(clip(text[at:], max(2, begin + limit - at))))
    return tuple(run for run in runs if run.text)


def _alert(alert: Alert, now: datetime | None, labels: Labels, budget: Budget) -> Iterator[Line]:
    quiet = [labels.age(alert.published, now), *([labels.partial] if alert.partial else [])]
    if budget.origin:
        yield _head(labels.severities[alert.severity], [origin(alert.source), *quiet], alert.severity)
    yield from _telling(alert.title, headline(alert), alert.snippet, budget)
    if budget.extras:
        yield Line((Run(rule_names(alert.rules), Style.QUIET),))
    yield _link(alert.url, budget)


def _update(update: Update, now: datetime | None, labels: Labels, budget: Budget) -> Iterator[Line]:
    if budget.origin:
        where = [labels.severities[update.severity], labels.age(update.published, now)]
        yield _head(_happened(update, labels), where)
    yield _strong(clip(harmless(update.headline), budget.headline))
    if budget.sentence:
        if update.title != update.headline:
            yield Line((Run(clip(harmless(update.title), budget.sentence)),))
        if update.snippet:
            yield Line(marked(update.snippet, budget.sentence), quote=True)
        for change in update.changes[:_CHANGES]:
            half = budget.sentence // 2
            words = f"{clip(harmless(change.before), half)} → {clip(harmless(change.after), half)}"
            yield Line((Run(words),), quote=True)
    if budget.extras:
        yield Line((Run(rule_names(_further(update)), Style.QUIET),))
        if update.earlier:
            others = ", ".join(origin(source) for source in update.earlier[:_EARLIER])
            more = "…" if len(update.earlier) > _EARLIER else ""
            yield Line((Run(f"{labels.earlier} {others}{more}", Style.QUIET),))
        if update.reports > 1:
            yield Line((Run(labels.number(labels.reports, update.reports), Style.QUIET),))
    yield _link(update.url, budget)


def _further(update: Update) -> tuple[AlertRule, ...]:
    """The rules that an update is about: where further ones hold, those alone."""
    known = {rule.id for rule in update.known}
    fresh = tuple(rule for rule in update.rules if rule.id not in known)
    return fresh if update.kind is UpdateKind.RULES and fresh else update.rules


def _notice(notice: Notice, labels: Labels, budget: Budget) -> Iterator[Line]:
    yield _strong(clip(f"{harmless(notice.name, 80)}: {_trouble(notice, labels)}", max(40, budget.headline)))
    if budget.extras:
        yield Line((Run(labels.since.format(f"{notice.since:%Y-%m-%d %H:%M}"), Style.QUIET),))


def item(message: Told, now: datetime | None, labels: Labels) -> Iterator[Line]:
    """A message as a line of a digest, and its link."""
    severity = message.severity if isinstance(message, Alert) else None
    if isinstance(message, Alert):
        strong, said = labels.severities[message.severity], clip(headline(message), 160)
    elif isinstance(message, Update):
        strong, said = _happened(message, labels), clip(harmless(message.headline), 160)
    else:
        strong, said = harmless(message.name, 80), clip(_trouble(message, labels), 160)
    runs = [Run(strong, Style.STRONG), Run(f" {said}")]
    if isinstance(message, Alert):
        where = f"{harmless(message.source.name, 80)}, {labels.age(message.published, now)}"
        runs += [SEPARATOR, Run(where, Style.QUIET)]
    yield Line(tuple(runs), severity=severity)
    if isinstance(message, Alert | Update) and (link := safe_link(message.url)):
        yield Line(link=link)


def _happened(update: Update, labels: Labels) -> str:
    source = origin(update.source)
    if update.kind is UpdateKind.REPORTED:
        return f"{labels.reported} {source}"
    word = {UpdateKind.RULES: labels.rules, UpdateKind.CORRECTED: labels.corrected}.get(update.kind, labels.removed)
    return f"{source}: {word}"


def _trouble(notice: Notice, labels: Labels) -> str:
    return labels.works_again if notice.recovered else harmless(notice.reason)


def _telling(title: str, said: str, snippet: Snippet, budget: Budget) -> Iterator[Line]:
    """Headline and sentence; a title that matched by itself is told once, with its words marked."""
    if snippet.text == title and budget.headline:
        runs = marked(snippet, budget.headline)
        yield Line(tuple(replace(run, style=Style.STRONG) if run.style is Style.PLAIN else run for run in runs))
        return
    yield _strong(clip(said, budget.headline))
    if budget.sentence and snippet.text:
        yield Line(marked(snippet, budget.sentence), quote=True)


def _head(strong: str, rest: list[str], severity: Severity | None = None) -> Line:
    parts = [run for said in rest for run in (SEPARATOR, Run(said))]
    return Line((Run(strong, Style.STRONG), *parts), severity=severity)


def _strong(text: str) -> Line:
    return Line((Run(text, Style.STRONG),) if text else ())


def _link(url: str | None, budget: Budget) -> Line:
    return Line(link=safe_link(url) if budget.link else "")
