"""The watch file as frozen values, and the language of `when`. No YAML here: text and values in, values out."""

from monitor.rules.conditions import MAX_NEAR, AllOf, AnyOf, AtLeast, Condition, Hit, Near, Not, Scope, hits_of, written
from monitor.rules.expression import Parsed, parse_expression
from monitor.rules.logic import Logic
from monitor.rules.terms import LANGUAGES, Mistake, Term, TermList, term_mistakes
from monitor.rules.watch import Rule, RuleTest, Watch

__all__ = [
    "LANGUAGES",
    "MAX_NEAR",
    "AllOf",
    "AnyOf",
    "AtLeast",
    "Condition",
    "Hit",
    "Logic",
    "Mistake",
    "Near",
    "Not",
    "Parsed",
    "Rule",
    "RuleTest",
    "Scope",
    "Term",
    "TermList",
    "Watch",
    "hits_of",
    "parse_expression",
    "term_mistakes",
    "written",
]
