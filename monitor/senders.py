"""The channels of settings.yaml as senders: one entry a type, and what each needs of the rest of the program.

Apprise is imported when a channel needs it: its 180 plugins take a third of a second.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from monitor.config.channels import AppriseChannel as AppriseSettings
from monitor.config.templates import Complaint
from monitor.fetch.client import Bounds, opened, retry_after
from monitor.fetch.guard import allowed
from monitor.notify.atom import AtomChannel
from monitor.notify.console import ConsoleChannel
from monitor.notify.webhook import WebhookChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from monitor.config.channels import AtomChannel as AtomSettings
    from monitor.config.channels import ChannelSettings
    from monitor.config.channels import ConsoleChannel as ConsoleSettings
    from monitor.config.channels import WebhookChannel as WebhookSettings
    from monitor.pipeline.ports import Channel


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What senders need: who asks, bounds of a request, the data folder.

    `mended` is told, with the id of the channel, of what went wrong and was mended: a template that does not work.
    """

    user_agent: str
    bounds: Bounds
    data: Path
    mended: Callable[[str, str], None]


def make_channel(settings: ChannelSettings, around: Surroundings) -> Channel:
    """The sender of a channel."""
    return _MAKERS[settings.type](settings, around)


def check_channel(settings: ChannelSettings) -> Iterator[Complaint]:
    """What its sender would fail with, as far as that is known without asking anybody."""
    if not isinstance(settings, AppriseSettings):
        return
    from monitor.notify.check import template_complaint, url_complaint  # noqa: PLC0415 - see above

    url = settings.url.get_secret_value()
    if said := url_complaint(url):
        yield Complaint("url", said)
    elif settings.template:
        said, line = template_complaint(settings.template, url)
        if said:
            yield Complaint("template", f"the template does not work: {said}", line)


def _console(settings: ConsoleSettings, _: Surroundings) -> Channel:
    return ConsoleChannel(sys.stdout, language=settings.language)


def _webhook(settings: WebhookSettings, around: Surroundings) -> Channel:
    def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, float | None, bytes]:
        return asyncio.run(_post(around, url, body, headers, allow_private=settings.allow_private))

    return WebhookChannel(post, settings.url.get_secret_value(), settings.secret.get_secret_value())


async def _post(
    around: Surroundings, url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool
) -> tuple[int, float | None, bytes]:
    async with opened(around.user_agent, around.bounds) as client:
        return await client.post(url, body, headers, allow_private=allow_private)


def _apprise(settings: AppriseSettings, around: Surroundings) -> Channel:
    from monitor.notify.apprise import AppriseChannel  # noqa: PLC0415 - see above
    from monitor.notify.outbound import Rules  # noqa: PLC0415

    def may(addresses: Any) -> bool:
        return bool(allowed(addresses, allow_private=settings.allow_private))

    return AppriseChannel(
        settings.url.get_secret_value(),
        Rules(may, retry_after, around.bounds.deadline),
        language=settings.language,
        template=settings.template,
        fault=partial(around.mended, settings.id),
    )


def _atom(settings: AtomSettings, around: Surroundings) -> Channel:
    return AtomChannel(
        around.data / settings.path,
        name=settings.id,
        keep=settings.keep,
        language=settings.language,
        fault=partial(around.mended, settings.id),
    )


_MAKERS: Mapping[str, Callable[[Any, Surroundings], Channel]] = {
    "console": _console,
    "webhook": _webhook,
    "apprise": _apprise,
    "atom": _atom,
}
