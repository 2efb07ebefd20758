"""Where the truth and the vector index live, and which part of a large bot this process is."""

from __future__ import annotations

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

CLOUD = "cloud"
_SHARDS = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?/(\d{1,4})", re.ASCII)


class StoreSettings(BaseSettings):
    """The stores. Empty settings mean one data folder and one process, which is complete."""

    store: SecretStr | None = Field(
        default=None,
        description="Keep everything in PostgreSQL instead of the data folder's footnote.db, "
        "such as postgresql://footnote:PASSWORD@localhost/footnote. It needs the extra "
        "`postgres`. Empty: SQLite in the data folder.",
    )
    chroma: str | None = Field(
        default=None,
        repr=False,
        description="A Chroma server for the vector index, such as http://localhost:8000, or "
        "the word cloud for Chroma Cloud. Empty: embedded, in the data folder.",
    )
    chroma_key: SecretStr | None = Field(
        default=None,
        description="The key of Chroma Cloud, or of the proxy in front of a Chroma server. It "
        "is never shown or logged.",
    )
    chroma_tenant: str | None = Field(
        default=None, description="The tenant on the Chroma server. Empty: its default."
    )
    chroma_database: str | None = Field(
        default=None, description="The database on the Chroma server. Empty: its default."
    )
    shards: str | None = Field(
        default=None,
        description="Which of the bot's shards this process runs, and of how many, such as "
        "0-3/16. Several processes need FOOTNOTE_STORE and FOOTNOTE_CHROMA, and a data folder "
        "each. Empty: all of them, as many as Discord advises.",
    )

    @field_validator("store", mode="after")
    @classmethod
    def _check_store(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.get_secret_value().strip())
            usable = parts.scheme in {"postgresql", "postgres"} and bool(parts.path.strip("/"))
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be an address such as postgresql://USER:PASSWORD@HOST/DATABASE")
        return SecretStr(value.get_secret_value().strip())

    @field_validator("chroma", mode="after")
    @classmethod
    def _check_chroma(cls, value: str | None) -> str | None:
        if value is None or value.strip().lower() == CLOUD:
            return value and CLOUD
        try:
            parts = urlsplit(value.strip())
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or "@" in value:
            raise ValueError("must be http://HOST:PORT, https://HOST:PORT, or the word cloud")
        return value.strip().rstrip("/")

    @field_validator("shards", mode="after")
    @classmethod
    def _check_shards(cls, value: str | None) -> str | None:
        if value is None:
            return None
        match = _SHARDS.fullmatch(value.replace(" ", ""))
        if match is None or not int(match[1]) <= int(match[2] or match[1]) < int(match[3]):
            raise ValueError("must be shards and their number, such as 0-3/16 or 5/16")
        return match[0]

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.chroma == CLOUD and self.chroma_key is None:
            raise ValueError("FOOTNOTE_CHROMA=cloud needs FOOTNOTE_CHROMA_KEY")
        if self.shards is not None and (self.store is None or self.chroma is None):
            raise ValueError(
                "FOOTNOTE_SHARDS needs FOOTNOTE_STORE and FOOTNOTE_CHROMA: several processes "
                "share neither a database file nor an embedded vector index"
            )
        return self

    @property
    def shard_ids(self) -> tuple[int, ...] | None:
        """The shards that this process runs; None: all."""
        match = _SHARDS.fullmatch(self.shards or "")
        return tuple(range(int(match[1]), int(match[2] or match[1]) + 1)) if match else None

    @property
    def shard_count(self) -> int | None:
        """How many shards the bot has in all its processes; None: as Discord advises."""
        match = _SHARDS.fullmatch(self.shards or "")
        return int(match[3]) if match else None
