"""Text that no receiver takes for anything else: not for markup, not for a name to call, not for a link.

The text is harmless already (monitor.notify.words). This module is small since `sandbox` loads it for each template.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Shown as nothing, and keeps an address or a name from being taken for one.
BREAK = "\u200b"
# A text may be one of several that stand side by side, so what begins or ends it counts as well.
_MENTION = re.compile(r"@(?=[\w&!]|$)")
_ADDRESS = re.compile(r":(?=/)|^(?=/)")
# A name of the web without its scheme: clients make links of `x.com/y`, `www.x` and `1.2.3.4` too.
_DOMAIN = re.compile(
    r"(?:^|(?<=[\w-]))[.\u3002\uff0e\uff61](?=[^\W\d_](?:[\w-]|$))|(?i:\bwww\.)|(?<=\d)\.(?=\d+\.\d+\.\d)"
)
_TAG = re.compile(r"<(?=[!@#&/\w]|$)")
_MARKDOWN = re.compile(r"([\\`*_~|\[\]])")
_LINE_START = re.compile(r"^(\s*)([#>+=-]|\d{1,9}(?=[.)]|$))")
_SLACK_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_SLACK_ITALIC = re.compile(r"(?<!\w)_|_(?!\w)")


def inert(text: str) -> str:
    """Text in which no receiver finds somebody to call, or an address to make a link of."""
    return _DOMAIN.sub(rf"\g<0>{BREAK}", _ADDRESS.sub(rf"\g<0>{BREAK}", uncalling(text)))


def uncalling(text: str) -> str:
    """Text in which no receiver finds somebody to call."""
    return _MENTION.sub(f"@{BREAK}", text)


def escape_text(text: str) -> str:
    """Text for receivers whose markup is not known: what begins a mention or a tag is parted as well."""
    return _TAG.sub(f"<{BREAK}", inert(text))


def escape_html(text: str) -> str:
    """Text for HTML and XML, of elements and of attributes in double quotes."""
    return html.escape(inert(text), quote=True).replace("&#x27;", "'")


def escape_markdown(text: str) -> str:
    """Text for CommonMark and its relatives."""
    return inert_markdown(inert(text))


def inert_markdown(text: str) -> str:
    """What is inert already, for Markdown; `<` and `&` as entities, since they may begin markup."""
    safe = _MARKDOWN.sub(r"\\\1", text.replace("&", "&amp;"))
    return _LINE_START.sub(_before_start, safe.replace("<", "&lt;").replace(">", "&gt;"))


def escape_discord(text: str) -> str:
    """Text for Discord, which knows no entities; a backslash takes the meaning from any punctuation."""
    safe = _MARKDOWN.sub(r"\\\1", inert(text))
    return _LINE_START.sub(_before_start, safe).replace("<", "\\<")


def _before_start(found: re.Match[str]) -> str:
    """A sign at the start of a line gets its backslash; after a number that makes a list, the full stop is parted."""
    return f"{found[1]}{found[2]}{BREAK}" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


def escape_slack(text: str) -> str:
    """Text for mrkdwn. It has no escapes but three entities, so signs that would format become look-alikes."""
    safe = html.escape(inert(text), quote=False).translate(_SLACK_LOOKALIKES)
    return _SLACK_ITALIC.sub("＿", safe)


ESCAPES: Mapping[str, Callable[[str], str]] = {
    "text": escape_text,
    "telegram": escape_html,
    "slack": escape_slack,
    "discord": escape_discord,
    "markdown": escape_markdown,
    "teams": escape_markdown,
    "matrix": escape_html,
    "mail": escape_html,
}
