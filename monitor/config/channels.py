"""The channels of config/settings.yaml: where messages go, and which."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from monitor.models import Id, Model

_SECRET_LENGTH = 16


class ChannelBase(Model):
    """What every channel has."""

    id: Id
    receives: tuple[Literal["alerts", "updates", "notices"], ...] = Field(
        ("alerts", "updates"), min_length=1, description="notices are for the operator: a source or a channel fails"
    )


class ConsoleChannel(ChannelBase):
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


ChannelSettings = Annotated[ConsoleChannel | WebhookChannel, Field(discriminator="type")]
