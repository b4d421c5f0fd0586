import logging

from monitor.log import NotAgain, OneLine


def record(text, error=None):
    info = (type(error), error, None) if error else None
    return logging.LogRecord("x", logging.WARNING, "f", 1, text, (), info)


def test_a_hostile_text_is_one_escaped_line_of_bounded_length():
    line = OneLine().format(record("title \x1b[2J\r\nmonitor: critical: forged" + "x" * 1_000_000))
    assert "\x1b" not in line
    assert "forged" not in line
    assert len(line) <= 500


def test_an_outage_has_no_stack_and_a_bug_has_one():
    assert (
        OneLine().format(record("lost", ConnectionError("no route")))
        == "monitor: warning: lost (ConnectionError: no route)"
    )
    assert "\n" in OneLine().format(record("odd", KeyError("x")))


def test_a_text_is_not_said_again_within_half_a_minute():
    once = NotAgain()
    assert [once.filter(record(text)) for text in ("a", "a", "b", "a")] == [True, False, True, False]
