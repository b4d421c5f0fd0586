"""What becomes of a story after its alert, through a real store."""

import json
import threading
import zlib
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from support.wording import reworded, written

from monitor.models import Alert, Article, Entry, Match, Page, Severity, Snippet, Source, Span, UpdateKind
from monitor.pipeline.deliver import DIGEST_LATEST
from monitor.pipeline.raise_alert import Alerting
from monitor.store.alerts import AlertQueue
from monitor.store.connection import connect
from monitor.stories.updates import GATHERING

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXT = " ".join(f"слово{number}" for number in range(80))


class RulesByWord:
    """A rule holds when its id stands in the text."""

    severities = MappingProxyType(
        {"low": Severity.LOW, "high": Severity.HIGH, "also": Severity.HIGH, "minor": Severity.LOW}
    )

    def match(self, article, *, tags=()):
        span = Span(field="text", start=0, end=1, text=article.text[:1] or "x", term="t", line=1)
        found = [
            Match(rule=name, name=name, severity=severity, spans=(span,))
            for name, severity in self.severities.items()
            if name in article.text.split()
        ]
        return tuple(sorted(found, key=lambda match: -match.severity.rank))

    def snippet(self, article, match):
        return Snippet(text=f"the sentence of {match.rule}")


@pytest.fixture
def queue(client, keys):
    return AlertQueue(client, keys, retention=timedelta(days=30))


@pytest.fixture
def consider(queue):
    def read(name, text=f"high {TEXT}", outlet="exile", tags=("independent",), *, backlog=False, now=NOW, **more):
        source = Source(id=outlet, url="https://x.test/", kind="feed", name=outlet.title(), tags=tags)
        values = {"id": name, "source": outlet, "url": f"https://{outlet}.test/{name}", "title": f"Title {name}"}
        article = Article(**{**values, "text": text, **more})
        return Alerting(RulesByWord(), queue, queued=lambda: None, clock=lambda: now).consider(
            article, source, backlog=backlog
        )

    return read


def updates(queue):
    return [message for _, message in queue.read() if not isinstance(message, Alert)]


def test_a_second_source_is_an_update_and_the_same_source_is_not(queue, consider):
    consider("a")
    consider("b")
    consider("c", outlet="agency", tags=("state",))
    consider("d", outlet="agency", tags=("state",))
    (update,) = updates(queue)
    assert (update.kind, update.id, update.alert, update.headline) == (UpdateKind.REPORTED, "u-c", "a-a", "Title a")
    assert (update.source.name, update.source.tags, update.reports) == ("Agency", ("state",), 3)
    assert [outlet.id for outlet in update.earlier] == ["exile"]
    assert update.url == "https://agency.test/c"


def test_of_very_many_reports_few_are_told(queue, consider):
    """The second to the fifth, then the 10th, 20th, 50th."""
    for number in range(1, 61):
        consider(f"a{number}", outlet=f"outlet{number}")
    assert [len(update.earlier) + 1 for update in updates(queue)] == [2, 3, 4, 5, 10, 20, 50]
    assert [update.source.id for update in updates(queue)][-1] == "outlet50"


def test_the_tags_of_the_first_sources_are_told_however_many_follow(queue, consider):
    """By them a channel knows whether it heard of the story."""
    consider("a0", outlet="agency", tags=("state",))
    for number in range(1, 100):
        consider(f"a{number}", outlet=f"outlet{number}")
    update = updates(queue)[-1]
    assert [outlet.id for outlet in update.earlier[:2]] == ["agency", "outlet1"]
    assert len(update.earlier) == 50
    assert update.earlier[-1].id == "outlet98"


def test_every_update_for_which_a_rule_holds_has_its_sentence(queue, consider):
    """A channel that did not hear of the story takes it for the alert."""
    consider("a")
    consider("b", outlet="agency")
    assert [update.snippet.text for update in updates(queue)] == ["the sentence of high"]


def test_an_alert_anew_says_what_was_known(queue, consider):
    consider("a", f"low {TEXT}")
    consider("b", f"low high {TEXT}", outlet="agency", tags=("state",))
    first, anew = (message for _, message in queue.read())
    assert (first.known, first.earlier) == ((), ())
    assert [rule.id for rule in anew.known] == ["low"]
    assert [outlet.id for outlet in anew.earlier] == ["exile"]


def test_a_tag_that_no_source_had_is_always_told(queue, consider):
    for number in range(1, 9):
        consider(f"a{number}", outlet=f"outlet{number}")
    consider("state", outlet="agency", tags=("state",))
    assert [update.source.id for update in updates(queue)][-1] == "agency"
    consider("state2", outlet="agency2", tags=("state", "independent"))
    assert [update.source.id for update in updates(queue)][-1] == "agency2", "the tenth"
    consider("state3", outlet="agency3", tags=("state", "independent"))
    assert len(updates(queue)) == 6


def test_what_a_first_check_finds_is_told_for_a_new_tag_or_rule_alone(queue, consider):
    """A new source never floods; both are told in the digest of the first check."""
    consider("a")
    consider("b", outlet="agency", backlog=True)
    assert updates(queue) == []
    consider("c", outlet="state-agency", tags=("state",), backlog=True)
    consider("d", outlet="state-paper", tags=("state",), backlog=True)
    (update,) = updates(queue)
    assert (update.kind, update.backlog, update.source.id) == (UpdateKind.REPORTED, True, "state-agency")
    consider("e", f"high also {TEXT}", outlet="third", backlog=True)
    (_, update) = updates(queue)
    assert (update.kind, update.backlog) == (UpdateKind.RULES, True)


def test_an_update_does_not_overtake_an_alert_that_waits_to_be_gathered(queue, consider):
    consider("a", backlog=True)
    consider("b", outlet="agency")
    consider("c", outlet="third", now=NOW + GATHERING)
    assert [update.backlog for update in updates(queue)] == [True, False]
    assert GATHERING == DIGEST_LATEST


@pytest.mark.parametrize("severity", ["low", "high"])
def test_a_graver_rule_alerts_after_the_story_is_forgotten(queue, consider, client, keys, severity):
    consider("a", f"low {TEXT}")
    for key in client.keys(keys("story", "*")) + client.keys(keys("reading", "*")):
        client.delete(key)
    for _ in range(2):
        consider("a", f"{severity} {TEXT} и ещё.")
    alerts = ["a-a"] if severity == "low" else ["a-a", "a-a-high"]
    assert [message.id for _, message in queue.read()] == alerts
    if severity == "high":
        assert queue.story_of("a").alert == "a-a-high"


def test_an_article_is_known_for_as_long_as_its_story(client, keys):
    queue = AlertQueue(client, keys, retention=timedelta(days=1))
    source = Source(id="exile", url="https://x.test/", kind="feed")
    article = Article(id="a", source="exile", title="T", text=f"high {TEXT}")
    Alerting(RulesByWord(), queue, queued=lambda: None, clock=lambda: NOW).consider(article, source, backlog=False)
    assert client.ttl(keys("alerted", "a")) >= client.ttl(keys("story", "s-a"))


def test_a_story_and_a_reading_of_a_newer_program_are_read_all_the_same(queue, consider, client, keys):
    consider("a")
    (key,) = client.keys(keys("story", "*"))
    story = json.loads(client.get(key))
    client.set(key, json.dumps({**story, "newer": 1, "outlets": [{**story["outlets"][0], "newer": 1}]}))
    reading = json.loads(zlib.decompress(client.get(keys("reading", "a"))))
    client.set(keys("reading", "a"), zlib.compress(json.dumps({**reading, "newer": 1}).encode()))
    consider("b", outlet="agency")
    consider("a", f"high {TEXT} и новое.")
    assert [update.kind for update in updates(queue)] == [UpdateKind.REPORTED, UpdateKind.CORRECTED]


def test_a_rule_that_holds_only_later_is_an_update_with_its_sentence(queue, consider):
    consider("a")
    consider("b", f"high also {TEXT}", outlet="agency")
    (update,) = updates(queue)
    assert (update.kind, update.snippet.text) == (UpdateKind.RULES, "the sentence of also")
    assert {rule.id for rule in update.rules} == {"high", "also"}
    assert [rule.id for rule in update.known] == ["high"]
    consider("c", f"also {TEXT}", outlet="agency")
    assert len(updates(queue)) == 1, "it is known by now"


def test_a_rule_that_the_same_article_brings_later_is_told_once(queue, consider):
    """The feed's words alerted; the page, read later, holds another rule. That is no correction."""
    consider("a", f"high {TEXT}", partial=True)
    for _ in range(3):
        consider("a", f"high also minor {TEXT} и ещё много слов.")
    (update,) = updates(queue)
    assert (update.kind, update.changes) == (UpdateKind.RULES, ())
    assert update.snippet.text == "the sentence of also"


def test_a_graver_rule_alerts_anew_and_is_no_update(queue, consider):
    consider("a", f"low {TEXT}")
    consider("b", f"low high {TEXT}", outlet="agency")
    consider("a", f"low {TEXT}")
    consider("b", f"low high {TEXT}", outlet="agency")
    assert [(message.id, message.severity) for _, message in queue.read()] == [("a-a", "low"), ("a-b-high", "high")]


def test_a_correction_is_told_once_with_the_difference(queue, consider):
    consider("a", f"high {TEXT}.\nПогибли пятеро.")
    for _ in range(3):
        consider("a", f"high {TEXT}.\nПогибли семеро.", title="Title a, corrected")
    (update,) = updates(queue)
    assert (update.kind, update.headline, update.title) == (UpdateKind.CORRECTED, "Title a", "Title a, corrected")
    title, text = update.changes
    assert (title.field, title.before, title.after) == ("title", "Title a", "Title a, corrected")
    assert (text.before, text.after) == ("Погибли пятеро.", "Погибли семеро.")
    consider("a", f"high {TEXT}.\nПогибли восемь человек.", title="Title a, corrected")
    (again,) = updates(queue)[1:]
    assert again.changes[0].before == "Погибли семеро.", "compared with what was read last"


def test_a_correction_of_a_report_that_joined_is_told_too(queue, consider):
    consider("a")
    consider("b", f"high {TEXT}.\nПогибли пятеро.")
    consider("b", f"high {TEXT}.\nПогибли семеро.")
    (update,) = updates(queue)
    assert (update.kind, update.title) == (UpdateKind.CORRECTED, "Title b")


@pytest.mark.parametrize("text", [TEXT, ""])
def test_an_article_for_which_no_rule_holds_any_more_is_told_as_removed(queue, consider, text):
    consider("a", f"high {TEXT}")
    assert consider("a", text) is False
    (update,) = updates(queue)
    assert (update.kind, [rule.id for rule in update.rules]) == (UpdateKind.REMOVED, ["high"])
    assert update.changes[0].before.startswith("high")


def test_a_page_that_is_gone_is_a_removal_whichever_source_links_to_it(queue, consider):
    consider("a")
    alerting = Alerting(RulesByWord(), queue, queued=lambda: None, clock=lambda: NOW)
    entry = Entry(key="k", url="https://exile.test/a", published=NOW)
    for outlet in ("other", "exile", "exile"):
        source = Source(id=outlet, url="https://x.test/", kind="feed", tags=("other",))
        alerting.withdraw(Page(id="a", source=outlet, entry=entry), source)
    alerting.withdraw(Page(id="never-alerted", source="exile", entry=entry), source)
    (update,) = updates(queue)
    assert (update.kind, update.title) == (UpdateKind.REMOVED, "Title a")
    assert (update.source.id, update.source.tags) == ("exile", ("independent",))
    assert (update.url, update.published) == ("https://exile.test/a", NOW)


def test_a_changed_watch_file_alone_removes_nothing(queue, consider, monkeypatch):
    consider("a")
    monkeypatch.setattr(RulesByWord, "severities", {})
    consider("a")
    assert updates(queue) == []


def test_another_source_that_links_to_the_page_corrects_nothing(queue, consider):
    """An aggregator has its own title for the article; the address makes it the same one."""
    consider("a")
    consider("a", outlet="aggregator", title="Title a - Exile")
    consider("a", f"high {TEXT} и новое.")
    (update,) = updates(queue)
    assert (update.source.id, update.changes[0].field) == ("exile", "text")


def test_a_correction_is_seen_through_another_source_that_links_to_the_page(queue, consider):
    """Two feeds of one site name one page; the later one has it looked at again."""
    consider("a", f"high {TEXT}.\nПогибли пятеро.")
    for _ in range(2):
        consider("a", f"high {TEXT}.\nПогибли семеро.", outlet="aggregator", title="Title a - Exile")
    (update,) = updates(queue)
    assert (update.kind, [change.field for change in update.changes]) == (UpdateKind.CORRECTED, ["text"])
    consider("a", f"high {TEXT}.\nПогибли семеро.")
    consider("a", "short", outlet="aggregator", partial=True)
    consider("a", "Its own words.", outlet="third", partial=True)
    assert len(updates(queue)) == 1
    consider("a", f"{TEXT}.\nПогибли восемь.", outlet="aggregator")
    assert updates(queue)[1].kind is UpdateKind.CORRECTED, "its rules may not be for that source"


def test_a_correction_that_brings_a_graver_rule_alerts_and_tells_the_difference(queue, consider):
    consider("a", f"low {TEXT}.\nПогибли пятеро.")
    for _ in range(2):
        consider("a", f"low {TEXT}.\nПогибли семеро, high .")
    assert [message.id for _, message in queue.read()][:2] == ["a-a", "a-a-high"]
    (update,) = updates(queue)
    assert (update.kind, update.alert) == (UpdateKind.CORRECTED, "a-a-high")
    assert update.changes[0].after.startswith("Погибли семеро")


def test_an_article_that_never_alerted_is_not_kept(queue, consider, client, keys):
    consider("a", "nothing holds")
    assert not client.keys(keys("reading", "*"))


def test_many_readers_at_one_moment_tell_each_event_once(server, keys, consider, queue):
    """Six threads read one story from twenty outlets and its correction, all at once."""
    consider("first")

    def work():
        own = AlertQueue(connect(server.url), keys, retention=timedelta(days=30))
        alerting = Alerting(RulesByWord(), own, queued=lambda: None, clock=lambda: NOW)
        for number in range(20):
            source = Source(id=f"o{number}", url="https://x.test/", kind="feed", tags=(f"t{number}",))
            article = Article(id=f"n{number}", source=source.id, title="T", text=f"high {TEXT}")
            alerting.consider(article, source, backlog=False)
        source = Source(id="exile", url="https://x.test/", kind="feed")
        article = Article(id="first", source="exile", title="T", text=f"high {TEXT} и новое")
        alerting.consider(article, source, backlog=False)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [update.id for update in updates(queue)]
    assert len(ids) == len(set(ids)) == 21


def test_a_page_that_comes_late_is_what_later_articles_are_compared_with(queue, consider):
    """The first reading had the feed's own words alone; a reprint of the page is no second alert."""
    words = written(1)
    lead, page = f"high {' '.join(words[:20])}", f"high {' '.join(words)}"
    consider("a", lead, title="Общий пост у моста", partial=True)
    consider("a", page, title="Общий пост у моста")
    consider("b", page, outlet="agency", title="О чём договорились министры")
    consider("a", page, title="Общий пост у моста")
    assert [type(message).__name__ for _, message in queue.read()] == ["Alert", "Update"]
    assert [report.article for report in queue.story_of("a").reports] == ["a", "b"]


def test_an_article_joins_by_the_second_telling_of_a_story(queue, consider):
    """The first telling and the third have too little in common."""
    first = written(1)
    second = reworded(first, 0.35, "1 2")
    third = reworded(second, 0.35, "1 3")
    for name, text in (("a", first), ("b", second), ("c", third)):
        consider(name, f"high {' '.join(text)}", outlet=name, title="Общий таможенный пост у моста")
    assert queue.story_of("c").id == "s-a"
    assert len(queue.story_of("c").fingerprints) == 2
