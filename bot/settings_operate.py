"""How whoever runs the bot looks into it."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

_PORTS = 65_535


class OperateSettings(BaseSettings):
    """What is shown to the operator's own tools."""

    health_listen: str | None = Field(
        default=None,
        description="The address and port that answer /health, /ready and /metrics, such as "
        "127.0.0.1:8361. They name no server and no person, but are meant for your own network "
        "alone. Empty: nowhere.",
    )
    traces: str | None = Field(
        default=None,
        description="Where OpenTelemetry traces are sent (OTLP over HTTP), such as "
        "http://localhost:4318. It needs the extra `traces`. Empty: nowhere.",
    )

    @field_validator("health_listen", mode="after")
    @classmethod
    def _check_health_listen(cls, value: str | None) -> str | None:
        if value is None:
            return None
        host, _, port = value.rpartition(":")
        if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) <= _PORTS:
            raise ValueError("must be an address and a port, such as 127.0.0.1:8361 or [::1]:8361")
        return value

    @field_validator("traces", mode="after")
    @classmethod
    def _check_traces(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("must begin with https:// or http://")
        return value.rstrip("/") if value else None
