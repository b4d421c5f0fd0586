"""What a channel may say of what it takes and when, and how a mistake in it is told."""

import pytest
from support.program import ROOT

from monitor.errors import ConfigError
from monitor.wiring import load_configuration


def problems(folder, channel):
    for name in ("sources.yaml", "watch.yaml"):
        (folder / name).write_text((ROOT / "config" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "settings.yaml").write_text(f"version: 1\nchannels:\n  - {{id: a, type: console, {channel}}}\n")
    with pytest.raises(ConfigError) as caught:
        load_configuration(folder, {})
    return [str(problem).partition("settings.yaml:")[2] for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("rules: [mergin]", "3:36: watch.yaml has no rule 'mergin' (did you mean 'merging'?)"),
        ("tags: [stat]", "3:35: neither a rule nor a source has the tag 'stat' (did you mean 'state'?)"),
        ("severity: hihg", "3:38: unknown severity 'hihg' (did you mean 'high'?)"),
        ("digest: weekly", "3:36: unknown digest 'weekly' (known: hourly)"),
        ("digest: {at: 25:00, zone: UTC}", "3:41: at: '25:00' is not a time of day: write 24 hours and minutes, such as 08:00"),
        ("digest: {at: 8:00, zone: Europe/Vilnus}", "3:53: zone: 'Europe/Vilnus' is no time zone: did you mean Europe/Vilnius?"),
        ("digest: {at: 8:00}", "3:36: missing key 'zone'"),
        ("quiet: {from: 22:00, zone: UTC}", "3:35: missing key 'to'"),
        ("most_per_hour: 0", "3:43: most_per_hour: input should be greater than or equal to 1, not '0'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path, channel, said):
    assert problems(tmp_path, channel) == [said]


def test_quiet_hours_without_length_are_a_mistake(tmp_path):
    (said,) = problems(tmp_path, "quiet: {from: 22:00, to: 22:00, zone: UTC}")
    assert "quiet hours that end when they begin" in said


def test_without_channels_an_operator_is_told_too(tmp_path):
    for name in ("sources.yaml", "watch.yaml"):
        (tmp_path / name).write_text((ROOT / "config" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "settings.yaml").write_text("version: 1\n")
    channels = load_configuration(tmp_path, {}).settings.channels
    assert [(channel.id, channel.receives) for channel in channels] == [
        ("terminal", ("alerts", "updates")),
        ("operator", ("notices",)),
    ]
