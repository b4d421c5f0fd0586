"""config/sources.yaml: what is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from monitor.canary import CANARY
from monitor.config.nodes import check, read
from monitor.errors import ConfigError
from monitor.kinds import KINDS
from monitor.models import Model, Source
from monitor.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from monitor.config.nodes import Loc, Tree
    from monitor.errors import Problem

KNOWN_VERSION = 1


def _known_version(value: int) -> int:
    if value != KNOWN_VERSION:
        raise ValueError(f"{value} is not known, this program reads version {KNOWN_VERSION}")
    return value


Version = Annotated[int, AfterValidator(_known_version), Field(json_schema_extra={"const": KNOWN_VERSION})]


class SourcesFile(Model):
    """The shape of the file."""

    version: Version
    sources: tuple[Source, ...] = Field((), description="each feed and page, in any order")


def load_sources(path: Path, environment: Mapping[str, str]) -> tuple[Source, ...]:
    """The sources of the file. Raises ConfigError with every problem in it."""
    tree = read(path)
    file, problems = check(SourcesFile, tree, expand=environment)
    if file:
        problems += _problems(tree, file.sources)
    if problems or not file:
        raise ConfigError(problems)
    return file.sources


def sources_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for completion in editors."""
    schema = SourcesFile.model_json_schema()
    source = schema["$defs"]["Source"]
    source["properties"]["kind"].update(
        enum=list(KINDS), description="; ".join(f"{name}: {kind.what}" for name, kind in KINDS.items())
    )
    source["required"].remove("url")
    source["oneOf"] = [{"required": ["url"]}, {"required": ["urls"]}]
    return schema


def _problems(tree: Tree, sources: tuple[Source, ...]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, source in enumerate(sources):
        known = first.setdefault(source.id, index)
        if known != index:
            line, _ = tree.position(("sources", known, "id"))
            yield tree.problem(("sources", index, "id"), f"the id {source.id!r} is used twice", f"first in line {line}")
        if source.id == CANARY:
            yield tree.problem(("sources", index, "id"), f"the id {CANARY!r} belongs to the monitor itself")
        if source.kind not in KINDS:
            names = ", ".join(KINDS)
            yield tree.problem(("sources", index, "kind"), f"unknown kind {source.kind!r}", f"write one of {names}")
        yield from _address_problems(tree, index, source)
        if source.backfill and absolute(source.backfill, "") is None:
            yield tree.problem(("sources", index, "backfill"), "this is no http or https address")
        if source.listing and source.kind != "page":
            yield tree.problem(("sources", index, "listing"), "only a source of kind page has a listing", key=True)


def _address_problems(tree: Tree, index: int, source: Source) -> Iterator[Problem]:
    """Either `url` or `urls`, each an address, none twice."""
    written = tree.value(("sources", index))
    keys = written if isinstance(written, dict) else {}
    if "urls" in keys and "url" in keys:
        hint = "write the first address into urls too, and leave url out"
        yield tree.problem(("sources", index, "url"), "a source has either url or urls", hint, key=True)
    if "urls" in keys and not source.urls:
        yield tree.problem(("sources", index, "urls"), "urls holds no address", "write [first, then, these]")
    places: list[Loc] = [("urls", number) for number in range(len(source.urls))] or [("url",)]
    seen: set[str] = set()
    for place, url in zip(places, source.addresses, strict=True):
        if absolute(url, "") is None:
            yield tree.problem(("sources", index, *place), "this is no http or https address")
        elif source.kind in KINDS and (mended := KINDS[source.kind].mistake(url)):
            yield tree.problem(("sources", index, *place), f"this is no address of kind {source.kind}", mended)
        elif url in seen:
            yield tree.problem(("sources", index, *place), "this address stands here twice")
        seen.add(url)
