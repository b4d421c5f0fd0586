"""What `monitor backtest` shows: for a person tables and titles, for a program one object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from monitor.backtest import Change
from monitor.matching import Matcher
from monitor.notify.console import marked, print_lines
from monitor.notify.words import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from monitor.backtest import Backtest, Compared, Counts, Verdict
    from monitor.rules import Watch

_SIGNS = {Change.ADDED: ("+", "bold green"), Change.LOST: ("-", "bold red"), Change.KEPT: ("~", "bold yellow")}


@dataclass(frozen=True, slots=True)
class Files:
    """The watch file before and the one after."""

    before: Watch
    after: Watch

    def matchers(self) -> tuple[Matcher, Matcher]:
        """Both made ready; a second or so each."""
        return Matcher(self.before), Matcher(self.after)

    def rules(self) -> dict[str, str]:
        """Every rule in the order of the file after, with `new` or `gone` where only one file has it."""
        before, after = ({rule.id for rule in watch.rules} for watch in (self.before, self.after))
        names = dict.fromkeys(rule.id for watch in (self.after, self.before) for rule in watch.rules)
        return {name: "new" if name not in before else "gone" if name not in after else "" for name in names}


def as_json(found: Backtest) -> dict[str, Any]:
    """The document that docs/commands.md describes."""
    days = {str(day): counts._asdict() for day, counts in found.by_day().items()}
    return {
        "articles": found.articles,
        "by_article": found.by_article()._asdict(),
        "by_story": found.by_story()._asdict(),
        "by_rule": {rule: counts._asdict() for rule, counts in found.by_rule().items()},
        "by_day": days | {"undated": found.undated()._asdict()},
        "added": [_row(one) for one in found.of(Change.ADDED)],
        "lost": [_row(one) for one in found.of(Change.LOST)],
        "altered": [_row(one) for one in found.altered],
    }


def show_backtest(console: Console, found: Backtest, files: Files, what: str, *, limit: int | None) -> None:
    """Totals, a table by rule and one by day, then the titles; at most `limit` of a kind and days."""
    console.print(Text(what, "bold"), soft_wrap=True)
    console.print()
    if not found.compared:
        console.print("No article alerts, before or after.")
        return
    totals = {"articles that alert": found.by_article(), "stories, one alert each": found.by_story()}
    console.print(_table("", totals))
    console.print()
    console.print(_by_rule(found, files))
    console.print()
    console.print(_by_day(found, limit))
    titled = {
        "added": found.of(Change.ADDED),
        "lost": found.of(Change.LOST),
        "kept, but by other rules or with another severity": found.altered,
    }
    for kind, compared in titled.items():
        print_lines(console, _titles(kind, compared, found, limit, colour=console.is_terminal and not console.no_color))


def _by_rule(found: Backtest, files: Files) -> Table:
    counted = found.by_rule()
    rows = {f"{rule} ({note})" if note else rule: counted.get(rule) for rule, note in files.rules().items()}
    table = _table("rule", {name: counts for name, counts in rows.items() if counts})
    if silent := sum(counts is None for counts in rows.values()):
        table.caption = f"{silent} {'rule holds' if silent == 1 else 'rules hold'} for no article"
        table.caption_justify = "left"
    return table


def _by_day(found: Backtest, limit: int | None) -> Table:
    """The days on which something changes, the last ones first."""
    days = {str(day): counts for day, counts in reversed(found.by_day().items()) if counts.added or counts.lost}
    shown = dict(list(days.items())[:limit])
    if any(found.undated()):
        shown["undated"] = found.undated()
    table = _table("day of publication", shown)
    left = len(days) - len(list(days)[:limit])
    same = len(found.by_day()) - len(days)
    said = [f"{left} earlier days (--all)" if left else "", f"{same} days without a change" if same else ""]
    table.caption, table.caption_justify = "; ".join(filter(None, said)) or None, "left"
    return table


def _table(head: str, rows: Mapping[str, Counts]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(head, min_width=24)
    for change in Change:
        table.add_column(change, justify="right", min_width=7)
    for name, counts in rows.items():
        table.add_row(Text(name), *(_cell(change, getattr(counts, change)) for change in Change))
    return table


def _cell(change: Change, number: int) -> Text:
    return Text(f"{number:,}" if number else "-", _SIGNS[change][1] if number and change is not Change.KEPT else "dim")


def _titles(
    kind: str, compared: Sequence[Compared], found: Backtest, limit: int | None, *, colour: bool
) -> Iterator[Text]:
    """A story a title, with how many more articles tell it; the last read first."""
    if not compared:
        return
    yield Text()
    yield Text(f"{len(compared):,} {kind}", "bold")
    stories: dict[int, list[Compared]] = {}
    for one in reversed(compared):
        stories.setdefault(one.story, []).append(one)
    kept = found.kept_stories()
    for told in list(stories.values())[:limit]:
        yield from _title(told, colour=colour, still=told[0].change is not Change.KEPT and told[0].story in kept)
    if limit is not None and len(stories) > limit:
        yield Text(f"  … and {len(stories) - limit:,} more (--all lists them)", "dim")


def _title(told: Sequence[Compared], *, colour: bool, still: bool) -> Iterator[Text]:
    one = told[0]
    verdict = one.before if one.change is Change.LOST else one.after
    day = str(one.day) if one.day else "undated"
    more = f"  and {len(told) - 1} more that tell it" if len(told) > 1 else ""
    kept = "  its story alerts in any case" if still else ""
    sign, style = _SIGNS[one.change]
    shown = harmless(one.title) or "(no title)"
    yield Text.assemble((f"{sign} ", style), (f"{day}  ", "dim"), (shown, "bold"), (f"{more}{kept}", "dim"))
    rules = _rules(one.before) + " -> " + _rules(one.after) if one.change is Change.KEPT else _rules(verdict)
    source = f"{harmless(one.source, 80)}: " if one.source else ""
    yield Text(f"    {source}{rules}", "italic")
    if verdict.snippet:
        yield Text("    ").append_text(marked(verdict.snippet, colour=colour))


def _rules(verdict: Verdict) -> str:
    return f"{verdict.severity} {' + '.join(verdict.rules)}"


def _row(one: Compared) -> dict[str, Any]:
    return {
        "id": one.article,
        "title": one.title,
        "url": one.url,
        "source": one.source,
        "day": str(one.day) if one.day else None,
        "story": one.story,
        "before": {"rules": one.before.rules, "severity": one.before.severity},
        "after": {"rules": one.after.rules, "severity": one.after.severity},
    }
