"""What articles cost in the archive of `monitor backtest`: memory, disk, and time to write and to read.

    python benchmarks/archive.py [--data FOLDER] [--articles N] [--shortest CHARACTERS]

FOLDER holds texts/*.jsonl.gz; by default it is shared/data beside the checkout. Texts of at least 500 characters (less
is a headline) are taken, over and over until there are N: each is compressed on its own, so that a repetition costs as
much as another text. The server is the embedded Valkey as `monitor up` starts it, in a folder that goes away.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.models import Article
from monitor.store.archive import Archive
from monitor.store.connection import connect
from monitor.store.embedded import EmbeddedServer, socket_path
from monitor.store.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
BATCH = 20  # articles of one reading


def read_texts(folder: Path, shortest: int) -> Iterator[Article]:
    for path in sorted((folder / "texts").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if len(row.get("text") or "") >= shortest:
                    yield Article(
                        id=row["id"], source="source", url=row.get("url"), title=row["title"] or "", text=row["text"]
                    )


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and "aof" in path.name)


def show(articles: list[Article], data: Path) -> None:
    with connect(f"unix://{socket_path(data)}") as client:
        archive = Archive(client, Keys(), keep=timedelta(days=14), most=10 * len(articles))
        before, began = client.info("memory")["used_memory"], time.perf_counter()
        for start in range(0, len(articles), BATCH):
            with client.pipeline(transaction=True) as pipe:
                archive.add(pipe, articles[start : start + BATCH])
                pipe.execute()
        written = time.perf_counter() - began
        used = client.info("memory")["used_memory"] - before
        began = time.perf_counter()
        found = sum(1 for _ in archive.read())
        read = time.perf_counter() - began
        number, size = archive.size()
    characters = sum(len(article.text) for article in articles)
    print(f"{number} articles of {characters / number:.0f} characters each ({found} read back)")
    print(f"memory   {size / 1e6:6.1f} MB by size(), {used / 1e6:.1f} MB by the server: {used / number:.0f} bytes each")
    print(f"disk     {on_disk(data) / 1e6:6.1f} MB of AOF before it is rewritten")
    print(f"writing  {written:6.2f} s: {1e6 * written / number:.0f} µs each")
    print(f"reading  {read:6.2f} s: {1e6 * read / number:.0f} µs each")


def main() -> None:
    parser = argparse.ArgumentParser(description="The cost of the archive")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--shortest", type=int, default=500)
    arguments = parser.parse_args()
    articles = list(islice(cycle(read_texts(arguments.data, arguments.shortest)), arguments.articles))
    with tempfile.TemporaryDirectory(prefix="archive-") as name:
        server = EmbeddedServer(Path(name))
        server.start()
        try:
            show(articles, Path(name))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
