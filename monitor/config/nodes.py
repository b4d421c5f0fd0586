"""A file of config/ against its model: every mistake becomes a Problem where it stands.

`read` or `parse` gives a Tree, `validate` the frozen model or one ConfigError with all problems. Messages quote what
the file says, never what a variable of the environment holds.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, get_args

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
    if not at:
        problems += tree.problems
    mended = {loc[len(at) :] for loc in expansion.broken}
    for _ in range(_ROUNDS):
        value, details = _validated(model, data)
        if value is not None:
            return value, problems
        errors = _furthest([_placed(detail, data) for detail in details])
        new = [
            error for error in errors if mended.isdisjoint(error.target[:size] for size in range(len(error.target) + 1))
        ]
        problems += [_problem(model, expansion, at + error.loc, error.detail) for error in new]
        for error in errors:
            target = _without_lists(data, error.target)
            if not target:
                return None, problems
            mended.add(target)
            data = _mended(data, target, missing=error.detail["type"] == "missing")
    return None, problems


def _validated(model: type[M], data: Data) -> tuple[M | None, list[ErrorDetails]]:
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


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
        self.filled: set[Loc] = set()
        self.broken: set[Loc] = set()
        self._environment = environment or {}
        self.data = tree.value(at) if environment is None else self._expand(tree.value(at), at)

    def as_written(self, model: type[BaseModel], loc: Loc, detail: ErrorDetails) -> ErrorDetails | None:
        """The error that a person may see: where variables are filled in, the same one that the bare text gives."""
        if not any(place[: len(loc)] == loc for place in self.filled):
            return detail
        _, details = _validated(model, self.tree.value(self.at))
        same = (other for other in details if (other["loc"], other["type"]) == (detail["loc"], detail["type"]))
        return next(same, None)

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
            self._refuse(loc, stray.start(), "a '${' that begins no variable", "write ${NAME} or ${NAME:-default}")
        for found in _VARIABLE.finditer(text):
            if found[1] not in self._environment and found[2] is None:
                hint = f"set it in the environment, or write ${{{found[1]}:-default}}"
                self._refuse(loc, found.start(), f"the variable {found[1]} is not set", hint)
        self.filled.add(loc)
        return _VARIABLE.sub(lambda found: self._environment.get(found[1]) or found[2] or "", text)

    def _refuse(self, loc: Loc, offset: int, message: str, hint: str) -> None:
        self.broken.add(loc)
        self.problems.append(self.tree.problem(loc, message, hint, offset=offset))


class _Placed(NamedTuple):
    """An error at the place of the data it speaks of, and the types that were tried on the way: where, and which."""

    loc: Loc
    choices: tuple[tuple[Loc, str], ...]
    detail: ErrorDetails

    @property
    def target(self) -> Loc:
        """The value to be mended: the one that is wrong, or the one that is missing."""
        return (*self.loc, self.detail["loc"][-1]) if self.detail["type"] == "missing" else self.loc


def _placed(error: ErrorDetails, data: Data) -> _Placed:
    """The steps of its location that lead through the data; the others name types."""
    names_key = error["type"] == "missing" or error["loc"][-1:] == ("[key]",)
    loc: Loc = ()
    choices: tuple[tuple[Loc, str], ...] = ()
    for step in error["loc"][:-1] if names_key else error["loc"]:
        below = _step(data, step)
        if below is _NOWHERE:
            choices = (*choices, (loc, str(step)))
        else:
            loc, data = (*loc, step), below
    return _Placed(loc, choices, error)


def _furthest(errors: list[_Placed], level: int = 0) -> list[_Placed]:
    """Where a value may have one of several types, only the errors of the type that came furthest."""
    found = [error for error in errors if len(error.choices) <= level]
    by_place: dict[Loc, dict[str, list[_Placed]]] = {}
    for error in errors:
        if len(error.choices) > level:
            place, name = error.choices[level]
            by_place.setdefault(place, {}).setdefault(name, []).append(error)
    for by_type in by_place.values():
        found += _furthest(
            max(by_type.values(), key=lambda group: max(len(error.target) for error in group)), level + 1
        )
    return found


def _step(data: Data, step: str | int) -> Data:
    if isinstance(data, dict) and isinstance(step, str):
        return data.get(step, _NOWHERE)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return _NOWHERE


def _without_lists(data: Data, loc: Loc) -> Loc:
    """What to mend for the value at `loc`: itself, or where an empty text in a list was no help, that list."""
    while loc and isinstance(loc[-1], int) and _at(data, loc) == "":
        loc = loc[:-1]
    return loc


def _mended(data: Data, loc: Loc, *, missing: bool) -> Data:
    """The data without the value at `loc`; an empty text stands in for a missing one, and in a list."""
    if _at(data, loc[:-1]) is _NOWHERE:
        return data  # went with an earlier one
    return _replaced(data, loc, "" if missing or isinstance(loc[-1], int) else None)


def _at(data: Data, loc: Loc) -> Data:
    for step in loc:
        data = _step(data, step)
    return data


def _replaced(data: Data, loc: Loc, value: str | None) -> Data:
    """A copy with another value at `loc`; None takes a key away."""
    step, rest = loc[0], loc[1:]
    if isinstance(data, list):
        copy = list(data)
        copy[int(step)] = _replaced(copy[int(step)], rest, value) if rest else value
        return copy
    assert isinstance(data, dict)  # noqa: S101 - a path leads through dicts and lists only
    others = {name: other for name, other in data.items() if name != step}
    if rest:
        return {**others, str(step): _replaced(data[str(step)], rest, value)}
    return others if value is None else {**others, str(step): value}


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
    shown = expansion.as_written(model, loc, detail)
    if shown is None:
        return tree.problem(loc, f"{_label(loc)}: not allowed once its variables are filled in")
    return tree.problem(loc, *_complaint(tree.value(loc), _label(loc), shown))


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
    found = f", not {_shown(value)}" if isinstance(value, str) else ""
    return f"{label}: {said[0].lower()}{said[1:]}{found}", ""


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
