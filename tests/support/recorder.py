"""Records every attempt of this process to connect, as Python's own audit events report them before it is made."""

from __future__ import annotations

import sys

_recorders: list[Recorder] = []


class Recorder:
    """Use it as `with Recorder() as recorder`; `attempts` are the addresses that a socket was told to connect to."""

    def __init__(self) -> None:
        self.attempts: list[object] = []

    def __enter__(self) -> Recorder:
        if not _installed:
            sys.addaudithook(_hook)
            _installed.append(True)
        _recorders.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _recorders.remove(self)


_installed: list[bool] = []  # a hook cannot be taken away again, so there is one for all


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        for recorder in _recorders:
            recorder.attempts.append(arguments[1])
