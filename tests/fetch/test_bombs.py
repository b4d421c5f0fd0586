"""Answers that are small on the wire and large in memory, and such as have no end."""

import gzip
import time
import zlib

import brotli
import pytest
from support.fetching import get, refused
from support.memory import Peak
from support.origin import Answer
from support.raw import RawServer

from monitor.fetch.client import Bounds
from monitor.models import Outcome

# Tracing for coverage costs several times what is timed here.
pytestmark = pytest.mark.no_cover
BOUNDS = Bounds(deadline=20, max_bytes=10_000_000)
MB_OF_ZEROS = bytes(1_000_000)
TWO_GB = 2000 * len(MB_OF_ZEROS)


def flated(wbits, header=b""):
    """2 GB of zeros, without a checksum: a block that a full flush made independent of those before, repeated."""
    packer = zlib.compressobj(9, wbits=-wbits)
    block = packer.compress(MB_OF_ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    return header + block * (TWO_GB // len(MB_OF_ZEROS)) + packer.flush()


def gzip_bomb():
    return flated(15, gzip.compress(b"")[:10])


def brotli_bomb():
    packer = brotli.Compressor(quality=1)
    return b"".join([*(packer.process(MB_OF_ZEROS) for _ in range(TWO_GB // len(MB_OF_ZEROS))), packer.finish()])


BOMBS = {
    "gzip": ("gzip", gzip_bomb),
    "x-gzip": ("X-GZip", gzip_bomb),
    "deflate": ("deflate", lambda: flated(15, b"\x78\xda")),
    "raw deflate": ("deflate", lambda: flated(15)),
    "brotli": ("br", brotli_bomb),
    "gzip in gzip": ("gzip, gzip", lambda: gzip.compress(gzip_bomb())),
    "gzip in brotli": ("gzip, br", lambda: brotli.compress(gzip_bomb(), quality=5)),
    "20 MB behind an empty stream": ("gzip, gzip", lambda: gzip.compress(gzip.compress(b"") + bytes(20_000_000))),
    "gzip packed ten times": (", ".join(["gzip"] * 10), lambda: gzip.compress(b"x")),
    "members without end": ("gzip", lambda: gzip.compress(b"x") * 100_000),
    "20 MB on the wire of nothing": ("gzip", lambda: gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 4_000_000),
    "zstd": ("zstd", lambda: b"\x28\xb5\x2f\xfd" + bytes(1000)),
    "no coding": ("identity", lambda: bytes(20_000_000)),
}


ODD = {"gzip packed ten times", "members without end", "zstd"}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_two_seconds_and_64_mb(origin, name):
    """Of gzip, brotli, deflate, zstd and stacked codings, up to 2 GB in a few KB; and stages that give nothing."""
    coding, body = BOMBS[name]
    origin.answers["/"] = Answer(body(), headers={"Content-Encoding": coding})
    with Peak() as peak:
        began = time.monotonic()
        outcome = refused(f"{origin.url}/", bounds=BOUNDS).outcome
        seconds = time.monotonic() - began
    assert outcome is (Outcome.PROTOCOL_ERROR if name in ODD else Outcome.TOO_LARGE)
    assert seconds < 2
    assert peak.megabytes < 64


TEXT = b"<rss>" + b"some text " * 20_000 + b"</rss>"
GOOD = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "x-gzip": ("x-gzip", gzip.compress(TEXT)),
    "gzip of several members": ("gzip", gzip.compress(TEXT[:5000]) + gzip.compress(TEXT[5000:])),
    "gzip with bytes after its end": ("gzip", gzip.compress(TEXT) + bytes(100)),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "raw deflate": ("deflate", zlib.compress(TEXT, wbits=-15)),
    "brotli": ("br", brotli.compress(TEXT)),
    "gzip, then brotli": ("gzip, br", brotli.compress(gzip.compress(TEXT))),
    "gzip, twice": ("gzip,gzip", gzip.compress(gzip.compress(TEXT))),
    "a charset where the coding belongs": ("utf-8", TEXT),
    "none": ("none", TEXT),
    "identity and an empty word": ("identity, ", TEXT),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_whole_body_is_unpacked(origin, name):
    coding, body = GOOD[name]
    origin.answers["/"] = Answer(body, headers={"Content-Encoding": coding})
    assert get(f"{origin.url}/").body == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_packed_empty_body_is_empty(origin, coding):
    origin.answers["/"] = Answer(b"", headers={"Content-Encoding": coding})
    assert get(f"{origin.url}/").body == b""


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(TEXT)[:-200]),
        ("gzip", gzip.compress(TEXT)[:-4]),
        ("gzip", gzip.compress(TEXT)[:5]),
        ("gzip", gzip.compress(TEXT) + gzip.compress(TEXT)[:50]),
        ("deflate", zlib.compress(TEXT)[:-1]),
        ("br", brotli.compress(TEXT)[:-1]),
        ("gzip, br", brotli.compress(gzip.compress(TEXT)[:-100])),
        ("gzip", gzip.compress(TEXT)[:-8] + bytes(8)),
        ("gzip", b"<rss/>"),
        ("br", b"<rss/>" * 100),
        ("deflate", b"<rss/>" * 100),
    ],
)
def test_a_truncated_or_damaged_body_is_never_a_whole_one(origin, coding, body):
    """Whole for HTTP, with the right Content-Length; only the packed stream tells."""
    origin.answers["/"] = Answer(body, headers={"Content-Encoding": coding})
    assert refused(f"{origin.url}/").outcome is Outcome.PROTOCOL_ERROR


def test_a_length_of_a_terabyte_is_refused_before_a_byte_is_read():
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n") as server:
        began = time.monotonic()
        assert refused(server.url, bounds=BOUNDS).outcome is Outcome.TOO_LARGE
        assert time.monotonic() - began < 2


def test_chunks_without_end_are_cut_at_the_byte_limit():
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"

    def serve(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(chunk)

    with RawServer(serve) as server, Peak() as peak:
        began = time.monotonic()
        assert refused(server.url, bounds=BOUNDS).outcome is Outcome.TOO_LARGE
        assert time.monotonic() - began < 2
        assert server.closed.wait(2), "the connection must be let go"
    assert peak.megabytes < 64


def test_a_body_of_exactly_the_limit_is_taken(origin):
    origin.answers["/"] = Answer(bytes(1_000_000))
    assert len(get(f"{origin.url}/").body) == 1_000_000
    origin.answers["/"] = Answer(bytes(1_000_001))
    assert refused(f"{origin.url}/").outcome is Outcome.TOO_LARGE
