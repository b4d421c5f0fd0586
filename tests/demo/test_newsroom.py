"""The demo newsroom over real HTTP: what it serves is what it says it serves."""

from __future__ import annotations

import http.client
import io
import json
import socket
import struct
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from bs4 import BeautifulSoup

from monitor.config.watch import load_watch
from monitor.demo.newsroom import Newsroom
from monitor.demo.stories import load_stories, parse_story
from monitor.demo.stories.outlets import OUTLETS
from monitor.extract import extract
from monitor.matching import Matcher
from monitor.models import Article
from monitor.stories.fingerprints import fingerprint, same_story

ROOT = Path(__file__).resolve().parents[2]

NOON = datetime(2026, 5, 4, 12, 0, 0, 500_000, tzinfo=UTC)
STORIES = {story.id: story for story in load_stories()}
XML_FEEDS = [outlet for outlet in OUTLETS if outlet.form in {"rss", "rss-full", "atom"}]
TEXT = "outlet: harbour-wire\nlanguage: en\non_topic: no\npublish: 5m ago\n\nTitle\n\nLead\n\nOne\n\nTwo\n"


@pytest.fixture
def newsroom():
    with Newsroom() as opened:
        yield opened


def get(url, method="GET", **headers):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request(
            method, parts.path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def source(newsroom, source_id):
    return next(source for source in newsroom.sources() if source.id == source_id)


def carried(outlet_id, *, waiting=False):
    """The stories of an outlet that are out when the newsroom opens."""
    return [story for story in STORIES.values() if story.outlet == outlet_id and (waiting or story.publish is not None)]


def address(newsroom, story_id):
    return f"{newsroom.url}/{STORIES[story_id].outlet}/news/{story_id}.html"


@contextmanager
def opened_with(*texts):
    with Newsroom([parse_story(f"story-{number}", text) for number, text in enumerate(texts)]) as opened:
        yield opened


# The stories


def test_stories_cover_the_topic_in_four_languages():
    first_tellings = [story for story in STORIES.values() if story.on_topic and story.same_as is None]
    assert len(STORIES) >= 24
    assert len(first_tellings) >= 9
    assert {story.language for story in first_tellings} == {"en", "ru", "be", "uk"}
    assert {story.language for story in STORIES.values() if not story.on_topic} == {"en", "ru", "be", "uk"}
    assert any(story.same_as and story.outlet != STORIES[story.same_as].outlet for story in STORIES.values())


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_is_in_the_language_of_its_outlet_and_long_enough_to_be_read(story):
    outlet = next(outlet for outlet in OUTLETS if outlet.id == story.outlet)
    assert story.language == outlet.language
    assert 3 <= len(story.paragraphs) <= 6
    assert all("\n" not in text for text in (story.title, story.lead, *story.paragraphs))


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("on_topic: no", "on_topic: perhaps"),
        TEXT.replace("outlet:", "outlett:"),
        TEXT.replace("5m ago", "a while ago"),
        TEXT.replace("language: en\n", ""),
        "outlet: harbour-wire",
    ],
)
def test_a_malformed_story_is_refused(text):
    with pytest.raises(ValueError):
        parse_story("story", text)


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([TEXT.replace("harbour-wire", "nowhere")], "no outlet 'nowhere'"),
        ([TEXT.replace("\n\nTitle", "\nsame_as: other\n\nTitle")], "'other' is none"),
        ([TEXT, *[TEXT.replace("\n\nTitle", f"\nsame_as: story-{n}\n\nTitle") for n in (0, 1)]], "'story-1' is none"),
    ],
)
def test_stories_that_do_not_belong_together_are_refused(texts, reason):
    with pytest.raises(ValueError, match=reason), opened_with(*texts):
        pass


def test_two_stories_of_one_id_are_refused():
    with pytest.raises(ValueError, match="two stories"):
        Newsroom([parse_story("story", TEXT)] * 2)


# Feeds and listing


@pytest.mark.parametrize("outlet", XML_FEEDS, ids=lambda outlet: outlet.id)
def test_a_feed_reader_sees_every_published_story(newsroom, outlet):
    response, body = get(newsroom.url + outlet.path)
    parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-type": response.headers["Content-Type"]})
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.feed.title == outlet.name
    assert parsed.feed.language == outlet.language
    assert {entry.title for entry in parsed.entries} == {story.title for story in carried(outlet.id)}
    assert {entry.summary for entry in parsed.entries} == {story.lead for story in carried(outlet.id)}
    assert [entry.published_parsed for entry in parsed.entries] == sorted(
        (entry.published_parsed for entry in parsed.entries), reverse=True
    )
    assert all(get(entry.link)[0].status == 200 for entry in parsed.entries)
    assert all(entry.id == entry.link for entry in parsed.entries)


def test_the_formats_are_all_there(newsroom):
    bodies = {outlet.id: get(newsroom.url + outlet.path)[1] for outlet in XML_FEEDS}
    versions = {outlet_id: feedparser.parse(io.BytesIO(body)).version for outlet_id, body in bodies.items()}
    assert versions == {"harbour-wire": "rss20", "svetloyar": "rss20", "prichal": "rss20", "aziorny": "atom10"}
    assert {outlet.form for outlet in OUTLETS} == {"rss", "rss-full", "atom", "json-feed", "listing"}


def test_one_outlet_publishes_in_windows_1251(newsroom):
    for path in (source(newsroom, "svetloyar").url, address(newsroom, "soyuznye-programmy")):
        response, body = get(path)
        assert response.headers.get_content_charset() == "windows-1251"
        assert "Союзного государства" in body.decode("windows-1251")
        with pytest.raises(UnicodeDecodeError):
            body.decode("utf-8")


def test_one_feed_carries_the_whole_text(newsroom):
    _, body = get(source(newsroom, "prichal").url)
    entries = {entry.title: entry for entry in feedparser.parse(io.BytesIO(body)).entries}
    for story in carried("prichal"):
        text = BeautifulSoup(entries[story.title].content[0].value, "lxml").get_text("\n")
        assert text.split("\n") == [story.lead, *story.paragraphs]


def test_the_json_feed_follows_its_specification(newsroom):
    """JSON Feed 1.1: the required keys, and the types of those that are used."""
    url = source(newsroom, "stepova").url
    response, body = get(url)
    feed = json.loads(body)
    assert response.headers.get_content_type() == "application/feed+json"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == url
    assert isinstance(feed["title"], str)
    assert all(set(author) <= {"name", "url", "avatar"} for author in feed["authors"])
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"]) == len(carried("stepova"))
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"].count("<p>") >= 4
        assert datetime.fromisoformat(item["date_published"]).tzinfo


def test_the_selectors_of_the_listing_find_its_stories(newsroom):
    think_tank = source(newsroom, "eastmark-institute")
    _, body = get(think_tank.url)
    items = BeautifulSoup(body, "lxml").select(think_tank.listing.item)
    found = {item.select_one(think_tank.listing.title).get_text(): item for item in items}
    assert set(found) == {story.title for story in carried("eastmark-institute")}
    for item in items:
        assert get(item.select_one(think_tank.listing.link)["href"])[0].status == 200


def test_sources_are_watched_every_second_and_may_be_on_loopback(newsroom):
    assert len(newsroom.sources()) == len(OUTLETS) >= 6
    assert {source.kind for source in newsroom.sources()} == {"feed", "page"}
    assert all(source.every == timedelta(seconds=1) and source.allow_private for source in newsroom.sources())


# Article pages


@pytest.mark.parametrize(
    "story", [story for story in STORIES.values() if story.publish is not None], ids=lambda story: story.id
)
def test_an_article_page_shows_its_story(newsroom, story):
    response, body = get(address(newsroom, story.id))
    page = BeautifulSoup(body.decode(response.headers.get_content_charset()), "lxml")
    article = page.select_one("main > article")
    assert page.html["lang"] == story.language
    assert page.select_one('link[rel="canonical"]')["href"] == address(newsroom, story.id)
    assert article.h1.get_text() == story.title
    assert [p.get_text() for p in article.select("p:not(.byline)")] == [story.lead, *story.paragraphs]
    assert datetime.fromisoformat(article.time["datetime"]).tzinfo


def test_headlines_on_topic_stand_beside_stories_that_are_not(newsroom):
    """The trap of the demo: a program that reads more than the article alerts on every page."""
    traps = {story.title for story in STORIES.values() if story.on_topic}
    for outlet in OUTLETS:
        story = next(story for story in carried(outlet.id) if not story.on_topic)
        page = BeautifulSoup(get(address(newsroom, story.id))[1], "lxml")
        related = {link.get_text() for link in page.select("aside a")}
        assert related & traps
        assert story.title not in related


def test_metadata_of_the_pages_agrees_with_the_text(newsroom):
    page = BeautifulSoup(get(address(newsroom, "kremlin-merger-plan"))[1], "lxml")
    described = json.loads(page.select_one('script[type="application/ld+json"]').string)
    story = STORIES["kremlin-merger-plan"]
    assert described["headline"] == page.select_one('meta[property="og:title"]')["content"] == story.title
    assert described["datePublished"] == page.select_one("article time")["datetime"]


def test_metadata_cannot_end_its_script():
    with opened_with(TEXT.replace("Title", "</script><b>&amp;")) as newsroom:
        page = BeautifulSoup(get(f"{newsroom.url}/harbour-wire/news/story-0.html")[1], "lxml")
        assert json.loads(page.select_one("script").string)["headline"] == "</script><b>&amp;"
        assert page.h1.get_text() == "</script><b>&amp;"


# HTTP


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
@pytest.mark.parametrize(
    ("validator", "condition"), [("ETag", "If_None_Match"), ("Last-Modified", "If_Modified_Since")]
)
def test_a_client_that_holds_the_body_gets_304_without_one(newsroom, outlet, validator, condition):
    first, _ = get(newsroom.url + outlet.path)
    again, body = get(newsroom.url + outlet.path, **{condition: first.headers[validator]})
    assert (first.status, again.status, body) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]
    assert newsroom.requests == {(outlet.path, 200): 1, (outlet.path, 304): 1}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If_None_Match": '"other", W/{tag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"'}, 200),
        ({"If_None_Match": '"other"', "If_Modified_Since": "{date}"}, 200),
        ({"If_Modified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"}, 200),
        ({"If_Modified_Since": "Sat, 01 Jan 2050 00:00:00 -0000"}, 304),
        ({"If_Modified_Since": "yesterday"}, 200),
        ({}, 200),
    ],
)
def test_conditions_are_weighed_as_rfc_9110_says(newsroom, headers, status):
    url = source(newsroom, "aziorny").url
    first, _ = get(url)
    filled = {
        name: value.format(tag=first.headers["ETag"], date=first.headers["Last-Modified"])
        for name, value in headers.items()
    }
    assert get(url, **filled)[0].status == status


def test_head_answers_as_get_without_the_body(newsroom):
    url = source(newsroom, "harbour-wire").url
    asked, body = get(url, "HEAD")
    given, whole = get(url)
    assert body == b""
    assert asked.headers["Content-Length"] == given.headers["Content-Length"] == str(len(whole))
    assert asked.headers["ETag"] == given.headers["ETag"]


def test_an_unknown_path_is_404_and_robots_may_read_everything(newsroom):
    assert get(f"{newsroom.url}/nowhere")[0].status == 404
    robots, body = get(f"{newsroom.url}/robots.txt")
    assert robots.headers.get_content_type() == "text/plain"
    assert body == b"User-agent: *\nDisallow:\n"
    assert newsroom.requests == {("/nowhere", 404): 1, ("/robots.txt", 200): 1}


def test_every_page_of_the_site_links_only_to_pages_that_exist(newsroom):
    seen, waiting = set(), {f"{newsroom.url}/{outlet.id}/" for outlet in OUTLETS}
    while waiting:
        url = waiting.pop()
        seen.add(url)
        response, body = get(url)
        assert response.status == 200, url
        links = {link["href"].partition("#")[0] for link in BeautifulSoup(body, "lxml").select("a[href]")}
        waiting |= links - seen
    assert len(seen) == len(OUTLETS) + sum(len(carried(outlet.id)) for outlet in OUTLETS)


# Publishing


@pytest.mark.parametrize(
    "story", [story for story in STORIES.values() if story.publish is None], ids=lambda story: story.id
)
def test_a_story_that_waits_appears_when_it_is_published(newsroom, story):
    watched = source(newsroom, story.outlet).url
    held, before = get(watched)
    assert get(address(newsroom, story.id))[0].status == 404
    time = newsroom.publish(story.id)
    changed, after = get(watched, If_None_Match=held.headers["ETag"])
    assert changed.status == 200
    assert story.id.encode() in after
    assert story.id.encode() not in before
    page = BeautifulSoup(get(address(newsroom, story.id))[1], "lxml")
    assert datetime.fromisoformat(page.select_one("article time")["datetime"]) == time
    assert timedelta(0) <= datetime.now(UTC) - time < timedelta(seconds=10)


def test_publishing_twice_or_what_is_not_there_is_an_error(newsroom):
    first = newsroom.waiting()[0].id
    newsroom.publish(first)
    for story_id in (first, "kremlin-merger-plan", "no-such-story"):
        with pytest.raises(ValueError, match="does not wait"):
            newsroom.publish(story_id)


def test_stories_are_minutes_old_when_the_newsroom_opens():
    with Newsroom(clock=lambda: NOON) as newsroom:
        times = [
            datetime.fromisoformat(time["datetime"])
            for outlet in OUTLETS
            for time in BeautifulSoup(get(f"{newsroom.url}/{outlet.id}/")[1], "lxml").select("time")
        ]
        assert newsroom.publish(newsroom.waiting()[0].id) == NOON.replace(microsecond=0)
    assert len(times) == sum(len(carried(outlet.id)) for outlet in OUTLETS)
    assert all(timedelta(minutes=1) < NOON - time <= timedelta(hours=3) for time in times)


def test_a_story_and_its_retellings_are_expected_once(newsroom):
    """A retelling that is not out yet is no address that an alert may carry; one that is, is."""
    retold = [story for story in STORIES.values() if story.same_as]
    opened = newsroom.expected()
    assert all(STORIES[expected.id].same_as is None and STORIES[expected.id].on_topic for expected in opened)
    for story in newsroom.waiting():
        newsroom.publish(story.id)
    published = {expected.id: expected.urls for expected in newsroom.expected()}
    assert len(published) > len(opened)
    assert set(published) == {story.id for story in STORIES.values() if story.on_topic and not story.same_as}
    assert all(address(newsroom, story.id) in published[story.same_as] for story in retold)
    assert newsroom.waiting() == ()


# The default watch file


@pytest.fixture(scope="module")
def matcher():
    return Matcher(load_watch(ROOT / "config" / "watch.yaml"))


@pytest.fixture(scope="module")
def everything():
    with Newsroom() as opened:
        for story in opened.waiting():
            opened.publish(story.id)
        yield opened


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_the_default_watch_file_holds_for_the_stories_on_topic_alone(everything, matcher, story):
    """Read from the pages as they are served, with the headlines of other stories beside the text."""
    url = address(everything, story.id)
    response, body = get(url)
    page = extract(body, url, content_type=response.headers["Content-Type"], now=datetime.now(UTC))
    article = Article(
        id=story.id,
        source=story.outlet,
        url=url,
        title=page.title,
        lead=page.lead,
        text=page.text,
        language=page.language,
    )
    tags = next(outlet.tags for outlet in OUTLETS if outlet.id == story.outlet)
    assert bool(matcher.match(article, tags=tags)) == story.on_topic


def test_retellings_are_the_only_stories_that_look_alike():
    """What one alert for a story and its reprint rests on."""
    marks = {
        story.id: fingerprint(
            Article(
                id=story.id, source=story.outlet, title=story.title, lead=story.lead, text="\n".join(story.paragraphs)
            )
        )
        for story in STORIES.values()
    }
    alike = {frozenset(pair) for pair in combinations(marks, 2) if same_story(*(marks[story_id] for story_id in pair))}
    assert alike == {frozenset((story.id, story.same_as)) for story in STORIES.values() if story.same_as}


# Starting and stopping


def test_two_newsrooms_do_not_share_a_port_or_stories():
    with Newsroom() as one, Newsroom() as other:
        one.publish(one.waiting()[0].id)
        assert one.url != other.url
        assert len(one.waiting()) + 1 == len(other.waiting())


def test_a_stop_closes_the_port_and_ends_the_thread():
    before = threading.active_count()
    with Newsroom() as newsroom:
        assert get(f"{newsroom.url}/robots.txt")[0].status == 200
    with pytest.raises(ConnectionError):
        get(f"{newsroom.url}/robots.txt")
    assert threading.active_count() <= before + 1


def test_many_clients_at_once_are_all_answered_and_counted(newsroom):
    urls = [source.url for source in newsroom.sources()] * 10
    statuses = []
    threads = [threading.Thread(target=lambda url=url: statuses.append(get(url)[0].status)) for url in urls]
    for thread in threads:
        thread.start()
    newsroom.publish(newsroom.waiting()[0].id)
    for thread in threads:
        thread.join()
    assert statuses == [200] * len(urls)
    assert sum(newsroom.requests.values()) == len(urls)


def test_a_client_that_leaves_before_its_answer_is_not_reported(capfd):
    """The terminal belongs to the alerts, and a worker that is killed in the middle of a fetch is part of the demo."""
    with Newsroom() as newsroom:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", urlsplit(newsroom.url).port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(b"GET /prichal/feed HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert get(f"{newsroom.url}/robots.txt")[0].status == 200
    assert capfd.readouterr().err == ""
