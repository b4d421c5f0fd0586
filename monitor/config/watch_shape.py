"""The shape of watch.yaml: which keys there are and what they hold. docs/watch-language.md teaches the language.

The JSON Schema for editors comes from these models. What they cannot say (a list that is not there, a rule that can
never match) is checked where the values are built, in `watch_lists` and `watch_rules`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, WithJsonSchema

from monitor.models import Model, Severity
from monitor.rules import LANGUAGES, MAX_NEAR

LIST_NAME = r"^\w+$"
RULE_ID = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
SOURCE_NAME = "^(tag:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
EXCEPT = "except"
MODIFIERS = ("cased", "exact")
LIST_KEY = rf"^({'|'.join((*LANGUAGES, EXCEPT))})(\|({'|'.join(MODIFIERS)}))*$"


def _pattern(regex: str) -> WithJsonSchema:
    """A form that editors check; here the builder does, with a message that helps."""
    return WithJsonSchema({"type": "string", "pattern": regex})


class TermEdit(Model):
    """A term whose expansion is mended."""

    term: str
    add: tuple[str, ...] | str = Field((), description="further spellings; each matches exactly as written")
    drop: tuple[str, ...] | str = Field((), description="forms that do not count")


TermEntry: TypeAlias = str | TermEdit
Terms: TypeAlias = TermEntry | tuple[TermEntry, ...]
Texts: TypeAlias = str | tuple[str, ...]
Language: TypeAlias = Literal["en", "ru", "be", "uk"]


class NearShape(Model):
    """Hits close to one another: within a number of words, or in one sentence."""

    terms: tuple[TermEntry, ...] = Field(
        max_length=MAX_NEAR, description="two or more terms or $lists; one hit of each is wanted"
    )
    words: int | None = Field(None, ge=0, le=10_000, description="at most so many words between")
    within: Literal["sentence"] | None = Field(None, description="in place of words")


class FieldShape(Model):
    """Conditions on one field; all of them must hold."""

    all: Terms = Field((), description="every one of these terms and $lists hits")
    any: Terms = Field((), description="at least one hits")
    none: Terms = Field((), description="none hits")
    near: NearShape | None = None


class SourcesShape(Model):
    """Which sources the rule is for: ids, or tag:NAME."""

    only: Texts | None = None
    skip: Texts | None = None


class TestShape(Model):
    """An article to try the rule on."""

    title: str = ""
    text: str = ""
    source: Annotated[str, _pattern(SOURCE_NAME)] | None = Field(None, description="a source id, or tag:NAME")
    language: Language | None = None


TestEntry: TypeAlias = str | TestShape


class TestsShape(Model):
    """Texts for which the rule must hold, and must not; `monitor check` tries them."""

    match: TestEntry | tuple[TestEntry, ...] = ()
    no_match: TestEntry | tuple[TestEntry, ...] = ()


class RuleShape(FieldShape):
    """One question: the simple form (all, any, none, near, in_title, in_body) or `when`."""

    id: Annotated[str, _pattern(RULE_ID)]
    name: str = Field("", description="what alerts call it; default: the id")
    severity: Severity = Severity.MEDIUM
    tags: Texts = ()
    in_title: FieldShape | None = None
    in_body: FieldShape | None = None
    when: str | None = Field(None, description='an expression, such as $a near/8 ($b or "c") and not title:$d')
    sources: SourcesShape | None = None
    languages: Language | tuple[Language, ...] = ()
    tests: TestsShape | None = None


class WatchShape(Model):
    """The file."""

    version: int = Field(1, ge=1, le=1)
    lists: dict[Annotated[str, _pattern(LIST_NAME)], dict[Annotated[str, _pattern(LIST_KEY)], Terms]] = Field(
        {}, description="reusable terms; a rule refers to a list as $name"
    )
    rules: tuple[RuleShape, ...]


def several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """A single value without brackets is a list of one."""
    return value if isinstance(value, tuple) else (value,)
