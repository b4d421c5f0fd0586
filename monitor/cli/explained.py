"""What `monitor explain` shows of an article and its rules, for a person at a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.models import Snippet
from monitor.notify.console import marked
from monitor.notify.words import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from monitor.matching import ConditionReport, RuleReport
    from monitor.models import Article, FieldName, Source, Span

_BEGINNING = 400  # characters of the text that are shown without --text
_PASSAGES = 3  # paragraphs with hits that are shown of a rule
_AROUND = 60  # characters before and after a hit
_GAP = 20  # characters between two passages that are rather shown than left out
_LONGEST = 500
_WORDS = 6  # different spellings of one list
_LABEL = 11  # columns
_FIELDS: tuple[FieldName, ...] = ("title", "lead", "text")


def show_explanation(
    console: Console, article: Article, source: Source, reports: Sequence[RuleReport], *, whole: bool
) -> None:
    """The article, the rules that hold with the gravest first, then the others with the nearest first."""
    page = _Page(console)
    held = sorted((one for one in reports if one.held), key=lambda one: -one.severity.rank)
    page.article(article, source, [span for one in held for span in one.spans], whole=whole)
    page.line(0, Text(f"{len(held)} of {len(reports)} rules hold", "bold"))
    for report in held:
        page.holding(article, report)
    for report in sorted((one for one in reports if not one.held), key=_nearness, reverse=True):
        page.failing(article, report)


def excerpt(text: str, spans: Iterable[Span]) -> Snippet:
    """What stands around these hits of one field, about LONGEST characters, with an ellipsis for what is left out."""
    marks = _merged((span.start, span.end) for span in spans)
    around = _merged(((_blank_before(text, start), _blank_after(text, end)) for start, end in marks), gap=_GAP)
    shown, moved, end = "", [], 0
    for start, stop in around:
        if len(shown) >= _LONGEST:
            break
        shown += " … " if shown else "" if _begins_line(text, start) else "… "
        end = min(stop, start + _LONGEST - len(shown))
        shift = len(shown) - start
        moved += [(low + shift, min(high, end) + shift) for low, high in marks if start <= low < end]
        shown += text[start:end]
    return Snippet(
        text=shown.replace("\n", " ") + ("" if text[end : end + 1] in {"", "\n"} else " …"), marks=tuple(moved)
    )


class _Page:
    """Writes indented paragraphs: wrapped on a terminal, a line each where a program or a file takes them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._colour = console.is_terminal and not console.no_color

    def line(self, indent: int, text: Text) -> None:
        if self._console.is_terminal:
            self._console.print(Padding(text, (0, 0, 0, indent)))
        else:
            self._console.print(Text(" " * indent).append_text(text), soft_wrap=True)

    def labelled(self, indent: int, label: str, text: Text, width: int = 6) -> None:
        """The same with a label to the left of all its lines."""
        if self._console.is_terminal:
            grid = Table.grid(padding=0)
            grid.add_column(width=width)
            grid.add_column()
            grid.add_row(Text(label, "dim"), text)
            self._console.print(Padding(grid, (0, 0, 0, indent)))
        else:
            self.line(indent, Text(f"{label:<{width}}").append_text(text))

    def article(self, article: Article, source: Source, spans: Iterable[Span], *, whole: bool) -> None:
        by_field = {name: [span for span in spans if span.field == name] for name in _FIELDS}
        title = self._marked(_plain(article.title, by_field["title"]))
        title.stylize("bold")
        self.line(0, title)
        for name, value in _facts(article, source):
            self.labelled(2, name, Text(harmless(value, 2000)), _LABEL)
        if article.lead:
            self.labelled(2, "lead", self._marked(_plain(article.lead, by_field["lead"])), _LABEL)
        self.labelled(2, "text", Text(_size(article.text, whole=whole)), _LABEL)
        for start, end in _paragraphs(article.text, len(article.text) if whole else _BEGINNING):
            inside = [span for span in by_field["text"] if start <= span.start < end]
            shown = self._marked(_plain(article.text[start:end], inside, start))
            self.line(4, shown if article.text[end : end + 1] in {"", "\n"} else shown.append(" …"))
        self.line(0, Text())

    def holding(self, article: Article, report: RuleReport) -> None:
        self.line(0, _heading(report))
        passages = _telling(list(_by_paragraph(article, report.spans)))
        for spans in passages:
            self.passage(article, spans, 4)
        if rest := len(report.spans) - sum(map(len, passages)):
            self.line(4, Text(f"… and {rest} more {'hit' if rest == 1 else 'hits'} (--text shows all)", "dim"))
        for line in _words(report.spans):
            self.line(4, line)
        for condition in report.conditions:
            self.condition(article, condition, 4)
        self.line(0, Text())

    def failing(self, article: Article, report: RuleReport) -> None:
        self.line(0, _heading(report))
        for condition in report.conditions:
            self.condition(article, condition, 4)
        self.line(0, Text())

    def condition(self, article: Article, report: ConditionReport, indent: int) -> None:
        """The condition; below one that failed its parts, or the hits that came nearest."""
        sign = Text("✓ ", "green") if report.held else Text("✗ ", "bold red")
        several = len(report.parts) > 1 and not report.held
        said = report.detail if several else ": ".join(filter(None, (report.condition, report.detail)))
        self.line(indent, sign.append(harmless(said, 1000), "dim" if report.held else ""))
        if report.held:
            return
        for part in report.parts if several else ():
            self.condition(article, part, indent + 4)
        there = report.spans or tuple(span for part in report.parts for span in part.spans if not several)
        if there:
            self.passage(article, [span for span in there if span.field == there[0].field], indent + 4)

    def passage(self, article: Article, spans: Sequence[Span], indent: int) -> None:
        """What stands around hits of one field."""
        field = spans[0].field
        self.labelled(indent, field, self._marked(excerpt(getattr(article, field), spans)))

    def _marked(self, snippet: Snippet) -> Text:
        return marked(snippet, colour=self._colour)


def _heading(report: RuleReport) -> Text:
    if report.held:
        return Text.assemble(
            (f" {report.severity.upper()} ", "bold reverse"),
            (f" {report.rule}", "bold"),
            f"  {harmless(report.name, 200)}",
        )
    return Text.assemble((report.rule, "bold"), "  does not hold", (f"  {harmless(report.name, 200)}", "dim"))


def _facts(article: Article, source: Source) -> Iterator[tuple[str, str]]:
    tags = f" ({', '.join(source.tags)})" if source.tags else ""
    values = {
        "address": article.url,
        "source": f"{source.label}{tags}" if source.id else "not given; with --source ID its tags and filters count",
        "published": article.published and article.published.strftime("%Y-%m-%d %H:%M UTC"),
        "author": article.author,
        "site": article.site,
        "language": article.language or "unknown",
    }
    yield from ((name, value) for name, value in values.items() if value)


def _words(spans: Iterable[Span]) -> Iterator[Text]:
    """For each list, or term of a rule, what stands in the article and where the watch file has it."""
    by_name: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        by_name[_name(span)].append(span)
    for name, found in by_name.items():
        counted = Counter(harmless(span.text, 60) for span in found).most_common()
        shown = [text if number == 1 else f"{text} ×{number}" for text, number in counted[:_WORDS]]
        more = [f"{len(counted) - _WORDS} more spellings"] if len(counted) > _WORDS else []
        lines = ", ".join(map(str, sorted({span.line for span in found})))
        yield Text.assemble((f"{name}  ", "cyan"), ", ".join(shown + more), (f"  (line {lines})", "dim"))


def _nearness(report: RuleReport) -> float:
    """The share of a rule's conditions that hold, parts of a condition counting as parts."""
    return sum(map(_share, report.conditions)) / len(report.conditions)


def _share(condition: ConditionReport) -> float:
    if condition.held or len(condition.parts) < 2:  # noqa: PLR2004 - a part of its own
        return float(condition.held)
    return sum(map(_share, condition.parts)) / len(condition.parts)


def _telling(paragraphs: Sequence[list[Span]]) -> list[list[Span]]:
    """The fewest paragraphs, at most some, in which every list and term of a rule has a hit; in reading order."""
    chosen: list[list[Span]] = []
    missing = {_name(span) for spans in paragraphs for span in spans}
    while missing and len(chosen) < _PASSAGES:
        chosen.append(max(paragraphs, key=lambda spans: len(missing & {_name(span) for span in spans})))
        missing -= {_name(span) for span in chosen[-1]}
    return [spans for spans in paragraphs if spans in chosen]


def _name(span: Span) -> str:
    return f"${span.list}" if span.list else f'"{span.term}"'


def _by_paragraph(article: Article, spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The hits of each paragraph, in reading order."""

    def paragraph(span: Span) -> tuple[int, int]:
        return _FIELDS.index(span.field), getattr(article, span.field).count("\n", 0, span.start)

    for _, group in groupby(sorted(spans, key=lambda span: (paragraph(span), span.start)), key=paragraph):
        yield list(group)


def _size(text: str, *, whole: bool) -> str:
    number = sum(1 for _ in _paragraphs(text, len(text)))
    size = f"{len(text):,} characters in {number:,} {'paragraph' if number == 1 else 'paragraphs'}"
    return size if whole or len(text) <= _BEGINNING else f"{size}; --text shows all. It begins:"


def _paragraphs(text: str, length: int) -> Iterator[tuple[int, int]]:
    """Where each line that is not blank begins and ends, up to a blank near `length`."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip() and start < length:
            yield start, end if end <= length else max(text.rfind(" ", start, length), start + 1)
        start = end + 1


def _plain(text: str, spans: Iterable[Span], start: int = 0) -> Snippet:
    """A text with all its hits; offsets of the spans count from `start`."""
    marks = _merged((span.start - start, min(span.end - start, len(text))) for span in spans)
    return Snippet(text=text, marks=tuple(marks))


def _begins_line(text: str, at: int) -> bool:
    return text[max(0, at - 1) : at] in {"", "\n"}


def _blank_before(text: str, at: int) -> int:
    """Where a passage that leads to `at` begins: after a blank, in the same line."""
    line = text.rfind("\n", 0, at) + 1
    low = at - _AROUND
    return (text.find(" ", low, at) + 1 or low) if low > line else line


def _blank_after(text: str, at: int) -> int:
    line = text.find("\n", at) if "\n" in text[at:] else len(text)
    high = at + _AROUND
    return max(text.rfind(" ", at, high), at) if high < line else line


def _merged(ranges: Iterable[tuple[int, int]], *, gap: int = 0) -> list[tuple[int, int]]:
    """The same in order, those that overlap or have less than `gap` between them as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start < found[-1][1] + gap:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
