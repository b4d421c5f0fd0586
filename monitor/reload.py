"""The newest good configuration, for a process that runs on while the files change."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, MonitorError
from monitor.wiring import Installation, Runtime, load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FILES = ("sources.yaml", "settings.yaml", "watch.yaml")
_LOOK_SECONDS = 2.0


class CurrentRuntime:
    """Gives the runtime, made anew when a file changed. A broken file is said once, and the last good state stays."""

    def __init__(self, installation: Installation, say: Callable[[str], None]) -> None:
        """Load for the first time. Raises ConfigError."""
        self._place = installation
        self._say = say
        self._stamp = self._look()
        self._looked = time.monotonic()
        self._runtime = Runtime(installation, load_configuration(installation.config, os.environ))

    def __call__(self) -> Runtime:
        """The runtime to use for the next task. Looks at the files every other second at most."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._looked = time.monotonic()
            stamp = self._look()
            if stamp != self._stamp:
                self._stamp = stamp
                self._replace(stamp)
        return self._runtime

    def _look(self) -> str:
        """What tells one state of the files from another: times and sizes."""
        return " ".join(_stamp(self._place.config / name) for name in _FILES)

    def _replace(self, stamp: str) -> None:
        try:
            fresh = Runtime(self._place, load_configuration(self._place.config, os.environ))
            fresh.prepare()
            fresh.wait(self._say)
        except ConfigError as error:
            self._say_once(stamp, f"the changed configuration is not used, the last good one stays:\n{error}")
        except MonitorError as error:
            self._say(f"the changed configuration is not used: {error}")
            self._stamp = ""  # the files are fine, so look again
        else:
            old, self._runtime = self._runtime, fresh
            old.client.close()
            self._say_once(stamp, "the changed configuration is in use")

    def _say_once(self, stamp: str, line: str) -> None:
        """Each child of each worker sees the change; one of them says so."""
        key = self._runtime.keys("lease", f"said:{stamp}")
        if self._runtime.client.set(key, "1", nx=True, ex=300):
            self._say(line)


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "gone"
    return f"{found.st_mtime_ns}-{found.st_size}"
