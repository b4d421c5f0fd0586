"""Content-Encoding, undone a piece at a time, so that a small answer cannot become a large one in memory.

The decoders of httpx2 are bounded too, but do not tell whether a stream came to its end: an answer that was cut off
inside a gzip stream would pass for a whole one, and a second gzip member would be left out in silence.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

import brotli

from monitor.errors import FetchError
from monitor.models import Outcome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

ACCEPTED = "gzip, deflate, br"
_PIECE = 500_000  # bytes that a decoder gives at once
_MAX_CODINGS = 2  # servers that pack what is packed already exist; nobody needs a third
_MAX_MEMBERS = 100
_GZIP = 0x1F  # first byte of a gzip member
_ZLIB = 0x08  # low half of the first byte of a zlib stream (RFC 1950)
# Codings that nobody asked for and that cannot be undone. Other words in the header are mistakes of a server that packs
# nothing, such as `utf-8`, and are passed over, as browsers do.
_UNKNOWN = frozenset({"zstd", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz"})


class _Unpacker(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...
    @property
    def whole(self) -> bool: ...


class _Zlib:
    """gzip of one or several members, and deflate with its header or, as some servers send it, without."""

    def __init__(self, coding: str) -> None:
        self._gzip = coding == "gzip"
        self._members = 0
        self._stream: zlib._Decompress | None = None

    @property
    def whole(self) -> bool:
        """Whether the stream came to its end; no byte at all is an empty body."""
        return self._stream is None or self._stream.eof

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes become."""
        while data:
            if self._stream is None or (self._stream.eof and self._gzip and data[0] == _GZIP):
                self._begin(data[0])
            stream = self._stream
            if stream is None or stream.eof:
                return  # bytes after the end, which browsers pass over too
            yield from self._pieces(stream, data)
            data = stream.unused_data

    def _begin(self, first: int) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise zlib.error(f"more than {_MAX_MEMBERS} members")
        headed = zlib.MAX_WBITS if first & 0x0F == _ZLIB else -zlib.MAX_WBITS
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16 if self._gzip else headed)

    @staticmethod
    def _pieces(stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
        piece = stream.decompress(data, _PIECE)
        while piece:
            yield piece
            piece = stream.decompress(stream.unconsumed_tail, _PIECE)


class _Brotli:
    def __init__(self, _coding: str) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    @property
    def whole(self) -> bool:
        """Whether the stream came to its end; no byte at all is an empty body."""
        return not self._begun or self._stream.is_finished()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What these bytes become."""
        self._begun = True
        piece = self._stream.process(data, output_buffer_limit=_PIECE)
        while piece:
            yield piece
            piece = self._stream.process(b"", output_buffer_limit=_PIECE)


_UNPACKERS: dict[str, Callable[[str], _Unpacker]] = {"gzip": _Zlib, "deflate": _Zlib, "br": _Brotli}


class Unpacking:
    """The body of one answer, from the bytes on the wire to those that were packed, each stage at most `most` bytes."""

    def __init__(self, header: str, most: int) -> None:
        self._most = most
        codings = [name.strip().lower().removeprefix("x-") for name in header.split(",")]
        if unknown := _UNKNOWN.intersection(codings):
            raise FetchError(Outcome.PROTOCOL_ERROR, f"the answer is packed as {min(unknown)}, which was not asked for")
        known = [name for name in codings if name in _UNPACKERS]
        if len(known) > _MAX_CODINGS:
            raise FetchError(Outcome.PROTOCOL_ERROR, f"the answer is packed {len(known)} times")
        # The header names them in the order in which they were applied (RFC 9110, 8.4).
        self._unpackers = [_UNPACKERS[name](name) for name in reversed(known)]
        self._sizes = [0] * (len(known) + 1)

    async def pieces(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises FetchError when it is too large, damaged or, at its end, cut off."""
        try:
            async for chunk in chunks:
                for piece in self._through(0, chunk):
                    yield piece
        except (zlib.error, brotli.error) as error:
            raise FetchError(Outcome.PROTOCOL_ERROR, f"the answer cannot be unpacked: {error}") from error
        if not all(unpacker.whole for unpacker in self._unpackers):
            raise FetchError(Outcome.PROTOCOL_ERROR, "the answer was cut off inside what was packed")

    def _through(self, stage: int, data: bytes) -> Iterable[bytes]:
        self._sizes[stage] += len(data)
        if self._sizes[stage] > self._most:
            raise FetchError(Outcome.TOO_LARGE, f"more than {self._most:,} bytes")
        if stage == len(self._unpackers):
            yield data
            return
        for piece in self._unpackers[stage].feed(data):
            yield from self._through(stage + 1, piece)
