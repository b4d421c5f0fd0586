"""Every error the program raises on purpose.

MonitorError                 one line for a person, with what to do
├── ConfigError              files of config/; carries every Problem found
├── StoreError               Redis or Valkey
│   ├── StoreUnavailable     no answer; waiting helps
│   └── StoreUnfit           an answer that the program must not work with (eviction, newer schema)
├── AlreadyRunning           a second `monitor up` on one data folder
├── FetchError               one request failed; `outcome` names the counted outcome
├── UnreadableDocument       bytes that are not what their purpose says
└── DeliveryError            one channel refused or failed; says whether and when to try again
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.models import Outcome


class MonitorError(Exception):
    """Base of all; its text is one line that says what to do."""


# What stands behind these keys may be a secret, written out in the file.
_SECRET = re.compile(r"""(\b(?:secret|password|token)["']?\s*:\s*)([^,}\s]+)""", re.IGNORECASE)
# User and password before the host of an address, as that of a proxy.
_LOGIN = re.compile(r"""(\bproxy["']?\s*:\s*["']?(?:\w+://)?)(\S+)(?=@)|(://)([^\s/@]+)(?=@)""")


def _masked(excerpt: str) -> str:
    excerpt = _LOGIN.sub(lambda found: (found[1] or found[3]) + "*" * len(found[2] or found[4]), excerpt)
    return _SECRET.sub(lambda found: found[1] + "*" * len(found[2]), excerpt)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a configuration file. Line and column count from 1; `excerpt` is the line of the file."""

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    excerpt: str = ""

    def __str__(self) -> str:
        """`file:line:col: message (hint)`, the form that editors and CI link to."""
        return f"{self.path}:{self.line}:{self.column}: {self.message}" + (f" ({self.hint})" if self.hint else "")

    def drawn(self) -> str:
        """The same, followed by the line of the file with a caret below the column."""
        if not self.excerpt:
            return str(self)
        return f"{self}\n    {_masked(self.excerpt)}\n    {' ' * (self.column - 1)}^"


class ConfigError(MonitorError):
    """A configuration that must not be used: all its problems, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class StoreError(MonitorError):
    """Redis or Valkey answered with an error."""


class StoreUnavailable(StoreError):
    """Redis or Valkey did not answer; the caller waits and tries again."""


class StoreUnfit(StoreError):
    """Redis or Valkey answers, but working with it would lose data."""


class AlreadyRunning(MonitorError):
    """Another process owns the data folder."""


class FetchError(MonitorError):
    """A request that brought no usable body; `outcome` is counted, `status` is that of HTTP, 0 without an answer."""

    def __init__(self, outcome: Outcome, reason: str, *, retry_after: float | None = None, status: int = 0) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.retry_after = retry_after
        self.status = status


class UnreadableDocument(MonitorError):
    """A body that is not what it was fetched as: HTML where a feed should be, no markup at all."""


class DeliveryError(MonitorError):
    """A channel did not take a message. `permanent` errors are not tried again; `retry_after` is in seconds."""

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after
