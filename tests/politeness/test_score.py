"""Our own copy of the feed reader score (rachelbythebay.com/fs): a report card of what an origin saw, in scaled time.

Five feeds with their ways are watched, and the program is started anew in between. What must hold for each:
one unconditional request, validators as they were given, no look before its time, no cookie, Referer or query.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest
from support.flow import Flow, rss, rss_item, source
from support.origin import Answer, Origin

AGENT = "Vedette/0.1 (news monitor; desk@example.org)"
EVERY = timedelta(seconds=1)
# A request may be some moments on its way, and the one after it less.
ON_ITS_WAY = 0.1


@dataclass
class Feed:
    """A feed that changes now and then, and notes what is asked of it."""

    validators: tuple[str, ...] = ("ETag", "Last-Modified")
    headers: dict = field(default_factory=dict)
    busy: dict = field(default_factory=dict)  # number of a request -> answer
    version: int = 0
    seen: list = field(default_factory=list)
    given: set = field(default_factory=set)

    def __call__(self, hit):
        self.seen.append(hit)
        if refused := self.busy.get(len(self.seen)):
            return refused
        if len(self.seen) % 3 == 0:
            self.version += 1
        mine = self._mine()
        asked = {name: hit.headers.get(condition) for name, condition in CONDITIONS.items() if name in mine}
        self.given.add(tuple(mine.items()))
        headers = {**mine, **self.headers, "Set-Cookie": "seen=1; Path=/"}
        if mine and asked == mine:
            return Answer(status=304, headers=headers)
        items = [rss_item(f"Новость {at}", f"/{at}", "Коротко") for at in range(self.version, -1, -1)]
        return Answer(rss(*items), headers=headers)

    def _mine(self):
        values = {"ETag": f'W/"v{self.version},x"', "Last-Modified": f"odd date {self.version}"}
        return {name: values[name] for name in self.validators}

    # The report card.
    def unconditional(self):
        return sum(not {"If-None-Match", "If-Modified-Since"} & hit.headers.keys() for hit in self.seen)

    def bogus(self):
        """Validators that were never given, or not together."""
        shown = [
            tuple((name, hit.headers[condition]) for name, condition in CONDITIONS.items() if condition in hit.headers)
            for hit in self.seen
        ]
        return [found for found in shown if found and found not in self.given]

    def gaps(self):
        times = [hit.at for hit in self.seen]
        return [after - before for before, after in pairwise(times)]


CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


@pytest.fixture
def others():
    with Origin() as one, Origin() as two:
        yield one, two


def test_the_report_card(server, keys, tmp_path, origin, others):
    """FAULTS: feed-reader score clone, scaled, 5 feeds, restarts, 429 with and without Retry-After, 304s."""
    feeds = {
        "both": Feed(),
        "etag": Feed(validators=("ETag",)),
        "date": Feed(validators=("Last-Modified",)),
        "asked": Feed(busy={3: Answer(status=429, headers={"Retry-After": "3"})}),
        "unasked": Feed(busy={3: Answer(status=503)}),
        "adaptive": Feed(headers={"Cache-Control": "max-age=2"}),
    }
    places = {"asked": others[0], "unasked": others[1]}
    sources = []
    for name, feed in feeds.items():
        place = places.get(name, origin)
        place.answers[f"/{name}"] = feed
        sources.append(source(place, f"/{name}", name, every=None if name == "adaptive" else EVERY))
    settings = {
        "defaults": {"every": "1s", "floor": "1s", "ceiling": "1h"},
        "fetch": {"user_agent": AGENT, "only_touching": ["union"], "spacing": timedelta(milliseconds=100)},
    }
    for _ in range(4):  # each a program of its own, on what the one before left
        running = Flow(server.url, keys.prefix, tmp_path, *sources, **settings)
        for _ in range(6):
            running.run(0.5)
            running.read()
    for name, feed in feeds.items():
        assert len(feed.seen) >= 3, name
        assert feed.unconditional() == 1, name
        assert feed.bogus() == [], name
        least = 2 if name == "adaptive" else 1
        assert min(feed.gaps()) > least - ON_ITS_WAY, name
    assert min(len(feeds[name].seen) for name in ("both", "etag", "date")) >= 8, "each second, but for the restarts"
    assert feeds["asked"].gaps()[2] >= 3 - ON_ITS_WAY
    hits = [hit for place in (origin, *others) for hit in place.hits]
    for hit in hits:
        assert hit.headers["User-Agent"] == AGENT
        assert "gzip" in hit.headers["Accept-Encoding"]
        assert {"Cookie", "Referer", "Origin", "From"}.isdisjoint(hit.headers)
        assert "?" not in hit.path
        assert hit.method == "GET"
    times = sorted(hit.at for hit in origin.hits)
    assert min(after - before for before, after in pairwise(times)) > 0.04, "spaced by 0.1 s"
    assert {hit.path for hit in hits} == {f"/{name}" for name in feeds}, "and nothing else was asked for"
