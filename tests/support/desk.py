"""Alerts and senders of tests, in this process or in one that may be killed."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from random import Random
from urllib.parse import urlsplit

from monitor.errors import StoreError
from monitor.models import Article, Match, Severity, Snippet, Source, Span
from monitor.notify.webhook import WebhookChannel
from monitor.pipeline.deliver import Delivering
from monitor.pipeline.raise_alert import Alerting
from monitor.routing import Policy
from monitor.store.alerts import AlertQueue
from monitor.store.connection import connect
from monitor.store.deliveries import Deliveries
from monitor.store.keys import Keys
from monitor.store.leases import Leases

SOURCE = Source(id="tass", url="https://tass.test/rss", kind="feed", tags=("state",))

# Processes start in a few milliseconds, and share no threads with the tests.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["support.desk"])


class EverythingMatches:
    """One rule, which always holds."""

    severity = Severity.HIGH

    def match(self, article, *, tags=()):
        span = Span(field="title", start=0, end=4, text=article.title[:4], term="t", line=3)
        return (Match(rule="r", name="Rule", severity=self.severity, spans=(span,)),)

    def snippet(self, article, match):
        return Snippet(text=article.title, marks=((0, 4),))


def article(number):
    """An article that tells a story of its own."""
    text = " ".join(f"word{number}x{index}" for index in range(12))
    return Article(id=f"a{number}", source="tass", title=f"Story {number}", text=text)


def queue_of(client, keys):
    return AlertQueue(client, keys, retention=timedelta(days=30))


def alerting(client, keys, clock=lambda: datetime.now(UTC)):
    return Alerting(EverythingMatches(), queue_of(client, keys), queued=lambda: None, clock=clock)


def post(url, body, headers):
    """A POST with the standard library, as `WebhookChannel` wants it."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request("POST", parts.path, body, headers)
        response = connection.getresponse()
        wait = response.headers.get("Retry-After")
        return response.status, float(wait) if wait else None, response.read()
    finally:
        connection.close()


def sender(client, keys, channel, name="desk", *, policy=None, clock=lambda: datetime.now(UTC), go_on=lambda: True):
    return Delivering(
        name,
        channel,
        Deliveries(client, keys),
        policy=policy or Policy(),
        silences=lambda _: (),
        notify=queue_of(client, keys).notify,
        go_on=go_on,
        clock=clock,
        random=Random(7),
    )


def webhook(url):
    return WebhookChannel(post, url, "a shared key of some length")


class KilledAfterSending(WebhookChannel):
    """The receiver has taken the message; nobody will say so."""

    def send(self, delivery, now):
        super().send(delivery, now)
        os.kill(os.getpid(), signal.SIGKILL)


def produce(redis_url, prefix, count):
    """Read all articles, in an order of its own; those that found no server are read again. Returns when all are."""
    client, keys, parent = connect(redis_url, timeout=3.0), Keys(prefix), os.getppid()
    numbers = list(range(count))
    Random(os.getpid()).shuffle(numbers)
    while numbers and os.getppid() == parent:
        try:
            alerting(client, keys).consider(article(numbers[-1]), SOURCE, backlog=False)
            numbers.pop()
        except StoreError:
            time.sleep(0.1)


def send_for_ever(redis_url, prefix, url):
    """What `deliver` does, with a lease that ends soon after its holder was killed."""
    client, keys, parent = connect(redis_url, timeout=3.0), Keys(prefix), os.getppid()
    leases = Leases(client, keys)
    while os.getppid() == parent:
        try:
            with leases.hold("sender:desk", timedelta(seconds=1), keep=True) as lease:
                if lease:
                    sender(client, keys, webhook(url), go_on=lease.renew).run()
        except StoreError:
            time.sleep(0.1)
        time.sleep(0.05)


def send_and_die(redis_url, prefix, url):
    """A sender that is killed between the receiver's answer and its own acknowledgement."""
    client = connect(redis_url)
    sender(client, Keys(prefix), KilledAfterSending(post, url, "a shared key of some length")).run()
