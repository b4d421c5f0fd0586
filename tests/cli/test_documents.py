"""What the documents promise is what runs."""

import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from conftest import skip_or_fail
from support.program import ROOT, wait_until

COMPOSE = ROOT / "docker-compose.yml"


def test_the_consumer_of_the_documents_receives_alerts(server, client):
    """The lines of docs/alerts.md as they stand, but for the address and the name of the stream."""
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(import json, redis\n.*?)```", text, re.DOTALL)
    assert len(code.splitlines()) == 10
    stream = f"documents-{threading.get_ident()}"
    code = code.replace("redis://localhost:6379/0", server.url).replace("monitor:alerts", stream)
    command = [sys.executable, "-u", "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as consumer:
        try:
            wait_until(lambda: client.exists(stream), 10)
            client.xadd(stream, {"alert": '{"title": "Союз"}'})
            assert consumer.stdout.readline().strip() == "Союз"
            wait_until(lambda: client.xpending(stream, "my-program")["pending"] == 0, 5)
        finally:
            consumer.kill()


def test_compose_is_valid():

    if not shutil.which("docker-compose"):
        skip_or_fail("needs docker-compose, a Debian package: .ci/packages installs it")
    command = ["docker-compose", "--file", str(COMPOSE), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_keeps_redis_to_itself_and_loses_nothing():
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    valkey = services["valkey"]
    options = dict(zip(valkey["command"][1::2], valkey["command"][2::2], strict=True))
    assert "ports" not in valkey
    assert (options["--appendonly"], options["--maxmemory-policy"]) == ("yes", "noeviction")
    assert valkey["volumes"]
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
    for name in ("worker", "beat"):
        assert services[name]["read_only"]
        assert services[name]["environment"]["REDIS_URL"].startswith("redis://valkey:")


def test_the_image_runs_as_nobody_and_holds_only_what_it_needs():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    images = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert all("slim" in image for image in images)
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["monitor"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert any("--require-hashes" in line for line in lines)
    for line in lines:
        if line.startswith("COPY") and "--from" not in line:
            for path in line.split()[1:-1]:
                assert (ROOT / path).exists(), path


@pytest.mark.parametrize("line", (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
def test_each_line_of_the_procfile_is_understood(line):
    name, _, command = line.partition(": ")
    words = command.split()
    program = [str(Path(sys.executable).parent / words[0])]
    assert name
    done = subprocess.run([*program, *words[1:], "--help"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0
