"""YAML as nodes, and a model held against them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationInfo, field_validator

from monitor.config.nodes import did_you_mean, parse, read, validate
from monitor.errors import ConfigError
from monitor.models import Duration, Model, Severity


class Mail(Model):
    kind: Literal["mail"]
    to: str


class Chat(Model):
    kind: Literal["chat"]
    room: str
    token: str = ""

    @field_validator("token")
    @classmethod
    def looks_right(cls, value: str, info: ValidationInfo) -> str:
        if value.startswith("bad"):
            raise ValueError(f"{value!r} is no token of {info.data}")
        return value


class Shape(Model):
    name: str = ""
    every: Duration = Field("5s", validate_default=True)
    severity: Severity = Severity.LOW
    count: int = Field(3, ge=1)
    on: bool = True
    channels: tuple[Annotated[Mail | Chat, Field(discriminator="kind")], ...] = ()
    one_or_many: str | tuple[str, ...] = ()


def problems(text: str, **environment: str) -> list[str]:
    """What is said about a file, as line:column: message (hint)."""
    with pytest.raises(ConfigError) as caught:
        validate(Shape, parse(text, "f"), expand=environment)
    return [str(problem).removeprefix("f:") for problem in caught.value.problems]


@pytest.mark.parametrize(
    "word", ["no", "012", "2024-01-01", "3:20", "12:30:45", "1e3", "0x1F", "on", "=", "<<", ".inf"]
)
def test_every_scalar_stays_text(word):
    assert parse(f"a: {word}\n{word}: b", "f").data == {"a": word, word: "b"}


def test_null_and_nothing_are_none_and_an_empty_text_is_a_text():
    assert parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'", "f").data == {
        "a": None,
        "b": None,
        "c": None,
        "d": "",
        "e": "null",
    }


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_file_is_an_empty_mapping(text):
    assert parse(text, "f").data == {}


def test_aliases_repeat_a_value():
    assert parse("a: &x [1, 2]\nb: *x", "f").data == {"a": ["1", "2"], "b": ["1", "2"]}


def test_all_mistakes_that_leave_the_file_readable_are_reported_with_those_of_the_model():
    said = problems("name: a\nname: b\nevry: 5s\ncount: !!int 3\nx: *y\nname: c")
    assert said == [
        "2:1: duplicate key 'name' (the first is in line 1)",
        "3:1: unknown key 'evry' (did you mean 'every'?)",
        "4:8: a tag (!...) is not allowed (write the bare value: every scalar is text here)",
        "5:1: unknown key 'x' (known: channels, count, every, name, on, one_or_many, severity)",
        "5:4: unknown alias *y (text that begins with * stands in quotes)",
        "6:1: duplicate key 'name' (the first is in line 1)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "a: 1\n\tb: 2\n\tc: 3",
            ["2:1: a tab indents this line (YAML wants spaces)", "3:1: a tab indents this line (YAML wants spaces)"],
        ),
        ("- a", ["1:1: the file must be a mapping: lines of `key: value`"]),
        ("just words", ["1:1: the file must be a mapping: lines of `key: value`"]),
        ("a: 1\n---\nb: 2", ["3:1: a second document begins here (keep everything in one, without ---)"]),
        (
            "a: \x00b\nc: \x1b",
            [
                "1:4: the character U+0000 is not allowed (delete it)",
                "2:4: the character U+001B is not allowed (delete it)",
            ],
        ),
    ],
)
def test_what_ends_the_reading(text, said):
    assert problems(text) == said


@pytest.mark.parametrize(
    "text", ["a: [1", "a: {b: 1", "a: 'x", "a: b: c", "a: *", "a: @x", "a: 1\n b: 2", "a:\n- b\n  c: d\n x", "%x"]
)
def test_what_is_no_yaml_says_where_and_why(text):
    (said,) = problems(text)
    assert "not YAML" in said
    assert said.endswith(")") or text == "%x"


def test_keys_that_are_no_words():
    assert problems("[a, b]: c\nname: {$a, $b}\n? {x: y}\n: z")[0].startswith("1:1: a key must be a word")


BOMBS = {
    "brackets": "a: " + "[" * 100_000,
    "braces": "a: " + "{a: " * 100_000,
    "dashes": "a:\n" + "- " * 100_000,
    "indents": "".join(f"{' ' * depth}a:\n" for depth in range(200)),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_depth_is_bounded(bomb):
    began = time.process_time()
    assert "nested deeper than 50 levels" in problems(bomb)[0]
    assert time.process_time() - began < 2


def test_an_alias_bomb_is_bounded():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    began = time.process_time()
    said = problems("\n".join(lines))
    assert [one for one in said if "unfold" in one] == ["4:36: aliases unfold to more than 10,000 values"]
    assert time.process_time() - began < 1


def test_an_alias_inside_itself():
    assert any("stands inside the value it repeats" in said for said in problems("a: &a [*a]"))


def test_what_the_model_says_is_said_at_the_place():
    said = problems(
        """
every: 5 s
severity: hgih
count: x
on: maybe
name: [a]
one_or_many: {a: b}
channels:
  - {kind: chat, rom: x}
  - {kind: male}
  - {to: x}
  - text
"""
    )
    assert said == [
        "2:8: every: '5 s' is not a duration: write a number and s, m, h or d, such as 5s, 2m, 1h, 7d",
        "3:11: unknown severity 'hgih' (did you mean 'high'?)",
        "4:8: count: a whole number is expected, not 'x'",
        "5:5: on: true or false is expected, not 'maybe'",
        "6:7: name: a text is expected, not a list",
        "7:14: one_or_many: a text is expected, not a mapping",
        "9:5: missing key 'room'",
        "9:18: unknown key 'rom' (did you mean 'room'?)",
        "10:12: unknown kind 'male' (did you mean 'mail'?)",
        "11:5: missing key 'kind'",
        "12:5: channel: a mapping: key: value is expected, not 'text'",
    ]


def test_a_number_out_of_range_quotes_what_was_written():
    assert problems("count: 0") == ["1:8: count: input should be greater than or equal to 1, not '0'"]


def test_variables_are_filled_in():
    text = "name: a ${A} b ${B:-x y} ${C:-}\none_or_many: ['${A}']"
    shape = validate(Shape, parse(text, "f"), expand={"A": "1", "B": ""})
    assert (shape.name, shape.one_or_many) == ("a 1 b x y ", ("1",))


def test_without_an_environment_nothing_is_filled_in():
    assert validate(Shape, parse("name: ${A}", "f")).name == "${A}"


def test_unset_and_broken_variables_are_named():
    assert problems("name: a ${A}\nevery: ${\n") == [
        "1:9: the variable A is not set (set it in the environment, or write ${A:-default})",
        "2:8: a '${' that begins no variable (write ${NAME} or ${NAME:-default})",
    ]


@given(secret=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=5, max_size=20))
def test_no_message_shows_what_a_variable_holds(secret):
    """Neither for a value of the wrong form nor from a validator that quotes it, nor in the chain of causes."""
    text = "every: ${S}\ncount: ${S}\nchannels: [{kind: chat, room: '${S}', token: 'bad${S}'}, {kind: '${S}'}]"
    with pytest.raises(ConfigError) as caught:
        validate(Shape, parse(text, "f"), expand={"S": f"\u2603{secret}\u2603"})
    assert "\u2603" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_missing_file_and_one_that_is_not_utf8(tmp_path: Path):
    with pytest.raises(ConfigError, match="there is no such file"):
        read(tmp_path / "none.yaml", shown="config/none.yaml")
    broken = tmp_path / "broken.yaml"
    broken.write_bytes("a: б\nb: ".encode() + b"\xff\n")
    with pytest.raises(ConfigError, match=r"shown\.yaml:2:4: the file is not UTF-8 from here on"):
        read(broken, shown="shown.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path):
    path = tmp_path / "bom.yaml"
    path.write_bytes("\ufeffname: a".encode())
    assert read(path).data == {"name": "a"}


SCALARS = [
    "a: >-\n   a  b\n   c d\n\n   e\n",
    "a: |\n  one\n   two\n",
    'a: "x \\"q\\" y"\n',
    "a: 'x ''q'' y'\n",
    "a: one two\n   three\n",
    "a: &anchor !!str x y\n",
    "a: [b]\n",
]


@pytest.mark.parametrize("text", SCALARS)
def test_a_place_inside_a_scalar_is_found_in_the_file(text):
    """However the scalar is written, a character of its value is the character of the file at that place."""
    tree = parse(text, "f")
    loc = ("a", 0) if isinstance(tree.data["a"], list) else ("a",)
    value = tree.value(loc)
    for offset, char in enumerate(value):
        if not char.isspace() and char not in "\"'":
            line, column = tree.position(loc, offset=offset)
            assert tree.lines[line - 1][column - 1] == char


def test_the_excerpt_stands_below_its_caret():
    with pytest.raises(ConfigError) as caught:
        validate(Shape, parse("name: a\nevry: 1\n", "f"))
    assert caught.value.problems[0].drawn().splitlines()[1:] == ["    evry: 1", "    ^"]


def test_did_you_mean_lists_a_few_and_not_a_hundred():
    assert did_you_mean("zzz", ["a", "b"]) == "known: a, b"
    assert did_you_mean("zzz", map(str, range(100))) == ""


def places(text: str) -> list[tuple[int, int]]:
    """Where a file has problems."""
    try:
        validate(Shape, parse(text, "f"), expand={})
    except ConfigError as error:
        return [(problem.line, problem.column) for problem in error.problems]
    return []


@given(st.text(max_size=200))
def test_any_text_is_a_file_or_has_problems_with_places(text):
    assert all(line >= 1 and column >= 1 for line, column in places(text))


SOUP = [
    "a",
    "b",
    "name",
    "channels",
    ": ",
    " ",
    "\n",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "&x ",
    "*x",
    "!!t ",
    "'",
    '"',
    "#",
    "|",
    ">",
    "${",
]


@given(st.lists(st.sampled_from(SOUP)).map("".join))
def test_any_soup_of_yaml_is_a_file_or_has_problems_with_places(text):
    assert all(line >= 1 and column >= 1 for line, column in places(text))
