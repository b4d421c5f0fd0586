"""The worker and beat notice a source that fails, and that it is well again."""

import json
from datetime import timedelta

from support.flow import rss, rss_item, source
from support.origin import Answer
from support.program import Program, wait_until, write_config


def test_the_program_tells_of_a_source_that_fails_once_and_of_its_recovery(folder, origin):
    origin.answers["/feed"] = Answer(status=500)
    write_config(
        folder,
        source(origin, every=timedelta(seconds=1)),
        health={"failures": 2, "patience": "0s"},
        archive={"most": 0},
    )
    with Program(folder) as running:

        def notices():
            with running.client() as client:
                entries = client.xrange("monitor:alerts")
            return [json.loads(fields[b"notice"]) for _, fields in entries if b"notice" in fields]

        wait_until(lambda: origin.count("/feed") > 1, 60, "two failures")
        wait_until(notices, 60, "the notice")
        origin.answers["/feed"] = Answer(rss(rss_item("Новость", "/1")))
        running.run("sources", "retry", "s")
        wait_until(lambda: len(notices()) > 1, 60, "the recovery")
        found = notices()
    assert [(notice["subject"], notice["recovered"]) for notice in found] == [("source:s", False), ("source:s", True)]
    assert found[0]["reason"] == "error of the server: HTTP 500"
