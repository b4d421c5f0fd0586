"""The language of `when`: text in, a condition or mistakes with their places out.

    or      := and ("or" and)*                       binds weakest
    and     := not ("and" not)*
    not     := "not" not | near
    near    := primary (("near/" N | "near/sentence") primary)*
    primary := $list | "term" | FIELD ":" primary | COUNT "of" "(" or ("," or)* ")" | "(" or ")"
    FIELD   := "title" | "body"          COUNT := N | "any" | "all"

Words of the language may be written in any case. All operands of one chain of `near` share its limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from monitor.rules.conditions import MAX_NEAR, AllOf, AnyOf, AtLeast, Condition, Hit, Near, Not, Scope, written
from monitor.rules.terms import Mistake, Term, term_mistakes

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 40

_TOKEN = re.compile(
    r"""\s+
    | (?P<list>\$\w+)
    | (?P<term>"[^"]*"|'[^']*')
    | (?P<near>near/(?:\d{1,6}|sentence)\b)
    | (?P<field>(?:title|body)\s*:)
    | (?P<count>(?:\d{1,6}|any|all)\s+of\b)
    | (?P<word>and|or|not)\b
    | (?P<mark>[(),])
    | (?P<bare>[^\s()"',$][^\s()",$]*)
    | (?P<odd>.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_WORDS = ("and", "or", "not", "near/5", "near/sentence", "title:", "body:")
_NEAR_TAKES = "near takes terms, $lists and (a or b)"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The condition, or None with the mistakes that were found. `lists` and `terms` say where each was named."""

    condition: Condition | None
    mistakes: tuple[Mistake, ...]
    lists: tuple[tuple[str, int], ...]
    terms: tuple[tuple[Term, int], ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int

    @property
    def word(self) -> str:
        """The token as the grammar names it."""
        return self.text.lower() if self.kind in {"word", "mark"} else self.kind


class _Stop(Exception):
    """Ends the parse at its first mistake of grammar."""

    def __init__(self, offset: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.mistake = Mistake(offset, message, hint)


def parse_expression(text: str, line_of: Callable[[int], int] = lambda _: 1) -> Parsed:
    """The condition that a `when` states. `line_of` gives the line of the file for an offset into the text."""
    parser = _Parser(line_of)
    tokens = parser.tokens(text)
    condition = None
    try:
        condition = parser.whole(tokens)
    except _Stop as stop:
        if not _follows_bare_word(stop.mistake, tokens):
            parser.mistakes.append(stop.mistake)
    sound = condition if not parser.mistakes else None
    mistakes = sorted(parser.mistakes, key=lambda mistake: mistake.offset)
    return Parsed(sound, tuple(mistakes), tuple(parser.lists), tuple(parser.terms))


@dataclass(slots=True)
class _Parser:
    line_of: Callable[[int], int]
    mistakes: list[Mistake] = field(default_factory=list)
    lists: list[tuple[str, int]] = field(default_factory=list)
    terms: list[tuple[Term, int]] = field(default_factory=list)
    ahead: list[_Token] = field(default_factory=list)
    depth: int = 0

    def tokens(self, text: str) -> list[_Token]:
        """The tokens; what is none is reported, and stands as a term where it looks like one."""
        found = [
            _Token(match.lastgroup, match[0], match.start())
            for match in _TOKEN.finditer(text)
            if match.lastgroup is not None
        ]
        for token in found:
            if token.kind == "bare":
                self.mistakes.append(_bare(token))
            elif token.kind == "odd":
                self.mistakes.append(_odd(token))
        return [*(token for token in found if token.kind != "odd"), _Token("end", "", len(text.rstrip()))]

    def whole(self, tokens: list[_Token]) -> Condition:
        self.ahead = tokens[::-1]
        if self.next.kind == "end":
            raise _Stop(0, "an empty `when`")
        condition = self.either(Scope.ANYWHERE)
        if self.next.kind != "end":
            raise _Stop(self.next.offset, f"{_named(self.next)} is not expected here", "join conditions with and, or")
        return condition

    @property
    def next(self) -> _Token:
        return self.ahead[-1]

    def take(self, *words: str) -> _Token | None:
        """The next token, consumed, if it is one of these."""
        return self.ahead.pop() if self.next.word in words else None

    def either(self, scope: Scope) -> Condition:
        parts = self.chain(lambda: self.both(scope), "or")
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def both(self, scope: Scope) -> Condition:
        parts = self.chain(lambda: self.negation(scope), "and")
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def chain(self, part: Callable[[], T], word: str) -> tuple[T, ...]:
        parts = [part()]
        while self.take(word):
            parts.append(part())
        return tuple(parts)

    def negation(self, scope: Scope) -> Condition:
        if self.take("not"):
            return Not(self.nested(lambda: self.negation(scope)))
        return self.near(scope)

    def near(self, scope: Scope) -> Condition:
        start = self.next.offset
        first = self.primary(scope)
        if self.next.kind != "near":
            return first
        operands, limits = [self.choice(first, start)], set()
        while token := self.take("near"):
            limits.add(token.text.lower().removeprefix("near/"))
            if len(limits) > 1:
                raise _Stop(
                    token.offset, "different limits in one chain of near", "write (a near/3 b) and (b near/5 c)"
                )
            start = self.next.offset
            operands.append(self.choice(self.primary(scope), start))
        if len(operands) > MAX_NEAR:
            raise _Stop(
                start, f"a near of more than {MAX_NEAR} operands", "several near, joined with and, say the same"
            )
        limit = limits.pop()
        return Near(tuple(operands), None if limit == "sentence" else int(limit))

    def choice(self, condition: Condition, offset: int) -> tuple[Hit, ...]:
        """The hits that one operand of near allows."""
        if isinstance(condition, Hit):
            return (condition,)
        if isinstance(condition, AnyOf):
            return tuple(hit for part in condition.parts for hit in self.choice(part, offset))
        raise _Stop(offset, f"{_NEAR_TAKES}, not {written(condition)}", "join with and outside the near")

    def primary(self, scope: Scope) -> Condition:
        token = self.ahead.pop() if self.next.kind != "end" else self.next
        if token.kind == "list":
            self.lists.append((token.text[1:], token.offset))
            return Hit(token.text[1:], scope)
        if token.kind in {"term", "bare"}:
            return Hit(self.term(token), scope)
        if token.kind == "field":
            return self.nested(lambda: self.primary(self.narrowed(scope, token)))
        if token.kind == "count":
            return self.nested(lambda: self.count(token, scope))
        if token.word == "(":
            inside = self.nested(lambda: self.either(scope))
            self.close(token)
            return inside
        raise _Stop(token.offset, f'a term in "quotes" or a $list is missing before {_named(token)}')

    def term(self, token: _Token) -> Term:
        text = token.text[1:-1] if token.kind == "term" else token.text
        term = Term(text, self.line_of(token.offset))
        if token.kind == "term":
            self.terms.append((term, token.offset))
            self.mistakes += [replace(m, offset=token.offset + 1 + m.offset) for m in term_mistakes(text)]
        return term

    def narrowed(self, scope: Scope, token: _Token) -> Scope:
        wanted = Scope(token.text.rstrip(": \t\n").lower())
        if scope not in {Scope.ANYWHERE, wanted}:
            raise _Stop(token.offset, f"{wanted}: inside {scope}: can never match")
        return wanted

    def count(self, token: _Token, scope: Scope) -> Condition:
        opening = self.take("(")
        if not opening:
            raise _Stop(self.next.offset, f"{token.text} needs brackets", f'{token.text} ($a, $b, "c")')
        parts = self.chain(lambda: self.either(scope), ",")
        self.close(opening)
        wanted = token.text.split()[0].lower()
        number = {"any": 1, "all": len(parts)}.get(wanted) or int(wanted)
        if not 1 <= number <= len(parts):
            raise _Stop(
                token.offset,
                f"{token.text} {len(parts)} conditions " + ("is always so" if not number else "can never match"),
            )
        return AtLeast(number, parts)

    def close(self, opening: _Token) -> None:
        if not self.take(")"):
            raise _Stop(self.next.offset, "a ')' is missing", f"the '(' is character {opening.offset + 1}")

    def nested(self, part: Callable[[], Condition]) -> Condition:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Stop(self.next.offset, f"nested deeper than {MAX_DEPTH} levels")
        inside = part()
        self.depth -= 1
        return inside


def _follows_bare_word(mistake: Mistake, tokens: list[_Token]) -> bool:
    """Whether the mistake is at a word that is reported already, or right after it: it means something else."""
    return any(
        mistake.offset in {token.offset, after.offset} and token.kind == "bare" for token, after in pairwise(tokens)
    )


def _bare(token: _Token) -> Mistake:
    near = get_close_matches(token.text.lower(), _WORDS, n=1, cutoff=0.6)
    known = f"did you mean {near[0]}? " if near else ""
    return Mistake(
        token.offset, f"a bare word {token.text!r}", f'{known}a term stands in "quotes", a list is ${token.text}'
    )


def _odd(token: _Token) -> Mistake:
    if token.text in "\"'":
        return Mistake(token.offset, f"the quotation mark {token.text} is not closed")
    return Mistake(token.offset, f"the character {token.text!r} means nothing here", 'terms stand in "straight quotes"')


def _named(token: _Token) -> str:
    return "the end" if token.kind == "end" else repr(token.text)
