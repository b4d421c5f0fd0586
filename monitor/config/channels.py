"""The channels of config/settings.yaml: where messages go, and which."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from monitor.models import Id
from monitor.routing import Policy

_SECRET_LENGTH = 16


class ChannelBase(Policy):
    """What every channel has."""

    id: Id


class Written(ChannelBase):
    """What a channel of messages for people has."""

    language: Literal["en", "ru", "be", "uk"] = Field("en", description="of the labels, not of what is alerted")


class ConsoleChannel(Written):
    """Prints alerts on the terminal of the worker."""

    type: Literal["console"]


def _long_enough(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SECRET_LENGTH:
        raise ValueError(f"a shared key has at least {_SECRET_LENGTH} characters")
    return value


class WebhookChannel(ChannelBase):
    """Posts each message as JSON, signed with HMAC-SHA256 over time and body (docs/alerts.md)."""

    type: Literal["webhook"]
    url: SecretStr = Field(description="http or https; may hold a token, so it is never printed")
    secret: Annotated[SecretStr, AfterValidator(_long_enough)] = Field(
        description="the shared key of the signature, at least 16 characters"
    )
    allow_private: bool = Field(False, description="true lets the receiver be on a private or loopback address")


class AppriseChannel(Written):
    """Sends by one of the services that Apprise knows: Telegram, Slack, Discord, Matrix, mail, ntfy and many more."""

    type: Literal["apprise"]
    url: SecretStr = Field(description="an Apprise URL with one receiver; holds tokens, so it is never printed")
    allow_private: bool = Field(False, description="true lets the service be on a private or loopback address")
    template: str = Field(
        "", description="a Jinja template for single messages, or the name of a file in this folder that ends in .j2"
    )


class AtomChannel(Written):
    """Keeps a file with the latest alerts as an Atom feed."""

    type: Literal["atom"]
    path: str = Field(min_length=1, description="the file; where it is not absolute it is in the data folder")
    keep: int = Field(100, ge=1, le=10_000, description="the newest that stay in it")


ChannelSettings = Annotated[ConsoleChannel | WebhookChannel | AppriseChannel | AtomChannel, Field(discriminator="type")]
