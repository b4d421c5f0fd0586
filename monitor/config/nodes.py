"""A file of config/ against its model: every mistake becomes a Problem where it stands.

`read` or `parse` gives a Tree, `validate` the frozen model or one ConfigError with all problems. Messages quote what
the file says, never what a variable of the environment holds.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from monitor.config.tree import Data, Loc, Tree, parse, read
from monitor.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pydantic_core import ErrorDetails

__all__ = ["Data", "Loc", "Tree", "check", "did_you_mean", "parse", "read", "validate"]

M = TypeVar("M", bound=BaseModel)

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}")
_ROUNDS = 8  # of leaving out what is wrong and looking again
_FEW = 12  # names that a hint lists in full
_SHOWN = 60  # characters of a value that a message quotes
_LEAK = 4  # characters of a secret that no message may share with it

_NOWHERE: Data = {}  # compared by identity

_KINDS = {
    "string": "a text",
    "list": "a list: [a, b]",
    "tuple": "a list: [a, b]",
    "set": "a list: [a, b]",
    "frozen_set": "a list: [a, b]",
    "dict": "a mapping: key: value",
    "model": "a mapping: key: value",
    "model_attributes": "a mapping: key: value",
    "dataclass": "a mapping: key: value",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}


def validate(model: type[M], tree: Tree, *, expand: Mapping[str, str] | None = None) -> M:
    """The model of a whole file. Raises ConfigError with every problem of its shape.

    With `expand`, `${NAME}` and `${NAME:-default}` inside scalars stand for variables of that environment.
    """
    value, problems = check(model, tree, expand=expand)
    if problems or value is None:
        raise ConfigError(problems)
    return value


def check(
    model: type[M], tree: Tree, at: Loc = (), *, expand: Mapping[str, str] | None = None
) -> tuple[M | None, list[Problem]]:
    """The model of the value at `at`, as far as it can be had, and the problems: what is wrong is left out.

    So a caller with further checks can report those in the same run. None where nothing can be kept.
    """
    expansion = _Expansion(tree, at, expand)
    data, problems = expansion.data, expansion.problems
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(data), problems
        except ValidationError as error:
            details = _placed(error.errors(include_url=False), data)
        seen = {(problem.line, problem.column) for problem in problems}
        found = [_problem(model, expansion, at + loc, detail) for loc, detail in details]
        problems += [problem for problem in found if (problem.line, problem.column) not in seen]
        if any(not loc and detail["type"] != "missing" for loc, detail in details):
            break
        for loc, detail in details:
            data = _mended(data, loc, detail)
    return None, problems


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for an unknown word: the nearest of the known ones, else all of them when they are few."""
    names = {name.lower(): name for name in sorted(known)}
    near = get_close_matches(word.lower(), names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {names[near[0]]!r}?"
    return f"known: {', '.join(names.values())}" if 0 < len(names) <= _FEW else ""


class _Expansion:
    """The data of a tree with variables filled in. What they hold is kept apart, so that no message shows it."""

    def __init__(self, tree: Tree, at: Loc, environment: Mapping[str, str] | None) -> None:
        self.tree, self.at = tree, at
        self.problems: list[Problem] = []
        self.filled: dict[Loc, str] = {}
        self._environment = environment or {}
        self.data = tree.value(at) if environment is None else self._expand(tree.value(at), at)

    def leaks(self, message: str, loc: Loc) -> bool:
        """Whether a message about the value at `loc` shows a piece of what a variable holds."""
        below = [secret.lower() for place, secret in self.filled.items() if place[: len(loc)] == loc]
        text = message.lower()
        return any(
            secret[at : at + _LEAK] in text
            for secret in below
            for at in range(max(1, len(secret) - _LEAK + 1))
            if secret
        )

    def _expand(self, value: Data, loc: Loc) -> Data:
        if isinstance(value, dict):
            return {name: self._expand(inner, (*loc, name)) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._expand(inner, (*loc, index)) for index, inner in enumerate(value)]
        if value is None or "${" not in value:
            return value
        return self._fill(value, loc)

    def _fill(self, text: str, loc: Loc) -> str:
        for stray in re.finditer(r"\$\{", _VARIABLE.sub(lambda found: " " * len(found[0]), text)):
            message = "a '${' that begins no variable"
            self.problems.append(
                self.tree.problem(loc, message, "write ${NAME} or ${NAME:-default}", offset=stray.start())
            )
        for found in _VARIABLE.finditer(text):
            if found[1] not in self._environment and found[2] is None:
                message = f"the variable {found[1]} is not set"
                hint = f"set it in the environment, or write ${{{found[1]}:-default}}"
                self.problems.append(self.tree.problem(loc, message, hint, offset=found.start()))
        value = _VARIABLE.sub(lambda found: self._environment.get(found[1]) or found[2] or "", text)
        self.filled[loc] = value
        return value


def _placed(errors: list[ErrorDetails], data: Data) -> list[tuple[Loc, ErrorDetails]]:
    """The errors at the places of the data they speak of.

    Where a value may have one of several types, only the type that came furthest complains.
    """
    placed: list[tuple[Loc, ErrorDetails]] = []
    choices: dict[Loc, dict[str, list[tuple[Loc, ErrorDetails]]]] = {}
    for error in errors:
        steps = error["loc"][:-1] if error["type"] == "missing" or error["loc"][-1:] == ("[key]",) else error["loc"]
        path, chosen_at, choice = _path(steps, data)
        group = placed if chosen_at is None else choices.setdefault(chosen_at, {}).setdefault(choice, [])
        group.append((path, error))
    for alternatives in choices.values():
        furthest = max(alternatives.values(), key=lambda group: max(len(path) for path, _ in group))
        of_type = {path: error for path, error in reversed(furthest) if error["type"].endswith("_type")}
        placed += [(path, error) for path, error in furthest if of_type.get(path, error) is error]
    return placed


def _path(steps: Loc, data: Data) -> tuple[Loc, Loc | None, str]:
    """The steps that lead through the data; the others name the chosen type: where the first stood, and its name."""
    path: Loc = ()
    chosen_at, choice = None, ""
    for step in steps:
        below = _step(data, step)
        if below is not _NOWHERE:
            path, data = (*path, step), below
        elif chosen_at is None:
            chosen_at, choice = path, str(step)
    return path, chosen_at, choice


def _step(data: Data, step: str | int) -> Data:
    if isinstance(data, dict) and isinstance(step, str):
        return data.get(step, _NOWHERE)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return _NOWHERE


def _mended(data: Data, loc: Loc, detail: ErrorDetails) -> Data:
    """The data without the value at `loc`; an empty text stands in for a missing one, and in a list."""
    if detail["type"] == "missing":
        return _replaced(data, (*loc, detail["loc"][-1]), "")
    if loc and isinstance(loc[-1], str):
        return _replaced(data, loc, None)
    return _replaced(data, loc, "")


def _replaced(data: Data, loc: Loc, value: str | None) -> Data:
    step, rest = loc[0], loc[1:]
    if isinstance(data, dict):
        inner = _replaced(data[str(step)], rest, value) if rest else value
        others = {name: other for name, other in data.items() if name != step}
        return others if inner is None and not rest else {**others, str(step): inner}
    assert isinstance(data, list)  # noqa: S101 - a path leads through dicts and lists only
    return [_replaced(other, rest, value) if index == step and rest else other for index, other in enumerate(data)]


def _problem(model: type[BaseModel], expansion: _Expansion, loc: Loc, detail: ErrorDetails) -> Problem:
    tree, kind, context = expansion.tree, detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return tree.problem(loc, f"missing key {str(detail['loc'][-1])!r}")
    if kind == "extra_forbidden":
        name = str(loc[-1])
        return tree.problem(
            loc, f"unknown key {name!r}", did_you_mean(name, _known_keys(model, loc[len(expansion.at) : -1])), key=True
        )
    if kind == "union_tag_not_found":
        return tree.problem(loc, f"missing key {context['discriminator']}")
    if kind == "union_tag_invalid":
        name = str(context["discriminator"]).strip("'")
        known = did_you_mean(str(context["tag"]), re.findall(r"'([^']*)'", str(context["expected_tags"])))
        return tree.problem((*loc, name), f"unknown {name} {_shown(tree.value((*loc, name)))}", known)
    message, hint = _complaint(tree.value(loc), _label(loc), detail)
    if expansion.leaks(message, loc):
        message = f"this value of {_label(loc)!r}, with its variables filled in, is not allowed here"
    return tree.problem(loc, message, hint)


def _complaint(value: Data, label: str, detail: ErrorDetails) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    wanted = _KINDS.get(kind.removesuffix("_type").removesuffix("_parsing"))
    if wanted:
        return f"{label}: {wanted} is expected, not {_shown(value)}", ""
    if kind in {"enum", "literal_error"}:
        expected = re.findall(r"'([^']*)'", str(context["expected"]))
        return f"unknown {label} {_shown(value)}", did_you_mean(str(value), expected)
    if kind == "string_pattern_mismatch":
        return f"{label}: {_shown(value)} is not allowed", f"it has the form {context['pattern']}"
    if kind in {"value_error", "assertion_error"}:
        return f"{label}: {context['error']}", ""
    said = detail["msg"]
    return f"{label}: {said[0].lower()}{said[1:]}, not {_shown(value)}", ""


def _label(loc: Loc) -> str:
    """What the value is called: its key, or one of what its list holds."""
    names = [step for step in loc if isinstance(step, str)]
    if not names:
        return "the file"
    return names[-1] if loc[-1] == names[-1] else names[-1].removesuffix("s")


def _shown(value: Data) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    return "nothing" if value is None else "a list" if isinstance(value, list) else "a mapping"


def _known_keys(model: type[BaseModel], loc: Loc) -> set[str]:
    """The keys that the model, followed along `loc`, knows there."""
    models = {model}
    for step in loc:
        fields = [info for m in models for name, info in m.model_fields.items() if step in {name, info.alias}]
        models = {inner for info in fields for inner in _models(info.annotation)} or models
    return {info.alias or name for m in models for name, info in m.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
