"""config/watch.yaml, loaded whole or refused with every mistake it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.config.findings import Findings
from monitor.config.nodes import check, read
from monitor.config.watch_lists import ListReader
from monitor.config.watch_rules import RuleReader
from monitor.config.watch_shape import WatchShape
from monitor.errors import ConfigError
from monitor.matching import Matcher, failed_tests
from monitor.rules import Watch

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from monitor.config.nodes import Tree
    from monitor.errors import Problem


def load_watch(path: Path) -> Watch:
    """The lists and rules of the file. Raises ConfigError with all problems; the rules' own tests are not run."""
    watch, problems = _built(read(path))
    if problems:
        raise ConfigError(problems)
    return watch


def check_watch(path: Path) -> tuple[Problem, ...]:
    """Every problem of the file in its order, those of the rules' own tests among them; none means that it is good.

    The tests of sound rules are run although other rules are broken.
    """
    try:
        tree = read(path)
    except ConfigError as error:
        return error.problems
    watch, problems = _built(tree)
    failed = failed_tests(watch, Matcher(watch))
    tests = (tree.problem_at(test.line, test.column, reason) for _, test, reason in failed)
    return ConfigError([*problems, *tests]).problems


def watch_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for completion in editors."""
    schema = WatchShape.model_json_schema()
    lists = schema["properties"]["lists"]
    for mapping in (lists, *lists["patternProperties"].values()):
        mapping["additionalProperties"] = False
    return schema


def _built(tree: Tree) -> tuple[Watch, list[Problem]]:
    """What is sound of the file, and everything that is wrong with it."""
    _, problems = check(WatchShape, tree)
    findings = Findings(tree, problems)
    lists = ListReader(findings)
    rules = RuleReader(findings, lists)
    sound = {name: terms for name, terms in lists.lists.items() if name not in lists.unsound}
    return Watch(sound, rules.rules), findings.problems
