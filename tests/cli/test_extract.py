"""`monitor extract`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.flow import article_page
from support.origin import Answer
from support.program import ROOT, monitor

TEXT = "Бюджет Союзного государства утверждён на заседании в Минске. " * 4
SECOND = "Следующее заседание пройдёт весной, сообщили в постоянном комитете. " * 4


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(article_page("Заседание в Минске", f"{TEXT}\n{SECOND}"))
    return str(path)


def test_a_person_reads_title_and_text_without_furniture(page):
    done = monitor("extract", page)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Заседание в Минске\n")
    assert TEXT.strip() in done.stdout
    assert SECOND.strip() in done.stdout
    assert "All rights reserved" not in done.stdout


def test_a_program_reads_one_object(page):
    found = json.loads(monitor("extract", page, "--json").stdout)
    assert found["title"] == "Заседание в Минске"
    assert found["text"].count("\n") == 1
    assert found["language"] == "ru"


def test_standard_input_and_the_filter_give_the_same(page):
    body = Path(page).read_bytes()
    command = [sys.executable, "-m", "monitor", "extract"]
    alone = subprocess.run([*command, "-", "--json"], input=body, capture_output=True, cwd=ROOT, check=True)
    rows = [json.dumps({"id": 1, "html": body.decode()}), '{"id": "\\ud800", "html": 5}', "no json"]
    data = "\n".join(rows).encode()
    filtered = subprocess.run([*command, "--jsonl"], input=data, capture_output=True, cwd=ROOT, check=True)
    first, *others = [json.loads(line) for line in filtered.stdout.splitlines()]
    assert first == {"id": 1, **json.loads(alone.stdout)}
    assert [row["id"] for row in others] == ["\ud800", None]
    assert all("error" in row for row in others)


def test_an_address_off_the_public_internet_is_refused_in_one_line(origin):
    origin.answers["/page"] = Answer(article_page("Title", TEXT))
    done = monitor("extract", f"{origin.url}/page")
    assert done.returncode == 1
    assert "refused" in done.stderr
    assert done.stderr.count("\n") == 1
    assert origin.hits == []


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "no markup"), (b"%PDF-1.7 ...", "a PDF"), (None, "cannot be read")]
)
def test_what_is_no_page_is_one_line(tmp_path, content, reason):
    path = tmp_path / "page"
    if content is not None:
        path.write_bytes(content)
    done = monitor("extract", str(path))
    assert done.returncode == 1
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_page_it_is_wrong_usage():
    assert monitor("extract").returncode == 2
