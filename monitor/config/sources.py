"""config/sources.yaml: what is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from monitor.canary import CANARY
from monitor.config.nodes import read, validate
from monitor.errors import ConfigError
from monitor.kinds import KINDS
from monitor.models import Model, Source
from monitor.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from monitor.config.nodes import Tree
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
    sources = validate(SourcesFile, tree, expand=environment).sources
    if problems := list(_problems(tree, sources)):
        raise ConfigError(problems)
    return sources


def sources_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for completion in editors."""
    schema = SourcesFile.model_json_schema()
    schema["$defs"]["Source"]["properties"]["kind"]["enum"] = sorted(KINDS)
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
            kinds = " or ".join(sorted(KINDS))
            yield tree.problem(("sources", index, "kind"), f"unknown kind {source.kind!r}", f"write {kinds}")
        if absolute(source.url, "") is None:
            yield tree.problem(("sources", index, "url"), "this is no http or https address")
        if source.listing and source.kind != "page":
            yield tree.problem(("sources", index, "listing"), "only a source of kind page has a listing", key=True)
