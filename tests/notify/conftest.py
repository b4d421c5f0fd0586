from urllib.parse import urlsplit

import pytest
from support.mail import MailServer
from support.origin import Answer

from monitor.fetch.client import retry_after
from monitor.fetch.guard import allowed
from monitor.notify.apprise import AppriseChannel
from monitor.notify.outbound import Rules


class Always(dict):
    """Answers of an origin: the same to every request."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def get(self, path, default=None):
        return self.answer


@pytest.fixture
def at(origin):
    """HOST:PORT of an origin that says yes to whatever is asked."""
    origin.answers = Always(Answer(b'{"ok": true, "event_id": "$1", "room_id": "!room:x.test"}'))
    return urlsplit(origin.url).netloc


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def faults():
    return []


@pytest.fixture
def channel(faults):
    """Make a channel of a URL."""

    def make(url, *, allow_private=True, language="en", template="", deadline=10.0):
        rules = Rules(lambda found: bool(allowed(found, allow_private=allow_private)), retry_after, deadline)
        return AppriseChannel(url, rules, language=language, template=template, fault=faults.append)

    return make
