"""Real pages of publishers with true text, where they are at hand: what docs/extraction.md promises."""

import importlib.util
from datetime import UTC, datetime

import pytest

from monitor.errors import UnreadableDocument
from monitor.extract import extract

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _measured(folder, name):
    """(truth, article or None) of every page, and the scorer of the data folder."""
    spec = importlib.util.spec_from_file_location("evaluate", folder / "extraction" / "evaluate.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    pages, truth = scorer.load(folder / "extraction", name)
    return [
        (row, _read(scorer.decode(pages[key]), row["url"])) for key, row in truth.items() if row.get("body")
    ], scorer


def _read(html, url):
    try:
        return extract(html, url, now=NOW)
    except UnreadableDocument:
        return None


def _totals(pairs, scorer):
    return scorer.totals([scorer.page_score(row["body"], found.text if found else "") for row, found in pairs])


@pytest.mark.slow
def test_publishers(shared_data):
    """258 pages: F1 0.964, precision 0.952, 98.8 % of days when this was written."""
    pairs, scorer = _measured(shared_data, "fundus")
    totals = _totals(pairs, scorer)
    assert totals["F1"] >= 0.955
    assert totals["precision"] >= 0.945
    right = [_day(found, row) for row, found in pairs]
    assert sum(right) >= 0.985 * len(right)


@pytest.mark.slow
def test_articles_of_the_wide_web(shared_data):
    """791 pages: F1 0.947 when this was written."""
    pairs, scorer = _measured(shared_data, "wcxb-articles-dev")
    assert _totals(pairs, scorer)["F1"] >= 0.939


def _day(found, row):
    """Whether the day is right where the publisher is; several rows of the set swap day and month."""
    truth = datetime.fromisoformat(row["date"])
    return bool(found and found.published and found.published.astimezone(truth.tzinfo or UTC).date() == truth.date())
