"""`monitor match` and `monitor forms`."""

import json
import os
import pty
import subprocess
import sys

import pytest
from support.flow import WATCH
from support.program import ROOT, monitor


@pytest.fixture
def watch(tmp_path):
    path = tmp_path / "watch.yaml"
    path.write_text(WATCH, encoding="utf-8")
    return str(path)


def feed(data: bytes, *arguments: str) -> subprocess.CompletedProcess:
    """Run with bytes on standard input, in a locale that knows no UTF-8."""
    command = [sys.executable, "-m", "monitor", *arguments]
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    return subprocess.run(command, input=data, capture_output=True, cwd=ROOT, env=environment, check=False, timeout=60)


def answers(done: subprocess.CompletedProcess) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_row_has_its_line_in_order_with_or_without_a_match(watch, tmp_path):
    rows = [
        {"id": "a", "title": "Заседание", "text": "В Минске.\nБюджет Союзного государства утверждён.", "lang": "ru"},
        {"id": 2, "title": "Weather", "text": "Rain."},
        {"id": None, "title": "The Union State", "text": None, "source": "belta", "lang": None, "date": "yesterday"},
    ]
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in rows), encoding="utf-8-sig")
    done = monitor("match", watch, str(path))
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = answers(done)
    assert (first["id"], second, third["id"]) == ("a", {"id": 2, "matches": []}, None)
    (found,) = first["matches"]
    (span,) = found["spans"]
    assert (found["rule"], found["severity"], span["field"]) == ("union-state", "high", "text")
    assert rows[0]["text"][span["start"] : span["end"]] == span["text"] == "Союзного государства"
    assert third["matches"][0]["spans"][0]["term"] == "Union State"


def test_a_row_that_cannot_be_read_says_why_and_the_others_go_on(watch):
    lines = [
        b"nonsense",
        b"[1]",
        b'{"id": 3, "title": 7}',
        b'{"id": 4, "title": "Union State"}',
        b"[" * 100_000,
        b'{"id": 6, "title": "\xff Union State"}',
    ]
    done = feed(b"\n".join(lines), "match", watch, "-")
    assert done.returncode == 1
    found = answers(done)
    assert [row["id"] for row in found] == [None, None, 3, 4, None, 6]
    for number in (1, 2, 3, 5):
        assert found[number - 1]["error"].startswith(f"line {number}: ")
        assert "\n" not in found[number - 1]["error"]
    assert found[3]["matches"]
    assert found[5]["matches"]
    assert done.stderr == b"monitor: 4 rows could not be read, see `error`\n"


def test_a_lone_surrogate_moves_no_offset_and_the_id_comes_back_as_it_was(watch):
    done = feed(rb'{"id": "\ud800", "title": "\udfff\ud83d\ude00 Union State"}', "match", watch, "-")
    (row,) = answers(done)
    assert done.returncode == 0
    assert row["id"] == "\ud800"
    assert row["matches"][0]["spans"][0]["start"] == 3


@pytest.mark.parametrize("missing", ["watch", "articles"])
def test_a_missing_file_is_one_line(watch, tmp_path, missing):
    other = tmp_path / "nowhere"
    done = monitor("match", str(other) if missing == "watch" else watch, str(other))
    assert done.returncode == 1
    assert str(other) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("terminal", [True, False])
def test_a_file_from_disk_has_a_progress_bar_only_on_a_terminal(watch, tmp_path, terminal):
    path = tmp_path / "many.jsonl"
    path.write_text('{"id": 1, "title": "Union State", "text": ""}\n' * 2000, encoding="utf-8")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "monitor", "match", watch, str(path)]
    errors = theirs if terminal else subprocess.PIPE
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT) as process:
        os.close(theirs)
        output, said = process.communicate(timeout=60)
    shown = os.read(ours, 100_000) if terminal else said
    os.close(ours)
    assert output.count(b"\n") == 2000
    assert (b"many.jsonl" in shown) is terminal


def test_forms_are_those_that_match():
    shown = monitor("forms", "интеграция", "--lang", "ru")
    assert shown.returncode == 0
    for form in ("интеграции", "интеграцией", "интеграций"):
        assert form in shown.stdout
    assert "интегральный" not in shown.stdout


def test_forms_of_a_phrase_come_word_by_word_and_as_json():
    done = monitor("forms", "Саюзная дзяржава", "--lang", "be", "--json")
    first, second = answers(done)
    assert (first["word"], first["lang"], second["word"]) == ("Саюзная", "be", "дзяржава")
    assert "саюзнай" in first["forms"]
    assert "дзяржаве" in second["forms"]


@pytest.mark.parametrize(("term", "form"), [("integr*", "integr*"), ("2024", "2024"), ("Łukaszenka", "łukaszenka")])
def test_a_term_of_no_language_or_with_any_ending_is_shown_too(term, form):
    (row,) = answers(monitor("forms", term, "--json"))
    assert form in row["forms"]


@pytest.mark.parametrize("arguments", [("forms", "слово", "--lang", "de"), ("forms", "..."), ("forms", "Mинск")])
def test_what_cannot_be_a_term_is_wrong_usage(arguments):
    done = monitor(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
