"""The newest good configuration, for a process that runs on while the files change."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from monitor.errors import ConfigError, MonitorError
from monitor.store.connection import redis_errors
from monitor.wiring import Installation, Runtime, load_configuration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FILES = ("sources.yaml", "settings.yaml", "watch.yaml")
_KEPT = "last-good-config"
_LOOK_SECONDS = 2.0


class CurrentRuntime:
    """Gives the runtime, made anew when a file changed. A broken file is said once, and the last good state stays.

    The last good files are kept in the data folder: a child that is forked later, from a parent that started with an
    older state, finds them there.
    """

    def __init__(self, installation: Installation, say: Callable[[str], None]) -> None:
        """Load for the first time. Raises ConfigError."""
        self._place = installation
        self._say = say
        self._stamp = self._look()
        self._looked = time.monotonic()
        self._files = _read(installation.config)
        self._runtime = Runtime(installation, load_configuration(installation.config, os.environ))
        self._keep()

    @property
    def kept(self) -> Runtime:
        """The runtime as it is, without a look at the files."""
        return self._runtime

    def __call__(self, *, limit: float | None = None) -> Runtime:
        """The runtime to use for the next task. Looks at the files every other second at most.

        `limit` are seconds to wait for Redis before a changed configuration is used; None waits for ever.
        """
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self._looked = time.monotonic()
            stamp = self._look()
            if stamp != self._stamp:
                self._change(stamp, limit)
        return self._runtime

    def _look(self) -> str:
        """What tells one state of the files from another: times and sizes."""
        return " ".join(_stamp(self._place.config / name) for name in _names(self._place.config))

    def _change(self, stamp: str, limit: float | None) -> None:
        try:
            self._use(self._place.config, limit)
        except ConfigError as error:
            self._say_once(stamp, f"the changed configuration is not used, the last good one stays:\n{error}")
            self._use_last_good(limit)
        except MonitorError as error:
            self._say(f"the changed configuration is not used yet: {error}")
            return  # the files are not at fault, so look again
        else:
            self._keep()
            self._say_once(stamp, "the changed configuration is in use")
        self._stamp = stamp

    def _use(self, folder: Path, limit: float | None) -> None:
        files = _read(folder)
        fresh = Runtime(self._place, load_configuration(folder, os.environ))
        fresh.prepare()
        fresh.wait(self._say, limit=limit)
        old, self._runtime, self._files = self._runtime, fresh, files
        old.client.close()

    def _use_last_good(self, limit: float | None) -> None:
        kept = self._place.data / _KEPT
        if kept.is_dir() and _read(kept) != self._files:
            # Only from one state to a newer one; if that is not to be had either, ours is good.
            with suppress(MonitorError):
                self._use(kept, limit)

    def _keep(self) -> None:
        folder = self._place.data / _KEPT
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self._files.items():
            fresh = folder / f"{name}.{os.getpid()}"
            fresh.write_bytes(content)
            fresh.replace(folder / name)

    def _say_once(self, stamp: str, line: str) -> None:
        """Each child of each worker sees the change; one of them says so."""
        key = self._runtime.keys("lease", f"said:{stamp}")
        with redis_errors():
            first = self._runtime.client.set(key, "1", nx=True, ex=300)
        if first:
            self._say(line)


def _read(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in _names(folder) if (folder / name).is_file()}


def _names(folder: Path) -> list[str]:
    """The three files, and the templates of channels beside them."""
    return [*_FILES, *sorted(path.name for path in folder.glob("*.j2"))]


def _stamp(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "gone"
    return f"{found.st_mtime_ns}-{found.st_size}"
