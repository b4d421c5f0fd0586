"""The services behind Apprise's URLs: how each is written to, and how a plugin is made fit for use here."""

from __future__ import annotations

import logging
import uuid
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import apprise
from apprise import NotifyFormat

from monitor.notify.markup import (
    DISCORD,
    MAIL,
    MARKDOWN,
    MATRIX,
    SLACK,
    TEAMS,
    TELEGRAM,
    TEXT,
    Markup,
    Room,
    characters,
    octets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from monitor.models import Delivery

_SHORTEST_TITLE = 20
_SLACK_BLOCK = 3000
# Parameters of a URL that would make Apprise try again, split or answer for itself; that is done here.
_OURS = ("retry", "wait", "optional", "overflow", "interpret", "emojis", "store")


@dataclass(frozen=True, slots=True)
class Format:
    """How a service is written to. `limit` counts by `size`; `direct` skips what Apprise does to a text first."""

    markup: Markup
    declared: NotifyFormat
    limit: int
    size: Callable[[str], int] = characters
    titled: bool = False
    direct: bool = False

    def room(self, title: str, *, shared: bool) -> Room:
        """The room for the text, where some services count the title as a part of it."""
        return Room(self.limit - (len(title) + 2 if title and shared else 0), self.size)


# By the schema of the URL, without the s of its secure form. Limits are the services' own, or lower ones of Apprise.
FORMATS = {
    "tgram": Format(TELEGRAM, NotifyFormat.HTML, 4096, direct=True),
    "slack": Format(SLACK, NotifyFormat.MARKDOWN, 35_000, direct=True),
    "discord": Format(DISCORD, NotifyFormat.TEXT, 2000),
    "matrix": Format(MATRIX, NotifyFormat.HTML, 20_000, octets),
    "mailto": Format(MAIL, NotifyFormat.HTML, 500_000, titled=True),
    # ntfy takes 4,096 bytes; Apprise makes a file of what is longer than 8,000 as JSON.
    "ntfy": Format(TEXT, NotifyFormat.TEXT, 3500, octets, titled=True),
    "mmost": Format(MARKDOWN, NotifyFormat.TEXT, 4000),
    "rocket": Format(MARKDOWN, NotifyFormat.MARKDOWN, 1000, direct=True),
    "workflow": Format(TEAMS, NotifyFormat.MARKDOWN, 1000, direct=True),
}


class UnusableUrl(ValueError):
    """A URL that Apprise cannot use; the text does not quote it, since it holds secrets."""


def instantiate(url: str) -> Any:
    """The plugin of a URL. Raises UnusableUrl; needs no network."""
    asset = apprise.AppriseAsset(
        app_id="Vedette",
        app_desc="Vedette, a news monitor",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        interpret_escapes=False,
        interpret_emojis=None,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        http_redirects=False,
        allow_templates=False,
        pgp_autogen=False,
        pem_autogen=False,
    )
    with quiet() as said, warnings.catch_warnings():
        # Loading 180 plugins imports what some of them were told to leave behind.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            plugin = apprise.Apprise.instantiate(_without_ours(url), asset=asset, suppress_exceptions=False)
        except Exception as error:  # noqa: BLE001 - 180 plugins by as many authors
            raise UnusableUrl(f"Apprise cannot use this address ({type(error).__name__})") from None
    if plugin is None:
        unsupported = any("nsupported" in line for line in said)
        raise UnusableUrl("Apprise knows no such service" if unsupported else "this is no address that Apprise can use")
    return plugin


def complaint(url: str) -> str:
    """What is wrong with a URL for a channel, or an empty text."""
    try:
        plugin = instantiate(url)
    except UnusableUrl as error:
        return str(error)
    if (number := len(plugin)) > 1:
        return (
            f"this address names {number} receivers: write a channel for each, so that one that fails repeats nothing "
            "to the others (further readers of a mail are cc= or bcc=)"
        )
    return ""


def format_of(plugin: Any) -> Format:
    """The format of a plugin's service: one of FORMATS, else plain text that Apprise escapes."""
    for schema in sorted(plugin.schemas()):
        if found := FORMATS.get(schema) or FORMATS.get(schema.removesuffix("s")):
            # A block of Slack's holds less than a message.
            return replace(found, limit=_SLACK_BLOCK) if getattr(plugin, "use_blocks", False) else found
    limit = plugin.body_maxlen if plugin.body_maxlen > 0 else 10_000
    return Format(TEXT, NotifyFormat.TEXT, min(limit, 30_000), _escaped(plugin), titled=True)


def title_room(plugin: Any, form: Format) -> int:
    """How long a title may be, 0 where there is none."""
    most = int(plugin.title_maxlen)
    return most if form.titled and most >= _SHORTEST_TITLE else 0


def prepare(plugin: Any, delivery: Delivery) -> None:
    """Take away what sleeps and tries again; put in the key of the delivery, where the protocol has room for one."""
    plugin.throttle = lambda *_, **__: None
    plugin.retry = 0
    if isinstance(getattr(plugin, "headers", None), dict):
        plugin.headers = plugin.headers | {"Idempotency-Key": delivery.key, "X-Monitor-Attempt": str(delivery.attempt)}
    if format_of(plugin).markup is MATRIX and plugin.password and not plugin.user:
        # A homeserver drops a second event with one transaction id; Apprise would take a random one.
        plugin.access_token = plugin.password
        plugin.transaction_id = uuid.uuid5(uuid.NAMESPACE_URL, delivery.key)


@contextmanager
def quiet() -> Iterator[list[str]]:
    """What Apprise logs goes here and nowhere else: it holds addresses, and those hold secrets."""
    said: list[str] = []
    log, wire = logging.getLogger("apprise"), logging.getLogger("urllib3")
    before = (log.level, log.propagate, log.handlers[:], wire.level)
    log.handlers[:] = [_Collecting(said)]
    log.setLevel(logging.WARNING)
    log.propagate = False
    # Its children write each path that is asked for.
    wire.setLevel(logging.CRITICAL)
    try:
        yield said
    finally:
        log.setLevel(before[0])
        log.propagate = before[1]
        log.handlers[:] = before[2]
        wire.setLevel(before[3])


class _Collecting(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


def _without_ours(url: str) -> str:
    """The URL without the parameters by which Apprise would do what the sender does."""
    address, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if part.partition("=")[0].lower() not in _OURS]
    return f"{address}{mark}{'&'.join(kept)}" if any(kept) else address


def _escaped(plugin: Any) -> Callable[[str], int]:
    """The size of a plain text after Apprise has escaped it for the service."""
    declared = plugin.resolve_format(NotifyFormat.TEXT)
    convert: Any = apprise.conversion.convert_between

    def size(text: str) -> int:
        converted: Any = convert(NotifyFormat.TEXT, declared, text)
        return characters(converted)

    return size
