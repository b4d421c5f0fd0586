"""A signed HTTP POST to another program.

Headers: `Idempotency-Key` (equal on every attempt), `X-Monitor-Attempt`, `X-Monitor-Timestamp` (seconds since 1970) and
`X-Monitor-Signature: sha256=HEX`, the HMAC-SHA256 of `TIMESTAMP.BODY` with the shared secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from monitor.errors import DeliveryError, FetchError
from monitor.notify.answers import HOPELESS
from monitor.notify.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from monitor.models import Delivery

    # url, body, headers -> status, Retry-After in seconds, beginning of the answer; raises FetchError
    Post = Callable[[str, bytes, Mapping[str, str]], tuple[int, float | None, bytes]]

_GOOD = range(200, 300)


class WebhookChannel:
    """Posts `{"version": 1, "key", "alerts", "updates", "notices"}`; each has the shapes of the alert stream."""

    def __init__(self, post: Post, url: str, secret: str) -> None:
        self._post = post
        self._url = url
        self._secret = secret.encode()
        self._masked = Mask(url, secret)
        self.answer = ""

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Post once. Raises DeliveryError with what came back."""
        body = payload(delivery)
        stamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": delivery.key,
            "X-Monitor-Attempt": str(delivery.attempt),
            "X-Monitor-Timestamp": stamp,
            "X-Monitor-Signature": f"sha256={sign(self._secret, stamp, body)}",
        }
        try:
            status, wait, answer = self._post(self._url, body, headers)
        except FetchError as error:
            raise DeliveryError(f"webhook: {self._masked(str(error))}") from error
        said = f"HTTP {status} {self._masked(answer.decode('utf-8', 'replace'))}".rstrip()
        if status not in _GOOD:
            raise DeliveryError(f"webhook: {said}", permanent=status in HOPELESS, retry_after=wait)
        self.answer = said


def payload(delivery: Delivery) -> bytes:
    """The body: UTF-8 JSON."""
    kinds = {"alerts": delivery.alerts, "updates": delivery.updates, "notices": delivery.notices}
    body = {kind: [message.model_dump(mode="json") for message in messages] for kind, messages in kinds.items()}
    return json.dumps({"version": 1, "key": delivery.key, **body}, ensure_ascii=False).encode()


def sign(secret: bytes, stamp: str, body: bytes) -> str:
    """The signature of one request, in hexadecimal."""
    return hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
