"""The terminal: for a person who watches it, and for the log of a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.text import Text

from monitor.errors import DeliveryError
from monitor.models import Alert, Severity
from monitor.notify import body
from monitor.notify.body import SEPARATOR, Line, Run, Style, Told, compose, digest_title, item, told
from monitor.notify.labels import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from monitor.models import Delivery, Message, Snippet
    from monitor.notify.labels import Language

_STYLES = {
    Severity.LOW: "cyan",
    Severity.MEDIUM: "bold yellow",
    Severity.HIGH: "bold red",
    Severity.CRITICAL: "bold white on red",
}
_RUNS = {Style.PLAIN: "", Style.STRONG: "bold", Style.MARK: "bold black on yellow", Style.QUIET: "dim"}


class ConsoleChannel:
    """Writes to a stream; colours where it is a terminal."""

    def __init__(self, stream: TextIO, *, language: Language = "en") -> None:
        self._console = Console(file=stream, highlight=False)
        self._language: Language = language

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Print the alert, or a digest with one headline an alert. Raises DeliveryError when nobody reads any more."""
        try:
            colour = self._console.is_terminal
            if delivery.digest:
                print_lines(self._console, render_digest(delivery, now, colour=colour, language=self._language))
            else:
                for message in delivery.messages:
                    print_lines(self._console, render(message, now, colour=colour, language=self._language))
        except (OSError, UnicodeError) as error:
            raise DeliveryError(f"the terminal does not take it: {error}") from error


def print_lines(console: Console, lines: Iterable[Text]) -> None:
    """Print whole lines and leave the wrapping to the terminal, so that links stay links and logs stay lines."""
    for line in lines:
        console.print(line, soft_wrap=True)


def render(message: Message, now: datetime, *, colour: bool, language: Language = "en") -> Iterator[Text]:
    """The lines that every channel has, and an empty one; nothing of a canary, which has a channel of its own."""
    if isinstance(message, Told):
        for line in compose(message, now, LABELS[language]).lines:
            yield _written(line, colour=colour)
        yield Text()


def render_digest(delivery: Delivery, now: datetime, *, colour: bool, language: Language = "en") -> Iterator[Text]:
    """What waited, or was there when the program began to look: a line and a link an alert, gravest first; the rest."""
    messages, labels = told(delivery), LABELS[language]
    yield Text(f"{digest_title(messages, labels)}:", "bold")
    for alert in sorted(delivery.alerts, key=lambda alert: -alert.severity.rank):
        for line in item(alert, now, labels):
            yield Text("  ").append_text(_written(line, colour=colour))
    yield Text()
    for message in messages:
        if not isinstance(message, Alert):
            yield from render(message, now, colour=colour, language=language)


def marked(snippet: Snippet, *, colour: bool) -> Text:
    """The sentence with the matched words highlighted in colour, or in [brackets] where there is none."""
    return _joined(body.marked(snippet, len(snippet.text) + 1), colour=colour)


def _written(line: Line, *, colour: bool) -> Text:
    """A line as every channel has it; a severity is a badge, and what stands beside it is set in columns."""
    if line.link:
        return Text("  ").append(line.link, "blue")
    if not line.severity:
        return Text("  ").append_text(_joined(line.runs, colour=colour))
    badge, *rest = line.runs
    columns = [Run("  ") if run == SEPARATOR else run for run in rest]
    return Text.assemble((f" {badge.text} ", _STYLES[line.severity])).append_text(_joined(columns, colour=colour))


def _joined(runs: Iterable[Run], *, colour: bool) -> Text:
    text = Text()
    for run in runs:
        bare = run.style is Style.MARK and not colour
        text.append(f"[{run.text}]" if bare else run.text, _RUNS[run.style])
    return text
