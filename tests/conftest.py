"""What every test may ask for. Real servers on loopback; every process started here is stopped by its pid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def skip_or_fail(reason: str) -> None:
    """Skip on a person's machine; in CI a missing part is a failure, since it would hide what was not run."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents beside the checkout; see its README.md."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        skip_or_fail("needs the real documents of ../shared/data, which are not part of the project")
    return folder
