"""The blocks of docs/watch-language.md are whole files: each loads, and the tests in it hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.config.watch import check_watch, load_watch

PAGE = Path(__file__).resolve().parents[2] / "docs" / "watch-language.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = {
    f"line {TEXT.count(chr(10), 0, found.start()) + 2}": found[1]
    for found in re.finditer(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_block_loads_and_its_tests_hold(block, tmp_path):
    path = tmp_path / "watch.yaml"
    path.write_text(block, encoding="utf-8")
    assert [problem.drawn() for problem in check_watch(path)] == []


def test_the_cookbook_answers_twelve_questions_each_with_tests(tmp_path):
    answers = re.findall(r"\*\*(\d+)\. .*?```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert [number for number, _ in answers] == [str(number) for number in range(1, 13)]
    for _, block in answers:
        path = tmp_path / "watch.yaml"
        path.write_text(block, encoding="utf-8")
        assert all(rule.tests for rule in load_watch(path).rules)
