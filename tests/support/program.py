"""`monitor up` and other commands as real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import redis
import yaml

from monitor.models import Source
from monitor.store.embedded import socket_path

ROOT = Path(__file__).resolve().parents[2]
_CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "REDIS_", "CELERY_"))}


def wait_until(true: Callable[[], object], seconds: float = 30.0, what: str = "") -> None:
    """Fail when it does not become true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what or true}")


def write_config(folder: Path, *sources: Source, watch: Path = ROOT / "config" / "watch.yaml", **settings) -> Path:
    """A configuration folder with the default watch file."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    listed = [source.model_dump(mode="json", exclude_defaults=True) for source in sources]
    (config / "sources.yaml").write_text(yaml.safe_dump({"version": 1, "sources": listed}, allow_unicode=True))
    (config / "settings.yaml").write_text(yaml.safe_dump({"version": 1, **settings}))
    (config / "watch.yaml").write_text(watch.read_text(encoding="utf-8"), encoding="utf-8")
    return config


def monitor(*arguments: str, timeout: float = 60, **environment: str) -> subprocess.CompletedProcess:
    """Run one command to its end."""
    command = [sys.executable, "-m", "monitor", *arguments]
    return subprocess.run(
        command, env=_CLEAN | environment, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False
    )


class Program:
    """A long-running command; stopped with its children when the block ends."""

    def __init__(self, folder: Path, *arguments: str, command: list[str] | None = None, **environment: str) -> None:
        self.folder = folder
        self.command = command or [sys.executable, "-m", "monitor", *(arguments or ("up",))]
        self.environment = _CLEAN | {
            "MONITOR_CONFIG": str(folder / "config"),
            "MONITOR_DATA": str(folder / "data"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **environment,
        }
        self.log = folder / "program.log"
        self.known: list[psutil.Process] = []

    def __enter__(self) -> Program:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        left = [process for process in self.known if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
        for process in left:
            process.kill()
        assert left == [], f"left running: {left}"

    def stop(self, number: int = signal.SIGINT, seconds: float = 30.0) -> int:
        """Signal it and wait; the promise is 30 s."""
        self.known = self.family()
        self.process.send_signal(number)
        status = self.process.wait(seconds)
        # A server that was told to stop may take a moment to be gone.
        psutil.wait_procs(self.known, timeout=5)
        return status

    def family(self) -> list[psutil.Process]:
        try:
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def children_of_worker(self) -> list[psutil.Process]:
        """The prefork children, in which tasks run."""
        found = []
        for process in self.family():
            # A process may end between the list and the question.
            with suppress(psutil.NoSuchProcess):
                found += process.children() if "worker" in process.cmdline() else []
        return found

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def client(self) -> redis.Redis:
        """The server of the program, embedded or not."""
        url = self.environment.get("REDIS_URL") or f"unix://{socket_path(Path(self.environment['MONITOR_DATA']))}"
        return redis.Redis.from_url(url, protocol=2)

    def alerts(self) -> list[dict]:
        """What the alert stream holds; none while the server starts."""
        try:
            with self.client() as client:
                return [
                    json.loads(fields[b"alert"]) for _, fields in client.xrange("monitor:alerts") if b"alert" in fields
                ]
        except redis.ConnectionError:
            return []

    def outcome(self, source: str) -> str:
        """What the last check of a source came to."""
        with self.client() as client:
            return (client.hget(f"monitor:source:{source}", "outcome") or b"").decode()

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Another command on the same installation."""
        names = ("MONITOR_CONFIG", "MONITOR_DATA", "REDIS_URL")
        return monitor(*arguments, **{name: self.environment[name] for name in names if name in self.environment})
