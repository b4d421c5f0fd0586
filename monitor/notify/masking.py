"""Keeps what an address holds out of errors and logs, even where a receiver repeats it."""

from __future__ import annotations

import re
from urllib.parse import unquote

from monitor.notify.words import harmless

# How much of an answer is worth keeping; what is shown of it is less, so that a secret cut at the end is not shown.
LONGEST = 4000
_SHOWN = 300
_SHORTEST = 4
_HOST = re.compile(r"(localhost|[a-z0-9_-]+(\.[a-z0-9_-]+)+)", re.IGNORECASE)


class Mask:
    """Takes every part of a URL that may be secret, and further secrets, out of a text.

    That is all but the schema, ports and names that look like a host's; parts of less than 4 characters stay, since
    they stand in ordinary words.
    """

    def __init__(self, url: str, *more: str) -> None:
        rest = url.partition("://")[2]
        words = [url, *more, rest.partition("/")[0].rpartition("@")[0]]
        for form in (rest, unquote(rest)):
            words += [form, *form.split("/"), *re.split(r"[?&]", form), *re.split(r"[/:@?&=#,\[\]]", form)]
        found = {form for word in words for form in (word, unquote(word)) if len(form) >= _SHORTEST}
        secret = [word for word in found if not _HOST.fullmatch(word) and not re.fullmatch(r"[\d.]+:?\d*", word)]
        self._secrets = sorted(secret, key=lambda word: (-len(word), word))

    def __call__(self, text: str) -> str:
        """The text on one line, at most 300 characters, with `***` for each secret."""
        masked = text
        for secret in self._secrets:
            masked = masked.replace(secret, "***")
        if len(text) >= LONGEST and self._secrets:
            masked = masked[: -len(self._secrets[0])]
        return harmless(" ".join(masked.split()), _SHOWN)
