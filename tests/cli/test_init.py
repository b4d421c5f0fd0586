"""`monitor init`."""

import re

from support.program import ROOT, monitor

from monitor.cli.init import write_templates
from monitor.config.watch import check_watch
from monitor.wiring import load_configuration

NAMES = {"sources.yaml", "watch.yaml", "settings.yaml"}


def test_a_new_folder_passes_the_check_as_it_is(tmp_path):
    folder = tmp_path / "new" / "topic"
    wrote = monitor("init", str(folder))
    assert (wrote.returncode, wrote.stderr) == (0, "")
    assert {path.name for path in folder.iterdir()} == NAMES
    checked = monitor("check", str(folder))
    assert (checked.returncode, checked.stderr) == (0, "")
    for line in (f"monitor check {folder}", f"monitor up --config {folder}"):
        assert line in wrote.stdout


def test_its_rules_carry_tests_and_they_hold(tmp_path):
    write_templates(tmp_path / "topic")
    path = tmp_path / "topic" / "watch.yaml"
    assert check_watch(path) == ()
    for rule in load_configuration(path.parent, {}).watch.rules:
        assert {test.holds for test in rule.tests} == {True, False}, rule.id


def test_its_comments_teach_and_its_sources_ask_nobody(tmp_path):
    write_templates(tmp_path / "topic")
    for name in NAMES:
        text = (tmp_path / "topic" / name).read_text(encoding="utf-8")
        assert text.startswith("# "), name
        assert text.count("#") > 8, name
    sources = (tmp_path / "topic" / "sources.yaml").read_text(encoding="utf-8")
    assert all(host.endswith(".example.org") for host in re.findall(r"https?://([^/\s]+)", sources))


def test_nothing_is_replaced_and_then_nothing_is_written(tmp_path):
    kept = tmp_path / "watch.yaml"
    kept.write_text("mine")
    done = monitor("init", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"monitor: {tmp_path} already has watch.yaml")
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"watch.yaml"}
    assert kept.read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    done = monitor("init", str(tmp_path / "file" / "topic"))
    assert done.returncode == 1
    assert done.stderr.startswith("monitor: ")
    assert "cannot be written" in done.stderr


def test_it_does_not_watch_the_default_topic(tmp_path):
    write_templates(tmp_path / "topic")
    text = (ROOT / "config" / "watch.yaml").read_text(encoding="utf-8")
    ours = load_configuration(tmp_path / "topic", {}).watch
    assert not {rule.id for rule in ours.rules} & set(re.findall(r"- id: (\S+)", text))
