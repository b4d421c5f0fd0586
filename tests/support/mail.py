"""An SMTP server on loopback that keeps what it was given, and can refuse."""

from __future__ import annotations

import email
import email.policy
import socket
from dataclasses import dataclass

from aiosmtpd.controller import Controller


@dataclass(frozen=True)
class Letter:
    """One message as it came in: the envelope, and the message itself."""

    sender: str
    receivers: tuple[str, ...]
    message: email.message.EmailMessage


class _Handler:
    def __init__(self, letters, answer):
        self.letters, self.answer = letters, answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        return self.answer["data"]

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if not self.answer["rcpt"].startswith("250"):
            return self.answer["rcpt"]
        envelope.rcpt_tos.append(address)
        return self.answer["rcpt"]


class MailServer:
    """`letters` are what came; `answer` says what is answered to RCPT and DATA."""

    def __init__(self):
        self.letters: list[Letter] = []
        self.answer = {"data": "250 OK", "rcpt": "250 OK"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._controller = Controller(_Handler(self.letters, self.answer), hostname="127.0.0.1", port=self.port)

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()
