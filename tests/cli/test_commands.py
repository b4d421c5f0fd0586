"""Every command as a person or a program runs it, without a running server."""

import json

import jsonschema
import pytest
import yaml
from support.flow import source
from support.program import ROOT, monitor, write_config

from monitor.models import Alert

SCHEMAS = ROOT / "docs" / "schema"


@pytest.fixture
def place(folder, origin):
    return {"MONITOR_CONFIG": str(write_config(folder, source(origin))), "MONITOR_DATA": str(folder / "data")}


def test_help_reads_like_a_guide_and_every_command_has_an_example():
    shown = monitor("--help")
    assert shown.returncode == 0
    for word in ("First steps", "monitor demo", "monitor up", "Exit codes"):
        assert word in shown.stdout
    for command in ("up", "demo", "check", "sources", "alerts", "mute", "unmute", "dead", "schema"):
        assert "Example:" in monitor(command, "--help").stdout, command


def test_the_shipped_configuration_has_no_problem():
    shown = monitor("check", "config")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "No problem" in shown.stdout


def test_check_reports_every_mistake_of_all_files_at_once(place, folder):
    config = folder / "config"
    (config / "settings.yaml").write_text("version: 2\ndefaults: {every: soon}\n")
    (config / "sources.yaml").write_text(
        "version: 1\nsources:\n  - {id: a, url: 'http://x.test/', kind: fead}\n  - {id: a, url: 'x', kind: page}\n"
    )
    (config / "watch.yaml").unlink()
    shown = monitor("check", str(config))
    assert shown.returncode == 1
    said = shown.stderr
    for line in (
        "settings.yaml:1:10: version: 2 is not known",
        "settings.yaml:2:19: every: 'soon' is not a duration",
        "sources.yaml:3:42: unknown kind 'fead'",
        "sources.yaml:4:10: the id 'a' is used twice",
        "sources.yaml:4:18: this is no http or https address",
        "watch.yaml",
    ):
        assert line in said, said
    assert "Traceback" not in said


def test_check_says_in_words_what_a_name_may_be(place, folder):
    config = folder / "config"
    entry = "{id: Foo Bar, url: 'http://x.test/', kind: feed, language: russian}"
    (config / "sources.yaml").write_text(f"version: 1\nsources:\n  - {entry}\n")
    said = monitor("check", str(config)).stderr
    assert "id: 'Foo Bar' is not allowed: use small letters" in said
    assert "such as ru" in said
    assert "^[" not in said


def test_check_warns_of_a_rule_for_sources_that_are_not_there(place, folder):
    watch = folder / "config" / "watch.yaml"
    watch.write_text("version: 1\nrules:\n  - id: a\n    any: [summit]\n    sources: {only: ['tag:stat']}\n")
    source = "{id: s, url: 'http://x.test/', kind: feed, tags: [state]}"
    (folder / "config" / "sources.yaml").write_text(f"version: 1\nsources:\n  - {source}\n")
    shown = monitor("check", **place)
    assert shown.returncode == 0
    warning = "watch.yaml:3: rule a names the source 'tag:stat', which sources.yaml does not have"
    assert f"{warning} (did you mean 'tag:state'?)" in shown.stdout


def test_check_runs_the_tests_of_the_rules(place, folder):
    watch = folder / "config" / "watch.yaml"
    rule = "rules:\n  - id: a\n    any: [summit]\n    tests:\n      match: [a summit, a valley]\n"
    watch.write_text(f"version: 1\n{rule}")
    shown = monitor("check", **place)
    assert shown.returncode == 1
    assert "watch.yaml:6:25" in shown.stderr


def test_variables_are_expanded_and_a_secret_is_never_printed(place, folder):
    settings = folder / "config" / "settings.yaml"
    channel = "channels: [{id: desk, type: webhook, url: '${HOOK}', secret: '${KEY}', nonsense: 1}]"
    settings.write_text(f"version: 1\n{channel}\n")
    unset = monitor("check", **place)
    assert unset.returncode == 1
    assert "HOOK" in unset.stderr
    short = monitor("check", **place, HOOK="https://x.test/token-9f3", KEY="topsecret")
    assert short.returncode == 1
    assert "nonsense" in short.stderr
    assert "topsecret" not in short.stderr + short.stdout
    assert "token-9f3" not in short.stderr + short.stdout
    written = channel.replace("${KEY}", "topsecret").replace("${HOOK}", "https://x.test/token-9f3")
    settings.write_text(f"version: 1\n{written.replace(', nonsense: 1', '')}\n")
    literal = monitor("check", **place)
    assert "a shared key has at least 16 characters" in literal.stderr
    assert "topsecret" not in literal.stderr
    settings.write_text(f"version: 1\n{channel.replace(', nonsense: 1', '')}\n")
    assert monitor("check", **place, HOOK="https://x.test/", KEY="a key that is long enough").returncode == 0


def test_a_data_folder_that_can_be_none_is_one_line(place, folder):
    (folder / "file").write_text("")
    shown = monitor("up", "--data", str(folder / "file"), **place)
    assert (shown.returncode, shown.stderr.count("\n")) == (1, 1)
    assert "choose another with --data" in shown.stderr


@pytest.mark.parametrize("command", ["alerts", "sources"])
def test_without_a_server_and_without_data_one_line_says_so(place, command):
    shown = monitor(command, timeout=20, **place)
    assert shown.returncode == 1
    assert shown.stderr.startswith("monitor: nothing runs")
    assert shown.stderr.count("\n") == 1


def test_a_redis_that_does_not_answer_is_said_within_seconds(place):
    shown = monitor("alerts", timeout=15, REDIS_URL="unix:///nowhere/redis.sock", **place)
    assert shown.returncode == 1
    assert "Redis does not answer" in shown.stderr


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("alerts", "--since", "soon"), ("alerts", "--nonsense"), ("check", "a", "b")]
)
def test_wrong_usage_is_exit_code_2(arguments):
    shown = monitor(*arguments)
    assert shown.returncode == 2
    assert "Traceback" not in shown.stderr


def test_the_published_schemas_are_those_of_the_program(tmp_path):
    assert monitor("schema", str(tmp_path)).returncode == 0
    for path in tmp_path.iterdir():
        published = (SCHEMAS / path.name).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == published, f"{path.name}: run `make schemas`"
        jsonschema.Draft202012Validator.check_schema(json.loads(published))


def test_the_schemas_accept_what_the_program_accepts():

    for name in ("sources", "settings", "watch"):
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
        content = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text(encoding="utf-8"))
        jsonschema.validate(content, schema)


def test_the_alert_schema_is_strict_about_the_version():
    schema = json.loads((SCHEMAS / "alert.schema.json").read_text(encoding="utf-8"))
    assert schema["properties"]["version"]["const"] == 1
    assert set(schema["required"]) >= set(Alert.model_fields) - {"version", "partial", "backlog", "known", "earlier"}
