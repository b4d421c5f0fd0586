"""What Celery, kombu and the rest log, a line each: an outage is said once, not told in a thousand lines of stack."""

from __future__ import annotations

import logging
import time

# What the client libraries call an outage, whatever the module; its stack says nothing that the text does not.
_OUTAGES = frozenset(
    {"OperationalError", "ConnectionError", "SchedulingError", "TimeoutError", "ConnectionRefusedError"}
)
_LONGEST = 500
_SILENT_SECONDS = 30.0


class OneLine(logging.Formatter):
    """`monitor: LEVEL text (Exception: reason)`, controls escaped; a stack only where it may be a bug."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        text = record.getMessage().split("\n", maxsplit=1)[0]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and str(error) not in text:
            text += f" ({type(error).__name__}: {error})"
        line = _escaped(f"monitor: {record.levelname.lower()}: {text}")[:_LONGEST]
        if error is None or type(error).__name__ in _OUTAGES or record.exc_info is None:
            return line
        return f"{line}\n{self.formatException(record.exc_info)}"


class NotAgain(logging.Filter):
    """Leaves out a text that was logged in the last half minute."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log the record."""
        now, text = time.monotonic(), record.getMessage()[:_LONGEST]
        if now - self._last.get(text, -_SILENT_SECONDS) < _SILENT_SECONDS:
            return False
        self._last = {known: at for known, at in self._last.items() if now - at < _SILENT_SECONDS}
        self._last[text] = now
        return True


def log_to_terminal(level: int = logging.WARNING) -> None:
    """Send warnings and errors of every library to standard error, in our form."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(NotAgain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _escaped(text: str) -> str:
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
