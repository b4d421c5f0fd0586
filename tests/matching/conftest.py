"""Watch files as text, made into matchers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.config.watch import load_watch
from monitor.matching import Matcher
from monitor.models import Article


@pytest.fixture
def matcher(tmp_path: Path) -> Callable[[str], Matcher]:
    """A matcher for the text of a watch file."""

    def make(text: str) -> Matcher:
        path = tmp_path / "watch.yaml"
        path.write_text(text, encoding="utf-8")
        return Matcher(load_watch(path))

    return make


@pytest.fixture
def holds(matcher: Callable[[str], Matcher]) -> Callable[..., bool]:
    """Whether a rule of these conditions (YAML of its body) holds for an article of these fields."""

    def check(rule: str, *, tags: tuple[str, ...] = (), **fields: str) -> bool:
        made = matcher(f"rules:\n  - {{id: r, {rule}}}\n")
        return bool(made.match(Article(id="1", **{"source": "s", **fields}), tags=tags))

    return check
