"""The terminal: for a person who watches it, and for the log of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from monitor.models import Severity
from monitor.notify.words import age, harmless, headline, safe_link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from monitor.models import Alert, Delivery, Snippet

_STYLES = {
    Severity.LOW: "cyan",
    Severity.MEDIUM: "bold yellow",
    Severity.HIGH: "bold red",
    Severity.CRITICAL: "bold white on red",
}


class ConsoleChannel:
    """Writes to a stream; colours where it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False, soft_wrap=True)

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Print the alert, or a digest with one headline an alert."""
        if delivery.digest:
            self._console.print(render_digest(delivery, now))
        else:
            self._console.print(render_alert(delivery.alerts[0], now, colour=self._console.is_terminal))


def render_alert(alert: Alert, now: datetime, *, colour: bool) -> Group:
    """Severity, source and age; headline; the sentence that matched; rule and link."""
    head = Text.assemble(
        (f" {alert.severity.upper()} ", _STYLES[alert.severity]),
        (f"  {harmless(alert.source.name, 80)}", "bold"),
        _tags(alert.source.tags),
        (f"  {age(alert, now)}" + ("  (feed text only)" if alert.partial else ""), "dim"),
    )
    rules = Text(" + ".join(harmless(rule.name, 100) for rule in alert.rules), "italic")
    lines = [Text(headline(alert), "bold"), marked(alert.snippet, colour=colour), rules]
    if link := safe_link(alert.url):
        lines.append(Text(link, "blue"))
    return Group(head, Padding(Group(*lines), (0, 0, 1, 2)))


def render_digest(delivery: Delivery, now: datetime) -> Group:
    """What was already there when the program began to look: a line and a link an alert, gravest first."""
    alerts = sorted(delivery.alerts, key=lambda alert: -alert.severity.rank)
    title = f"{len(alerts)} stories that match were already in the sources when they were first read:"
    return Group(Text(title, "bold"), Padding(Group(*_digest_lines(alerts, now)), (0, 0, 1, 2)))


def _digest_lines(alerts: list[Alert], now: datetime) -> Iterator[Text]:
    for alert in alerts:
        yield Text.assemble(
            (f" {alert.severity.upper()} ", _STYLES[alert.severity]),
            (f" {headline(alert)}", "bold"),
            (f"  {harmless(alert.source.name, 80)}, {age(alert, now)}", "dim"),
        )
        if link := safe_link(alert.url):
            yield Text(f"  {link}", "blue")


def marked(snippet: Snippet, *, colour: bool) -> Text:
    """The sentence with the matched words highlighted in colour, or in [brackets] where there is none."""
    words = harmless(snippet.text, len(snippet.text) + 1)
    text, end = Text(), 0
    for mark_start, mark_end in snippet.marks:
        word = words[mark_start:mark_end]
        text.append(words[end:mark_start])
        text.append(word if colour else f"[{word}]", "bold black on yellow")
        end = mark_end
    return text.append(words[end:])


def _tags(tags: tuple[str, ...]) -> str:
    return f" ({', '.join(harmless(tag, 40) for tag in tags)})" if tags else ""
