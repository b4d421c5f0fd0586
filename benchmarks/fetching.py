"""What hostile servers cost: the figures of docs/security.md.

    python benchmarks/fetching.py

Each row is a request in a process of its own, against a server on loopback. Memory is how far the resident set rose
above where it stood before the request, with the server in another process.
"""

from __future__ import annotations

import asyncio
import gzip
import multiprocessing
import re
import socket
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import brotli

from monitor.errors import FetchError
from monitor.fetch.client import Bounds, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.synchronize import Event

MB = bytes(1_000_000)
OK = b"HTTP/1.1 200 OK\r\n"
BOMBS = Bounds(deadline=20, max_bytes=10_000_000)
SLOW = Bounds(deadline=2)


def flated(wbits: int, header: bytes = b"") -> bytes:
    """2 GB of zeros: a block that a full flush made independent of those before, repeated."""
    packer = zlib.compressobj(9, wbits=-wbits)
    block = packer.compress(MB) + packer.flush(zlib.Z_FULL_FLUSH)
    return header + block * 2000 + packer.flush()


def gzip_bomb() -> bytes:
    return flated(15, gzip.compress(b"")[:10])


def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(MB) for _ in range(2000)), packer.finish()])


def packed(coding: str, body: bytes) -> Iterable[bytes]:
    return [OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body]


def chunks() -> Iterable[bytes]:
    yield OK + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + bytes(0x10000) + b"\r\n"


def dripping(start: bytes, drop: bytes) -> Iterable[bytes]:
    yield start
    while True:
        time.sleep(0.1)
        yield drop


CASES: dict[str, tuple[Bounds, str, Callable[[], Iterable[bytes]]]] = {
    "gzip, 2 GB in 2 MB": (BOMBS, "http", lambda: packed("gzip", gzip_bomb())),
    "deflate, 2 GB in 2 MB": (BOMBS, "http", lambda: packed("deflate", flated(15, b"\x78\xda"))),
    "brotli, 2 GB in 0.4 MB": (BOMBS, "http", lambda: packed("br", brotli_bomb())),
    "gzip in gzip, 2 GB in 5 KB": (BOMBS, "http", lambda: packed("gzip, gzip", gzip.compress(gzip_bomb()))),
    "gzip in brotli, 2 GB in 62 B": (
        BOMBS,
        "http",
        lambda: packed("gzip, br", brotli.compress(gzip_bomb(), quality=5)),
    ),
    "zstd, not asked for": (BOMBS, "http", lambda: packed("zstd", MB)),
    "100,000 gzip members": (BOMBS, "http", lambda: packed("gzip", gzip.compress(b"x") * 100_000)),
    "chunks without end": (BOMBS, "http", chunks),
    "a length of 10^12": (BOMBS, "http", lambda: dripping(OK + b"Content-Length: 1000000000000\r\n\r\n", b".")),
    "20,000 headers": (BOMBS, "http", lambda: [OK, *(b"X-%d: y\r\n" % n for n in range(20_000)), b"\r\n"]),
    "a status line of 1 MB": (BOMBS, "http", lambda: [b"HTTP/1.1 200 " + b"O" * 1_000_000]),
    "slow body": (SLOW, "http", lambda: dripping(OK + b"Content-Length: 100000\r\n\r\n", b".")),
    "slow headers": (SLOW, "http", lambda: dripping(OK, b"X: y\r\n")),
    "slow status line": (SLOW, "http", lambda: dripping(b"HTTP/1.1 200 ", b"O")),
    "slow TLS handshake": (SLOW, "https", lambda: dripping(b"\x16\x03\x03\x40\x00", b"\x00")),
    "accepts and is silent": (SLOW, "http", lambda: dripping(b"", b"")),
}


def serve(listener: socket.socket, name: str, ready: Event) -> None:
    pieces = CASES[name][2]()
    ready.set()
    connection, _ = listener.accept()
    connection.recv(65536)
    try:
        for piece in pieces:
            connection.sendall(piece)
        connection.recv(1)
    except OSError:
        return


def ask(name: str, port: int, results: multiprocessing.SimpleQueue) -> None:
    bounds, scheme, _ = CASES[name]

    async def work() -> tuple[str, float]:
        async with opened("Benchmark/1", bounds) as client:
            began = time.monotonic()
            try:
                await client.get(f"{scheme}://127.0.0.1:{port}/", allow_private=True)
            except FetchError as error:
                return str(error.outcome), time.monotonic() - began
            return "taken", time.monotonic() - began

    asyncio.run(warm_up())
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = status("VmRSS")
    outcome, seconds = asyncio.run(work())
    results.put((outcome, seconds, status("VmHWM") - before))


async def warm_up() -> None:
    async with opened("Benchmark/1", SLOW):
        pass


def status(name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    context = multiprocessing.get_context("fork")
    print(f"{'answer':32}{'outcome':18}{'seconds':>8}{'MB':>8}")
    for name in CASES:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            results, ready = context.SimpleQueue(), context.Event()
            server = context.Process(target=serve, args=(listener, name, ready))
            client = context.Process(target=ask, args=(name, listener.getsockname()[1], results))
            server.start()
            ready.wait()
            client.start()
            outcome, seconds, megabytes = results.get()
            client.join()
            server.terminate()
            server.join()
        print(f"{name:32}{outcome:18}{seconds:8.2f}{megabytes:8.1f}", flush=True)


if __name__ == "__main__":
    main()
