"""Silence is provable: when the worker stands still, the operator is told, and again when it goes on."""

import json
import signal
import time

import psutil
import pytest
from support.flow import rss, source
from support.origin import Answer
from support.program import Program, wait_until, write_config

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]


def worker_of(running):
    found = [process for process in running.family() if "worker" in process.cmdline()]
    return [*found, *running.children_of_worker()]


def signal_all(processes, number):
    for process in processes:
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            process.send_signal(number)


@pytest.mark.timeout(240)
def test_a_worker_that_stands_still_is_reported_past_it(folder, origin):
    """The webhook is sent by beat itself, since the worker delivers nothing."""
    origin.answers |= {"/feed": Answer(rss()), "/hook": Answer(b"ok"), "/ping": Answer(b"ok")}
    hook = {"id": "desk", "type": "webhook", "url": f"{origin.url}/hook", "secret": "0123456789abcdef"}
    hook |= {"receives": ["notices"], "allow_private": True}
    canary = {"every": "10s", "late": "10s", "ping": f"{origin.url}/ping", "allow_private": True}
    write_config(folder, source(origin), channels=[hook], canary=canary)

    def notices():
        return [notice for hit in origin.hits if hit.path == "/hook" for notice in json.loads(hit.body)["notices"]]

    def late():
        return running.run("canary").returncode == 1

    with Program(folder) as running:
        wait_until(lambda: origin.count("/ping") >= 2, 60, "canaries arrive")
        assert not late()
        stopped = worker_of(running)
        signal_all(stopped, signal.SIGSTOP)
        asked = origin.count("/ping")
        try:
            wait_until(notices, 60, "the operator is told")
            assert late()
            time.sleep(15)
            (notice,) = notices()
            assert (notice["subject"], notice["recovered"]) == ("canary", False)
            assert "nothing is fetched" in notice["reason"]
            assert origin.count("/ping") == asked
        finally:
            signal_all(stopped, signal.SIGCONT)
        wait_until(lambda: len(notices()) == 2, 60, "the operator is told that it is over")
        assert notices()[1]["recovered"]
        wait_until(lambda: not late(), 10)
        assert running.stop() == 0
