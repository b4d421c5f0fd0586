"""The terminal: for a person who watches it, and for the log of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from monitor.errors import DeliveryError
from monitor.models import Alert, Notice, Severity, Update
from monitor.notify.body import Style, compose
from monitor.notify.labels import LABELS
from monitor.notify.words import age, harmless, headline, safe_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.models import Delivery, Message, Snippet

_STYLES = {
    Severity.LOW: "cyan",
    Severity.MEDIUM: "bold yellow",
    Severity.HIGH: "bold red",
    Severity.CRITICAL: "bold white on red",
}


_RUNS = {Style.PLAIN: "", Style.STRONG: "bold", Style.MARK: "bold black on yellow", Style.QUIET: "dim"}


class ConsoleChannel:
    """Writes to a stream; colours where it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Print the alert, or a digest with one headline an alert. Raises DeliveryError when nobody reads any more."""
        try:
            if delivery.digest:
                print_lines(self._console, render_digest(delivery, now, colour=self._console.is_terminal))
            else:
                for message in delivery.messages:
                    print_lines(self._console, render(message, now, colour=self._console.is_terminal))
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"the terminal does not take it: {error}") from error


def print_lines(console: Console, lines: Iterable[Text]) -> None:
    """Print whole lines and leave the wrapping to the terminal, so that links stay links and logs stay lines."""
    for line in lines:
        console.print(line, soft_wrap=True)


def render(message: Message, now: datetime, *, colour: bool) -> Iterator[Text]:
    """The lines of any message."""
    if isinstance(message, Update | Notice):
        return render_told(message, now, colour=colour)
    if isinstance(message, Alert):
        return render_alert(message, now, colour=colour)
    return iter(())  # canaries have a channel of their own


def render_told(message: Update | Notice, now: datetime, *, colour: bool) -> Iterator[Text]:
    """An update or a notice: the lines that every channel has, and an empty one."""
    for line in compose(message, now, LABELS["en"]).lines:
        text = Text("  ")
        for run in line.runs:
            bare = run.style is Style.MARK and not colour
            text.append(f"[{run.text}]" if bare else run.text, _RUNS[run.style])
        yield text.append(line.link, "blue")
    yield Text()


def render_alert(alert: Alert, now: datetime, *, colour: bool) -> Iterator[Text]:
    """Severity, source and age; headline; the sentence that matched; rules; link; an empty line."""
    yield Text.assemble(
        (f" {alert.severity.upper()} ", _STYLES[alert.severity]),
        (f"  {harmless(alert.source.name, 80)}", "bold"),
        _tags(alert.source.tags),
        (f"  {age(alert, now)}" + ("  (feed text only)" if alert.partial else ""), "dim"),
    )
    if alert.snippet.text != alert.title:
        yield Text(f"  {headline(alert)}", "bold")
    # A title that matched by itself is shown once, with its words marked.
    yield Text("  ").append(marked(alert.snippet, colour=colour))
    yield Text("  " + " + ".join(harmless(rule.name, 100) for rule in alert.rules), "italic")
    if link := safe_link(alert.url):
        yield Text(f"  {link}", "blue")
    yield Text()


def render_digest(delivery: Delivery, now: datetime, *, colour: bool) -> Iterator[Text]:
    """What waited, or was there when the program began to look: a line and a link an alert, gravest first."""
    alerts = sorted(delivery.alerts, key=lambda alert: -alert.severity.rank)
    first_check = all(isinstance(message, Alert) and message.backlog for message in delivery.messages)
    said = "stories" if len(alerts) == len(delivery.messages) else "messages"
    said += " that match were already in the sources when they were first read" if first_check else ""
    yield Text(f"{len(delivery.messages)} {said}:", "bold")
    for alert in alerts:
        yield Text.assemble(
            "  ",
            (f" {alert.severity.upper()} ", _STYLES[alert.severity]),
            (f" {headline(alert)}", "bold"),
            (f"  {harmless(alert.source.name, 80)}, {age(alert, now)}", "dim"),
        )
        if link := safe_link(alert.url):
            yield Text(f"    {link}", "blue")
    yield Text()
    others: tuple[Update | Notice, ...] = (*delivery.updates, *delivery.notices)
    for message in others:
        yield from render_told(message, now, colour=colour)


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
