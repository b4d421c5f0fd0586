"""The main use case: a page in, an article out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import trafilatura

from monitor.errors import UnreadableDocument
from monitor.extract.decoding import decode
from monitor.extract.extracted import Extracted

if TYPE_CHECKING:
    from monitor.extract.extracted import Selectors


def extract(
    html: str | bytes, url: str, *, content_type: str = "", selectors: Selectors | None = None, now: datetime
) -> Extracted:
    """Read the article of a page. Raises UnreadableDocument where there is none."""
    del selectors, now
    text = decode(html, content_type) if isinstance(html, bytes) else html
    found = trafilatura.bare_extraction(text, url=url, include_comments=False, with_metadata=True)
    if found is None or not found.text:
        raise UnreadableDocument("the page holds no article text")
    published = datetime.fromisoformat(found.date).replace(tzinfo=UTC) if found.date else None
    return Extracted(found.title or "", found.text, found.url or url, found.description or "", published)
