"""`python -m monitor.notify.sandbox`: fills one template in a process of its own, with limits, and ends.

Reads {"template", "markup", "values"} from standard input and writes {"text"} or {"error", "line"}. A template is
written by whoever runs the program, and may still loop for ever or ask for all memory: the process has 1 s of
processor time and 512 MB, no file but its own code, no variable of the environment, and the caller stops it.
"""

from __future__ import annotations

import json
import resource
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from monitor.notify.escape import ESCAPES

if TYPE_CHECKING:
    from collections.abc import Callable

_CPU_SECONDS = 1
_MEMORY = 512 * 1024 * 1024


class Fragment(str):
    """A value that is markup already, made by this program; whatever a filter makes of it is a text again."""

    __slots__ = ()


def fill(template: str, escape: Callable[[str], str], values: dict[str, Any]) -> str:
    """The text of a template. What an expression gives is escaped for the markup; the template's own text is not.

    Raises jinja2.TemplateError, and whatever an expression raises.
    """

    def finalize(value: object) -> str:
        if value is None:
            return ""
        return str.__str__(value) if isinstance(value, Fragment) else escape(str(value))

    environment = ImmutableSandboxedEnvironment(
        autoescape=False,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,
    )
    return environment.from_string(template).render(values)


def values_of(given: dict[str, Any]) -> dict[str, Any]:
    """The values, with {"markup": TEXT} as a Fragment."""
    return {name: Fragment(value["markup"]) if isinstance(value, dict) else value for name, value in given.items()}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """The text, or what is wrong and on which line of the template, where that is known."""
    try:
        return {"text": fill(asked["template"], ESCAPES[asked["markup"]], values_of(asked["values"]))}
    except MemoryError:
        return {"error": "it takes more than 512 MB", "line": None}
    except Exception as error:  # noqa: BLE001 - an expression of a template may raise anything
        return {"error": _said(error), "line": _line_of(error)}


def _said(error: Exception) -> str:
    said = error.message if isinstance(error, TemplateError) else str(error)
    return " ".join(f"{said or type(error).__name__}".split())[:300]


def _line_of(error: Exception) -> int | None:
    """The line of a mistake in the syntax, or the last line of the template that ran."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def main() -> None:
    """Answer one question."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    # macOS knows this limit and refuses it; the one on time holds there too.
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    asked = json.load(sys.stdin)
    json.dump(answer(asked), sys.stdout)


if __name__ == "__main__":
    main()
