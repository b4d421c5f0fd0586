"""Which of a source's addresses to ask: decisions over values and `now`.

The first address is asked as long as it answers. When it fails, the next takes its place, and so on round. RETURN after
it was left, or was last tried in vain, the first is tried again from the mirror: GONE_PROBE after a 410, and not while
its host asks to be left alone. Each check asks one address and has one outcome. What a server said to make
requests conditional is sent to that server alone (`SourceState.validated`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.models import Outcome
from monitor.sources.schedule import GONE_PROBE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from monitor.models import Source
    from monitor.sources.schedule import SourceState

RETURN = timedelta(hours=1)
# The next address is asked so soon after one has failed.
SOON = timedelta(seconds=5)
# What another address may well not suffer from. A block page and a lie of a name server are among these.
_AT_ONCE = frozenset(
    {Outcome.BLOCKED, Outcome.UNREACHABLE, Outcome.TIMEOUT, Outcome.REFUSED, Outcome.NOT_A_FEED, Outcome.GONE}
)
# What passes by itself most times, until it was seen so often in a row.
_IN_TIME = frozenset(
    {
        Outcome.SERVER_ERROR,
        Outcome.NOT_FOUND,
        Outcome.PROTOCOL_ERROR,
        Outcome.TOO_LARGE,
        Outcome.UNREADABLE,
    }
)
PATIENCE = 3


def in_use(addresses: Sequence[str], state: SourceState) -> str:
    """The address that a source is read from; the first, where the mirror of the state left the configuration."""
    return state.mirror if state.mirror in addresses else addresses[0]


def to_ask(addresses: Sequence[str], state: SourceState, now: datetime) -> str:
    """The address of the next check."""
    current = in_use(addresses, state)
    returning = state.left_first is None or now - state.left_first >= RETURN
    return addresses[0] if returning else current


def tried_in_vain(outcome: Outcome | None, now: datetime) -> datetime:
    """What `left_first` is after the first address came to `outcome`: the time RETURN before it is tried again."""
    return now + GONE_PROBE - RETURN if outcome is Outcome.GONE else now


def configured(source: Source, state: SourceState, url: str) -> str:
    """The address of the configuration that a request to `url` stands for: it may have moved."""
    return next((address for address in source.addresses if state.address(address) == url), source.url)


def answered(addresses: Sequence[str], state: SourceState, asked: str) -> SourceState:
    """The state when `asked` answered: it is the one in use."""
    first = asked == addresses[0]
    return replace(state, mirror="" if first else asked, left_first=None if first else state.left_first)


def failed(
    addresses: Sequence[str], asked: str, before: SourceState, after: SourceState, now: datetime
) -> tuple[SourceState, bool]:
    """The state when `asked` failed, and whether another address is to be asked soon.

    `after` is what the failure makes of `before` by itself. A mirror goes on when only the first, tried again, failed.
    """
    current = in_use(addresses, before)
    if asked != current:
        return replace(before, left_first=tried_in_vain(after.outcome, now)), True
    if after.outcome not in _AT_ONCE and not (after.outcome in _IN_TIME and after.failures >= PATIENCE):
        return after, False
    following = addresses[(addresses.index(asked) + 1) % len(addresses)]
    if following == asked:
        return after, False
    left = tried_in_vain(after.outcome, now) if asked == addresses[0] else after.left_first
    turned = replace(after, mirror="" if following == addresses[0] else following, left_first=left)
    # Once round, and whoever is down for all gets the waits of a source that fails.
    return turned, after.failures < len(addresses) + PATIENCE - 1


def weighed(addresses: Sequence[str], outcome: Outcome) -> Outcome:
    """What an outcome means for the next due time: with other addresses, 410 of one is no reason to wait a week."""
    return Outcome.UNREACHABLE if outcome is Outcome.GONE and len(addresses) > 1 else outcome
