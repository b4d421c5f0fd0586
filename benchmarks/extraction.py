"""Article extraction on real pages with true text, title and date.

python ../shared/data/extraction/evaluate.py benchmarks.extraction:text --path . --set fundus    text and CPU
python benchmarks/extraction.py ../shared/data/extraction/fundus.tar.xz                          titles and days
"""

from __future__ import annotations

import json
import sys
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import UnreadableDocument
from monitor.extract import extract
from monitor.extract.title import letters


def text(html: str, url: str) -> str:
    try:
        return extract(html, url, now=datetime.now(UTC)).text
    except UnreadableDocument:
        return ""


def pages(packed: Path):
    """(bytes, truth) of every page of a set."""
    bodies, truth = {}, {}
    with tarfile.open(packed) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file and member.name.endswith("truth.json"):
                truth = json.load(file)
            elif file:
                bodies[Path(member.name).stem] = file.read()
    return [(bodies[key], row) for key, row in truth.items() if row.get("body")]


def right_day(found, row) -> bool | None:
    """Whether the day of publication is right in the zone of the truth; None where the truth has no full date."""
    try:
        truth = datetime.fromisoformat(row["date"] or "")
    except ValueError:
        return None
    return found.published is not None and found.published.astimezone(truth.tzinfo or UTC).date() == truth.date()


def main(packed: Path) -> None:
    now, spent, exact, alike, days, refused = datetime.now(UTC), 0.0, [], [], [], 0
    for body, row in pages(packed):
        start = time.process_time()
        try:
            found = extract(body, row["url"], now=now)
        except UnreadableDocument:
            refused += 1
            continue
        finally:
            spent += time.process_time() - start
        exact.append(found.title == " ".join(row["title"].split()))
        alike.append(letters(found.title) == letters(row["title"]))
        days.append(right_day(found, row))
    told = [day for day in days if day is not None]
    print(
        f"{packed.name}: {len(exact)} pages read, {refused} refused, {1000 * spent / len(exact):.1f} ms of CPU a page"
    )
    print(f"title: {sum(exact) / len(exact):.1%} exact, {sum(alike) / len(alike):.1%} but for punctuation and case")
    print(f"day of publication: {sum(told) / len(told):.1%} of {len(told)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
