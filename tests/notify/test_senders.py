import json
import logging

from support.messages import NOW, alert, delivery
from support.origin import Answer
from support.program import write_config

from monitor.wiring import Installation, Runtime, load_configuration


def test_a_template_that_fails_for_one_alert_is_logged_and_counted_and_the_alert_goes_out(
    folder, origin, server, keys, caplog
):
    """It passes the check with an example, as most broken ones that are used would."""
    origin.answers["/hook"] = Answer(b"ok")
    channel = {
        "id": "phone",
        "type": "apprise",
        "url": f"json://{origin.url.removeprefix('http://')}/hook",
        "allow_private": True,
        "template": "{{ 1 / (title|length - 3) }}",
    }
    config = write_config(folder, channels=[channel], redis={"prefix": keys.prefix})
    place = Installation(config, folder / "data", server.url)
    runtime = Runtime(place, load_configuration(config, {}))
    with caplog.at_level(logging.WARNING, "monitor"):
        runtime.channel("phone").send(delivery(alert(title="abc")), NOW)
    assert "abc" in json.loads(origin.hits[0].body)["title"]
    assert "Бюджет" in json.loads(origin.hits[0].body)["message"]
    assert (
        "channel phone: the template does not work, the default form is sent: line 1: division by zero" in caplog.text
    )
    assert runtime.client.hget(keys("counts"), "mended:phone") == b"1"
    runtime.client.close()
