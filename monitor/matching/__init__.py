"""Matching: which rules hold for an article, where, and why not."""

from monitor.matching.checks import ConditionReport
from monitor.matching.matcher import Matcher, RuleReport
from monitor.matching.patterns import strange_drops
from monitor.matching.rule_tests import FailedTest, failed_tests

__all__ = ["ConditionReport", "FailedTest", "Matcher", "RuleReport", "failed_tests", "strange_drops"]
