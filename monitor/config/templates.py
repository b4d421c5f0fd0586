"""The templates of channels: read from their files, and every mistake shown where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from monitor.config.channels import AppriseChannel
from monitor.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from monitor.config.channels import ChannelSettings
    from monitor.config.nodes import Tree

    # What the senders find wrong with a channel's settings, without asking anybody.
    CheckChannel = Callable[[ChannelSettings], Iterator["Complaint"]]

_FILE = re.compile(r"[\w-][\w.-]*\.j2")
_MOST = 100_000


class Complaint(NamedTuple):
    """What is wrong with one key of a channel; `line` counts from 1 inside the value."""

    key: str
    message: str
    line: int | None = None


def with_template(
    folder: Path, tree: Tree, index: int, channel: ChannelSettings
) -> tuple[ChannelSettings, list[Problem]]:
    """The channel with the text of its template's file, or why that cannot be had."""
    if not isinstance(channel, AppriseChannel) or not is_file(channel.template):
        return channel, []
    try:
        text = (folder / channel.template).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or "it is no UTF-8"
        return channel, [tree.problem(("channels", index, "template"), f"{channel.template} cannot be read: {said}")]
    if len(text) > _MOST:
        return channel, [tree.problem(("channels", index, "template"), f"{channel.template} is longer than {_MOST:,}")]
    return channel.model_copy(update={"template": text}), []


def is_file(template: str) -> bool:
    """Whether a template is the name of a file rather than the text itself."""
    return bool(_FILE.fullmatch(template))


def problem_of(folder: Path, tree: Tree, index: int, written: ChannelSettings, complaint: Complaint) -> Problem:
    """Where a complaint stands: in a file of its own, in a line of the value, or at the value."""
    loc = ("channels", index, complaint.key)
    if complaint.line is None or not isinstance(written, AppriseChannel):
        return tree.problem(loc, complaint.message)
    if is_file(written.template):
        lines = (folder / written.template).read_text(encoding="utf-8").splitlines()
        excerpt = lines[complaint.line - 1] if complaint.line <= len(lines) else ""
        return Problem(str(folder / written.template), complaint.line, 1, complaint.message, excerpt=excerpt)
    before = written.template.split("\n")[: complaint.line - 1]
    return tree.problem(loc, complaint.message, offset=sum(len(line) + 1 for line in before))
