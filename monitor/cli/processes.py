"""Processes that `monitor up` looks after: each in a session of its own, restarted when it dies, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PR_SET_PDEATHSIG = 1
# A process that dies sooner than this is restarted with a growing pause, so that a broken one does not spin.
_STABLE_SECONDS = 30.0
_LONGEST_PAUSE = 30.0


def _end_with_parent() -> None:
    """Have Linux send SIGTERM when the supervisor dies, even by kill -9, so that nothing is left running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process, and how often it had to be restarted."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    pause: float = 1.0
    not_before: float = 0.0

    def start(self) -> None:
        """Start it. Ctrl-C in the terminal does not reach it: only the supervisor decides when it stops."""
        self.began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread runs yet in the supervisor
        )

    def tend(self, say: Callable[[str], None]) -> None:
        """Restart it if it has died."""
        if self.process is not None:
            status = self.process.poll()
            if status is None:
                return
            lived = time.monotonic() - self.began
            self.pause = 1.0 if lived > _STABLE_SECONDS else min(self.pause * 2, _LONGEST_PAUSE)
            self.not_before = time.monotonic() + self.pause
            self.process = None
            say(f"{self.name} ended ({_cause(status)}), starting it again in {self.pause:.0f} s")
        elif time.monotonic() >= self.not_before:
            self.start()

    def stop(self, limit: float) -> bool:
        """Ask it to end, and end it after `limit` seconds; False when it had to be killed."""
        if self.process is None or self.process.poll() is not None:
            return True
        self.process.terminate()
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            _kill_session(self.process.pid)
            self.process.wait()
            return False
        return True


def _kill_session(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        # It ended between the question and the answer.
        return


def _cause(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
