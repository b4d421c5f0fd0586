"""The one summary after a start: which sources answer, and which never did."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from monitor.errors import StoreError
from monitor.models import Outcome
from monitor.notify.words import harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.models import Source
    from monitor.sources.schedule import SourceState
    from monitor.wiring import Runtime

_EVERY_SECONDS = 1.0
_LATEST_SECONDS = 90.0
_NAMED = 15


class StartSummary:
    """Says once how the sources do: when all were checked, or after 90 s."""

    def __init__(self, runtime: Runtime, say: Callable[[str], None]) -> None:
        self._runtime = runtime
        self._say = say
        self._began = self._looked = time.monotonic()
        self._said = False

    def tick(self) -> None:
        """Look once a second until there is something to say."""
        if self._said or time.monotonic() - self._looked < _EVERY_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            found = [(source, self._runtime.jobs.state(source.id)) for source in self._runtime.sources.values()]
        except StoreError:
            return  # the server is being restarted; the next look will do
        if all(state.outcome for _, state in found) or self._looked - self._began > _LATEST_SECONDS:
            self._said = True
            for line in summary(found):
                self._say(line)


def summary(found: list[tuple[Source, SourceState]]) -> list[str]:
    """A line for the whole, and one for each source that never worked."""
    failing = [(source, state) for source, state in found if not state.succeeded]
    good = len(found) - len(failing)
    if len(found) > 1 and all(state.outcome is Outcome.UNREACHABLE for _, state in found):
        return [f"start: none of {len(found)} sources is reached: is this machine online? See `monitor sources`"]
    lines = [f"start: {good} of {len(found)} sources answer" + (", these never did:" if failing else "")]
    for source, state in failing[:_NAMED]:
        outcome = state.outcome or "not checked yet"
        lines.append(f"  {source.id}: {outcome}" + (f", {harmless(state.reason, 100)}" if state.reason else ""))
    if len(failing) > _NAMED:
        lines.append(f"  and {len(failing) - _NAMED} more: see `monitor sources`")
    return lines
