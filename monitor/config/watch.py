"""config/watch.yaml, loaded whole or refused with every mistake it has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.config.nodes import Loc, Tree, check, did_you_mean, read
from monitor.config.watch_shape import (
    EXCEPT,
    LIST_NAME,
    MODIFIERS,
    RULE_ID,
    SOURCE_NAME,
    FieldShape,
    NearShape,
    RuleShape,
    SourcesShape,
    TermEdit,
    TermEntry,
    Terms,
    TestEntry,
    TestsShape,
    WatchShape,
)
from monitor.errors import ConfigError, Problem
from monitor.matching import Matcher, failed_tests, strange_drops
from monitor.models import Model
from monitor.rules import (
    LANGUAGES,
    AllOf,
    AnyOf,
    Condition,
    Hit,
    Logic,
    Near,
    Not,
    Rule,
    RuleTest,
    Scope,
    Term,
    TermList,
    Watch,
    hits_of,
    parse_expression,
    term_mistakes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")


class _ListShape(Model):
    """One list, to look at it apart from the others."""

    terms: dict[str, Terms]


def load_watch(path: Path) -> Watch:
    """The lists and rules of the file. Raises ConfigError with all problems; the rules' own tests are not run."""
    watch, _, problems = _load(path)
    if problems:
        raise ConfigError(problems)
    return watch


def check_watch(path: Path) -> tuple[Problem, ...]:
    """Every problem of the file in its order, those of the rules' own tests among them; none means it is good.

    The tests of sound rules are run although other rules are broken. Raises ConfigError for a file that cannot be read.
    """
    watch, tree, problems = _load(path)
    failed = failed_tests(watch, Matcher(watch))
    return tuple(sorted({*problems, *(_test_problem(tree, test.test, test.reason) for test in failed)}))
