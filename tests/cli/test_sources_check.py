import pytest
from support.flow import article_page, rss, rss_item, source
from support.origin import Answer
from support.program import monitor, write_config

STORY = "The Kremlin plans to annex Belarus, officials in Moscow said on Monday evening to reporters of the agency."


@pytest.fixture
def check(folder, origin):
    def run(*arguments, **more):
        place = {"MONITOR_CONFIG": str(write_config(folder, source(origin, **more)))}
        return monitor("sources", "check", *arguments, **place)

    return run


def test_a_good_source_shows_what_would_be_alerted(check, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News of the day", "/1"), rss_item("Weather", "/2")))
    origin.answers["/1"] = Answer(article_page("News of the day", STORY))
    origin.answers["/2"] = Answer(status=403)
    shown = check("s")
    assert shown.returncode == 0, shown.stderr
    assert "s: new" in shown.stdout
    assert "2 items" in shown.stdout
    assert "critical: " in shown.stdout
    assert "its page is not read: HTTP 403" in shown.stdout


def test_selectors_that_match_nothing_are_warned_of(check, origin):
    origin.answers["/feed"] = Answer(rss(rss_item("News", "/1")))
    origin.answers["/1"] = Answer(article_page("News", STORY))
    shown = check("s", article={"title": "h1", "body": ".gone"})
    assert "the selector of article.body matches nothing: .gone" in shown.stdout
    assert "article.title" not in shown.stdout


def test_a_bad_source_and_a_private_address_are_exit_code_1(check, origin):
    assert (check("s").returncode, check("s").stdout.split()[1]) == (1, "not-found")
    shown = check(origin.url + "/feed")
    assert (shown.returncode, "refused" in shown.stdout) == (1, True)
    asked = len(origin.hits)
    assert check("no-such-id").stderr.startswith("monitor: no-such-id is neither")
    assert len(origin.hits) == asked
