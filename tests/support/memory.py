"""The memory of this process, as Linux counts it."""

from __future__ import annotations

import re
from pathlib import Path


class Peak:
    """Use it as `with Peak() as peak`; `peak.megabytes` is how far resident memory rose above where it began."""

    def __enter__(self) -> Peak:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # man 5 proc: resets the high-water mark
        self._began = _status("VmRSS")
        return self

    def __exit__(self, *_: object) -> None:
        self.megabytes = (_status("VmHWM") - self._began) / 1024


def _status(name: str) -> int:
    """A line of /proc/self/status, in KB."""
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1])
