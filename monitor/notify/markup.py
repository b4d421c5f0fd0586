"""One renderer for all markups: a table says how each escapes text, makes it stand out and writes a link.

`fit` gives the longest form of a delivery that a receiver's limit takes. Nothing is ever cut inside markup: what is too
long is composed anew, shorter.
"""

from __future__ import annotations

import html
import json
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from monitor.notify.body import BUDGETS, Body, Line, Run, Style, compose, compose_digest, told
from monitor.notify.escape import BREAK, ESCAPES, inert_markdown, uncalling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from monitor.models import Delivery
    from monitor.notify.labels import Labels


_PLAIN = ("", "")


@dataclass(frozen=True, slots=True)
class Markup:
    """How one kind of receiver writes. `styles` are what stands before and after; `line` joins lines."""

    name: str
    styles: Mapping[Style, tuple[str, str]]
    quote: tuple[str, str] = _PLAIN
    link: Callable[[str], str] = str
    line: str = "\n"
    whole: tuple[str, str] = _PLAIN
    # Whether a style's signs count only where no letter touches them from outside.
    touchy: bool = False

    def escape(self, text: str) -> str:
        """Text as this receiver shows it, whatever stands in it."""
        return ESCAPES[self.name](text)

    @property
    def plain(self) -> Markup:
        """The same receiver without anything that it could find fault with."""
        return replace(self, styles=PLAIN_STYLES, quote=_PLAIN)


def _shown(link: str) -> str:
    """The link as a person reads it: the host at least, so that a look-alike is seen."""
    bare = link.partition("://")[2]
    return bare if len(bare) <= 80 else f"{bare.partition('/')[0]}/…"  # noqa: PLR2004 - about two lines of a phone


def _anchor(link: str) -> str:
    return f'<a href="{html.escape(link, quote=True)}">{html.escape(_shown(link), quote=True)}</a>'


def _whole_anchor(link: str) -> str:
    """For what is also shown as plain text, by receivers that take the markup away."""
    whole = html.escape(link, quote=True)
    return f'<a href="{whole}">{whole}</a>'


def _slack_link(link: str) -> str:
    return f"<{html.escape(link, quote=False)}>"


def _markdown_link(link: str) -> str:
    target = link.replace("(", "%28").replace(")", "%29")
    return f"[{inert_markdown(uncalling(_shown(link)))}]({target})"


PLAIN_STYLES: dict[Style, tuple[str, str]] = dict.fromkeys(Style, _PLAIN)
_HTML = {Style.PLAIN: _PLAIN, Style.STRONG: ("<b>", "</b>"), Style.MARK: ("<b>", "</b>"), Style.QUIET: ("<i>", "</i>")}
_MARKS = {Style.PLAIN: _PLAIN, Style.STRONG: ("**", "**"), Style.MARK: ("**", "**"), Style.QUIET: ("*", "*")}

TEXT = Markup("text", PLAIN_STYLES | {Style.MARK: ("[", "]")})
TELEGRAM = Markup("telegram", _HTML, link=_anchor)
SLACK = Markup(
    "slack",
    {Style.PLAIN: _PLAIN, Style.STRONG: ("*", "*"), Style.MARK: ("*", "*"), Style.QUIET: ("_", "_")},
    quote=("&gt; ", ""),
    link=_slack_link,
    touchy=True,
)
DISCORD = Markup("discord", _MARKS, quote=("> ", ""), link="<{}>".format, touchy=True)
MARKDOWN = Markup("markdown", _MARKS, link=_markdown_link, line="  \n", touchy=True)
TEAMS = replace(MARKDOWN, name="teams", line="\n\n")
MATRIX = Markup("matrix", _HTML, link=_whole_anchor, line="<br>\n")
MAIL = Markup(
    "mail",
    _HTML
    | {Style.MARK: ('<b style="background:#fff3b0">', "</b>"), Style.QUIET: ('<span style="color:#666">', "</span>")},
    quote=('<span style="border-left:3px solid #ccc;padding-left:8px">', "</span>"),
    link=_whole_anchor,
    line="<br>\n",
    whole=('<html><body style="font-family:sans-serif;line-height:1.5">\n', "\n</body></html>"),
)
MARKUPS = {markup.name: markup for markup in (TEXT, TELEGRAM, SLACK, DISCORD, MARKDOWN, TEAMS, MATRIX, MAIL)}


def render(body: Body, markup: Markup) -> str:
    """The lines in a markup."""
    return markup.line.join(write(line, markup) for line in body.lines).join(markup.whole)


def write(line: Line, markup: Markup) -> str:
    """One line in a markup."""
    if line.link:
        return markup.link(line.link)
    text = "".join(_runs(line.runs, markup))
    return text.join(markup.quote) if line.quote else text


def _runs(runs: tuple[Run, ...], markup: Markup) -> Iterator[str]:
    for index, run in enumerate(runs):
        before, after = markup.styles[run.style]
        word = run.text.strip()
        if not word:
            yield run.text
            continue
        if markup.touchy and before and _touched(runs, index):
            before = after = ""
        lead, _, trail = run.text.partition(word)
        yield f"{lead}{before}{markup.escape(word)}{after}{trail}"
        if run.text.endswith(".") and "".join(one.text for one in runs[index + 1 :])[:1].isalnum():
            yield BREAK  # the two together may be the name of a host


def _touched(runs: tuple[Run, ...], index: int) -> bool:
    """Whether a letter stands right before or after a run, or another run that stands out does."""
    run, around = runs[index], (runs[index - 1 : index] + runs[index + 1 : index + 2])
    if any(other.style is not Style.PLAIN for other in around):
        return True
    before = runs[index - 1].text[-1:] if index else ""
    after = runs[index + 1].text[:1] if index + 1 < len(runs) else ""
    return (before.isalnum() and not run.text[:1].isspace()) or (after.isalnum() and not run.text[-1:].isspace())


@dataclass(frozen=True, slots=True)
class Room:
    """How long a text a receiver takes, by its own way of counting."""

    limit: int
    size: Callable[[str], int]

    def holds(self, text: str) -> bool:
        """Whether there is a text, and it is short enough."""
        return bool(text) and self.size(text) <= self.limit


def fit(delivery: Delivery, now: datetime, labels: Labels, form: Callable[[Body], str], room: Room) -> str:
    """The fullest form of a delivery that there is room for.

    A single message gives way in the order of BUDGETS and keeps its link; a digest says how many it leaves out.
    """
    if len(told(delivery)) != 1:
        return _fit_digest(delivery, now, labels, form, room)
    (message,) = told(delivery)
    text = ""
    for budget in BUDGETS:
        text = form(compose(message, now, labels, budget))
        if room.holds(text):
            return text
    return text


def _fit_digest(delivery: Delivery, now: datetime, labels: Labels, form: Callable[[Body], str], room: Room) -> str:
    def of(shown: int) -> str:
        return form(compose_digest(delivery, now, labels, shown))

    most = len(told(delivery))
    left_out = bisect_left(range(most), True, key=lambda out: room.holds(of(most - out)))
    return of(most - left_out)


def characters(text: str) -> int:
    """The size as UTF-16 counts it, which is what Telegram and JavaScript do, and never less than code points."""
    return len(text.encode("utf-16-le", "replace")) // 2


def octets(text: str) -> int:
    """The size in UTF-8; at least half of what it takes as JSON with every letter escaped, for who limits both."""
    return max(len(text.encode("utf-8", "replace")), len(json.dumps(text)) // 2)
