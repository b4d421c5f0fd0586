"""Templates of channels: what a person may write instead of the form that messages have by default."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import monitor
from monitor.models import Alert, AlertRule, AlertSource, Severity, Snippet, Update
from monitor.notify.body import Line, Told, marked, origin, rule_names
from monitor.notify.labels import LABELS
from monitor.notify.markup import write
from monitor.notify.words import clip, harmless, headline, safe_link

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.notify.labels import Labels
    from monitor.notify.markup import Markup, Room

# Every template may name all of these; what a message does not have is empty.
_NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("kind", "severity", "severity_label", "headline", "title", "sentence", "source", "origin", "age"),
        *("rules", "url", "link", "reason", "since"),
    ),
    "",
) | {"tags": [], "rule_ids": [], "changes": [], "earlier": [], "reports": 1, "partial": False, "recovered": False}
_SECONDS = 4.0
_LONGEST = 100_000
# How long title and sentence may be, tried in this order until the text fits.
_LENGTHS = ((500, 600), (200, 300), (100, 100))


@dataclass(frozen=True, slots=True)
class TemplateFault(Exception):
    """A template that gives no text; `line` counts from 1 where it is known."""

    reason: str
    line: int | None = None

    def __str__(self) -> str:
        """The reason, with the line."""
        return f"line {self.line}: {self.reason}" if self.line else self.reason


def fill_in_sandbox(template: str, markup: Markup, values: dict[str, Any]) -> str:
    """The text, filled in by monitor.notify.sandbox. Raises TemplateFault."""
    asked = json.dumps({"template": template, "markup": markup.name, "values": values})
    home = str(Path(monitor.__file__).resolve().parents[1])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "monitor.notify.sandbox"],
            input=asked,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
            env={"PYTHONPATH": home, "PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired:
        raise TemplateFault(f"it takes longer than {_SECONDS:g} s") from None
    except (OSError, UnicodeError) as error:
        raise TemplateFault(f"it cannot be run: {error}") from error
    if done.returncode != 0:
        raise TemplateFault("it takes too much time or memory, and was stopped")
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise TemplateFault(answer["error"], answer["line"])
    text = str(answer["text"]).strip()
    if not text or len(text) > _LONGEST:
        raise TemplateFault("it gives no text" if not text else f"it gives more than {_LONGEST:,} characters")
    return text


def templated(template: str, message: Told, now: datetime, labels: Labels, markup: Markup, *, room: Room) -> str:
    """A message by a template, at most `limit` long. Raises TemplateFault."""
    for lengths in _LENGTHS:
        text = fill_in_sandbox(template, markup, values_for(message, now, labels, markup, lengths))
        if room.holds(text):
            return text
    raise TemplateFault(f"what it gives is longer than the {room.limit} that the receiver takes")


def values_for(
    message: Told, now: datetime, labels: Labels, markup: Markup, lengths: tuple[int, int] = _LENGTHS[0]
) -> dict[str, Any]:
    """What a template may name; {"markup": TEXT} is markup already. See docs/alerts.md."""
    if isinstance(message, Alert | Update):
        return _NOTHING | _of_story(message, now, labels, markup, lengths)
    return _NOTHING | {
        "kind": "notice",
        "headline": harmless(message.name, 80),
        "title": harmless(message.name, 80),
        "recovered": message.recovered,
        "reason": harmless(message.reason),
        "since": f"{message.since:%Y-%m-%d %H:%M}",
    }


def _of_story(
    message: Alert | Update, now: datetime, labels: Labels, markup: Markup, lengths: tuple[int, int]
) -> dict[str, Any]:
    title, sentence = lengths
    said = headline(message) if isinstance(message, Alert) else harmless(message.headline)
    link = safe_link(message.url)
    values = {
        "kind": "alert",
        "severity": message.severity.value,
        "severity_label": labels.severities[message.severity],
        "headline": clip(said, title),
        "title": clip(harmless(message.title), title),
        "sentence": _markup(Line(marked(message.snippet, sentence)), markup) if message.snippet else "",
        "source": harmless(message.source.name, 80),
        "tags": [harmless(tag, 40) for tag in message.source.tags],
        "origin": origin(message.source),
        "age": labels.age(message.published, now),
        "rules": rule_names(message.rules),
        "rule_ids": [rule.id for rule in message.rules],
        "url": link,
        "link": _markup(Line(link=link), markup) if link else "",
    }
    if isinstance(message, Alert):
        return values | {"partial": message.partial}
    changes = [[harmless(change.before), harmless(change.after)] for change in message.changes]
    earlier = [origin(source) for source in message.earlier]
    return values | {"kind": message.kind.value, "reports": message.reports, "earlier": earlier, "changes": changes}


def _markup(line: Line, markup: Markup) -> dict[str, str]:
    return {"markup": write(line, markup)}


def try_template(template: str, markup: Markup, now: datetime) -> None:
    """Fill a template in with an example. Raises TemplateFault."""
    fill_in_sandbox(template, markup, values_for(example("en", now), now, LABELS["en"], markup))


def example(number: str, now: datetime, word: str = "TEST") -> Alert:
    """An alert that shows what one looks like, and says that it is none."""
    text = f"{word}: this is an example, nothing was published."
    return Alert(
        id=f"test-{number}",
        story=f"test-{number}",
        severity=Severity.LOW,
        rules=(AlertRule(id="test", name=f"monitor notify test ({word})", severity=Severity.LOW),),
        title=f"{word}: a headline that matched",
        url="https://example.org/test",
        source=AlertSource(id="test", name="Vedette", tags=("test",)),
        published=now,
        detected=now,
        language="en",
        snippet=Snippet(text=text, marks=((len(word) + 13, len(word) + 20),)),
        matches=(),
    )
