"""What one path of the demo newsroom answers, with the validators that spare a client the second download."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property


@dataclass(frozen=True)
class Resource:
    """The bytes of one path. `modified` has whole seconds."""

    body: bytes
    content_type: str
    modified: datetime

    @cached_property
    def etag(self) -> str:
        """A strong validator: it changes with the bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    def is_held_by(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """Whether 304 is the answer to these two headers; the date counts only without a tag (RFC 9110, 13.2.2)."""
        if if_none_match is not None:
            tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
            return not tags.isdisjoint({self.etag, "*"})
        since = _http_date(if_modified_since)
        return since is not None and self.modified <= since

    def validators(self) -> dict[str, str]:
        """The headers that a client sends back, the same in 200 and 304 (RFC 9110, 15.4.5)."""
        return {"ETag": self.etag, "Last-Modified": format_datetime(self.modified, usegmt=True)}


def _http_date(value: str | None) -> datetime | None:
    """The time that a header states; None where it states none: such a header is ignored (RFC 9110, 13.1.3)."""
    try:
        stated = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return stated.replace(tzinfo=stated.tzinfo or UTC)
