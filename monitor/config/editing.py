"""Adding to config/sources.yaml without touching what a person wrote: comments, order and spelling stay."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import yaml

from monitor.config.sources import load_sources
from monitor.errors import ConfigError, MonitorError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from monitor.models import Source

_EMPTY = re.compile(r"^sources:[ \t]*\[[ \t]*\]", re.MULTILINE)
_ID_LENGTH = 60
_FIRST = ("id", "name", "kind", "url")


def source_id(source: Source, taken: Collection[str]) -> str:
    """An id that is free, from the name where it is plain enough, else from the host: `belta-by`, `belta-by-2`."""
    words = source.name if source.name.isascii() else ""
    base = _slug(words) or _slug((urlsplit(source.url).hostname or "").removeprefix("www.")) or "source"
    number = 1
    while (name := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return name


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:_ID_LENGTH].strip("-")


class _Dumper(yaml.SafeDumper):
    """Mappings as blocks and lists in one line, as people write them."""


_Dumper.add_representer(
    list, lambda dumper, values: dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=True)
)


def entry_text(source: Source, indent: int = 2) -> str:
    """The lines of one source, as they are written into the file."""
    values = source.model_dump(mode="json", exclude_defaults=True)
    if "${" in str(values):
        raise MonitorError(f"the source {source.id} holds '${{', which the file would take for a variable")
    values = {name: values.pop(name) for name in _FIRST if name in values} | values
    dumped = yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
    first, *rest = dumped.splitlines()
    lines = [f"- {first}", *(f"  {line}" for line in rest)]
    return "".join(f"{' ' * indent}{line}\n" for line in lines)


def add_sources(path: Path, sources: Sequence[Source], environment: Mapping[str, str]) -> None:
    """Write the sources at the end of the list, in one step: the file is as before, or complete.

    Raises ConfigError for a file that has mistakes already, MonitorError where the list is written in a way that
    nothing can be added to by machine.
    """
    wanted = (*load_sources(path, environment), *sources)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(_with(path.read_text(encoding="utf-8"), sources), encoding="utf-8")
        shutil.copymode(path, fresh)
        if _read_back(fresh, environment) != wanted:
            entries = "\n".join(map(entry_text, sources))
            raise MonitorError(f"{path} cannot be added to by machine; write this there:\n{entries}")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _read_back(path: Path, environment: Mapping[str, str]) -> tuple[Source, ...] | None:
    try:
        return load_sources(path, environment)
    except ConfigError:
        return None


def _with(text: str, sources: Sequence[Source]) -> str:
    """The text with the sources after the last one: at the end, or before the next key of the file."""
    if empty := _EMPTY.search(text):
        text = f"{text[: empty.start()]}sources:{text[empty.end() :]}"
    if not re.search(r"^sources:", text, re.MULTILINE):
        text = f"{text.rstrip()}\nsources:\n"
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("sources:"))
    end = next((at for at in range(start + 1, len(lines)) if re.match(r"[^\s#-]", lines[at])), len(lines))
    # A comment right above the next key belongs to that.
    while end < len(lines) and end > start + 1 and lines[end - 1].startswith("#"):
        end -= 1
    dash = next((len(line) - len(line.lstrip()) for line in lines[start + 1 : end] if line.lstrip()[:1] == "-"), 2)
    head = "\n".join(lines[:end]).rstrip("\n")
    block = "\n".join(entry_text(source, dash) for source in sources)
    tail = "\n".join(lines[end:])
    return f"{head}\n\n{block}" + (f"\n{tail}\n" if tail else "")
