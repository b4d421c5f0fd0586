"""The default watch file, and the benchmark that measures it, whose halves and scores the tests share."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from monitor.config.watch import load_watch
from monitor.matching import Matcher

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(load_watch(ROOT / "config" / "watch.yaml"))


@pytest.fixture(scope="session")
def relevance() -> ModuleType:
    """benchmarks/relevance.py, which is a program and so in no package."""
    spec = importlib.util.spec_from_file_location("relevance", ROOT / "benchmarks" / "relevance.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a NamedTuple looks its annotations up there
    spec.loader.exec_module(module)
    return module
