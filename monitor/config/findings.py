"""What is found wrong while the values of a file are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config.tree import Loc, Tree
    from monitor.errors import Problem


class Findings:
    """The problems of a file: those of its shape, and those that are added. `mistakes` counts what was added."""

    def __init__(self, tree: Tree, problems: list[Problem]) -> None:
        self.tree = tree
        self.problems = problems
        self.mistakes = 0
        self._said = {(problem.line, problem.column) for problem in problems}

    def add(self, loc: Loc, message: str, hint: str = "", *, key: bool = False, offset: int | None = None) -> None:
        """A problem at `loc`; see `Tree.problem`."""
        self.mistakes += 1
        self.problems.append(self.tree.problem(loc, message, hint, key=key, offset=offset))

    def add_shape(self, loc: Loc, message: str, hint: str = "") -> None:
        """What the check of the shape may have reported at this place already, in its own words."""
        self.mistakes += 1
        if self.tree.position(loc) not in self._said:
            self.problems.append(self.tree.problem(loc, message, hint))
