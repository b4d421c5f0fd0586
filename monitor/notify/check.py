"""What a channel's settings would fail with, found without asking anybody: for `monitor check` and at every load."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from monitor.notify.services import UnusableUrl, complaint, format_of, instantiate
from monitor.notify.template import TemplateFault, try_template

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=100)
def url_complaint(url: str) -> str:
    """What is wrong with an Apprise URL, or an empty text. The text does not quote it."""
    return complaint(url)


@lru_cache(maxsize=100)
def template_complaint(template: str, url: str) -> tuple[str, int | None]:
    """What is wrong with a template for the service of a URL, and in which of its lines; empty when nothing is."""
    try:
        markup = format_of(instantiate(url)).markup
    except UnusableUrl:
        return "", None
    try:
        try_template(template, markup, _ANY_DAY)
    except TemplateFault as fault:
        return fault.reason, fault.line
    return "", None
