import json

import pytest
from support.program import monitor


@pytest.mark.timeout(120)
def test_the_demo_brings_exactly_the_expected_alerts():
    """The main job without a network: the exit code, the closing line and the terminal all agree."""
    shown = monitor("demo", "--json", timeout=110)
    closing = json.loads(shown.stdout.splitlines()[-1])
    assert shown.returncode == 0, shown.stdout[-3000:] + shown.stderr[-2000:]
    assert closing["missing"] == closing["unexpected"] == []
    assert closing["alerts"] == closing["expected"] >= 8
    assert closing["sources"] >= 5
    assert closing["articles"] >= 24
    assert closing["seconds"]
    assert max(closing["seconds"]) < 10
    assert shown.stdout.count("http://127.0.0.1") >= closing["alerts"]
