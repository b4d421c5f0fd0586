"""What the evaluation script of the data folder calls: the article's text, with everything else extracted besides.

python ../shared/data/extraction/evaluate.py benchmarks.extraction:text --path . --set fundus
"""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.errors import UnreadableDocument
from monitor.extract import extract


def text(html: str, url: str) -> str:
    try:
        return extract(html, url, now=datetime.now(UTC)).text
    except UnreadableDocument:
        return ""
