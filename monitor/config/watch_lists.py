"""The lists of watch.yaml, and terms wherever they stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.config.nodes import check, did_you_mean
from monitor.config.watch_shape import EXCEPT, LIST_NAME, MODIFIERS, TermEdit, several
from monitor.matching import strange_drops
from monitor.rules import LANGUAGES, Term, TermList, term_mistakes

if TYPE_CHECKING:
    from monitor.config.findings import Findings
    from monitor.config.tree import Loc


class ListReader:
    """Reads lists and terms, and notes what is wrong with them. `unsound` are the lists that have mistakes."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.tree = findings.tree
        self.lists: dict[str, TermList] = {}
        self.unsound: set[str] = set()
        for name in self.tree.keys(("lists",)):
            before = findings.mistakes
            self.lists[name] = self._list(name, ("lists", name))
            if findings.mistakes > before:
                self.unsound.add(name)

    def _list(self, name: str, loc: Loc) -> TermList:
        before = self.findings.mistakes
        if not re.fullmatch(LIST_NAME, name):
            self.findings.add(loc, f"the list name {name!r} is not allowed", "letters, digits and _ only", key=True)
        terms: list[Term] = []
        exceptions: list[Term] = []
        for key in self.tree.keys(loc):
            language, *modifiers = re.split(r"\s*\|\s*", key)
            self._check_list_key((*loc, key), language, modifiers)
            found = self._terms((*loc, key), language, modifiers)
            (exceptions if language == EXCEPT else terms).extend(found)
        if not isinstance(self.tree.value(loc), dict):
            self.findings.add_shape(loc, "a list has its terms by language: ru: [...]")
        elif not terms and self.findings.mistakes == before:
            self.findings.add(loc, f"the list {name!r} has no terms", key=True)
        return TermList(name, tuple(terms), tuple(exceptions), self.tree.position(loc, key=True)[0])

    def _check_list_key(self, loc: Loc, language: str, modifiers: list[str]) -> None:
        if language not in {*LANGUAGES, EXCEPT}:
            hint = did_you_mean(language, [*LANGUAGES, EXCEPT])
            self.findings.add(loc, f"unknown language {language!r}", hint, key=True)
        for modifier in modifiers:
            if modifier not in MODIFIERS:
                self.findings.add(loc, f"unknown modifier {modifier!r}", did_you_mean(modifier, MODIFIERS), key=True)

    def _terms(self, loc: Loc, language: str, modifiers: list[str]) -> list[Term]:
        languages = (language,) if language in LANGUAGES else ()
        found = [self.term(entry, languages, modifiers) for entry in self.tree.entries(loc)]
        return [term for term in found if term is not None]

    def term(self, loc: Loc, languages: tuple[str, ...] = (), modifiers: list[str] | None = None) -> Term | None:
        """The term at `loc`, or None where there is none. In a rule it has no languages and no modifiers."""
        value = self.tree.value(loc)
        edit = TermEdit(term=value) if isinstance(value, str) else check(TermEdit, self.tree, loc)[0]
        if edit is None:
            self.findings.add_shape(
                loc, "a term is expected here", "a word, a phrase, or {term: ..., add: [...], drop: [...]}"
            )
            return None
        self._check_text(loc if isinstance(value, str) else (*loc, "term"))
        for further in (*self.tree.entries((*loc, "add")), *self.tree.entries((*loc, "drop"))):
            self._check_text(further)
        flags = {modifier: True for modifier in modifiers or () if modifier in MODIFIERS}
        add, drop = several(edit.add), several(edit.drop)
        term = Term(edit.term, self.tree.position(loc)[0], languages, add=add, drop=drop, **flags)
        for form in strange_drops(term):
            index = drop.index(form)
            self.findings.add(self.tree.entries((*loc, "drop"))[index], f"{form!r} is no form of {edit.term!r}")
        return term

    def _check_text(self, loc: Loc) -> None:
        """A term as it is written."""
        text = self.tree.value(loc)
        if not isinstance(text, str):
            self.findings.add_shape(loc, "an empty term")
        elif text.startswith("$"):
            self.findings.add(loc, "a list holds terms, not other lists", "name both lists in the rule")
        else:
            for mistake in term_mistakes(text):
                self.findings.add(loc, mistake.message, mistake.hint, offset=mistake.offset)
