"""Bytes of a page to text."""

from __future__ import annotations


def decode(body: bytes, content_type: str) -> str:
    """Decode a page; never raises."""
    del content_type
    return body.decode("utf-8", "replace").replace("\0", "")
