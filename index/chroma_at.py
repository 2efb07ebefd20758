"""Where a Chroma server is, and what lets us in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from index.errors import VectorStoreError

CLOUD = "cloud"
_CLOUD_URL = "https://api.trychroma.com:443"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ChromaAt:
    """A Chroma server, or Chroma Cloud.

    Attributes:
        url: ``http://HOST:PORT``, ``https://HOST:PORT``, or ``cloud``.
        key: What Chroma Cloud, or the proxy in front of a server, lets in; never shown.
        tenant: The tenant there; None: its default.
        database: The database there; None: its default.

    Raises:
        VectorStoreError: the key cannot be a key.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    tenant: str | None = None
    database: str | None = None

    def __post_init__(self) -> None:
        # A client that complains about a header repeats it.
        if self.key is not None and not (self.key.isascii() and self.key.isprintable()):
            raise VectorStoreError(
                "The key of the Chroma server holds characters that no key has. Set it anew."
            )

    @property
    def is_cloud(self) -> bool:
        """Whether it is Chroma Cloud."""
        return self.url == CLOUD

    @property
    def name(self) -> str:
        """For people."""
        return "Chroma Cloud" if self.is_cloud else f"the Chroma server at {self.url}"

    @property
    def host(self) -> str:
        """The host; an IPv6 address in its brackets."""
        host = urlsplit(self._address).hostname or ""
        return f"[{host}]" if ":" in host else host

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is given."""
        parts = urlsplit(self._address)
        return parts.port or _PORTS[parts.scheme]

    @property
    def is_secure(self) -> bool:
        """Whether what is sent is encrypted on its way."""
        return urlsplit(self._address).scheme == "https"

    @property
    def headers(self) -> Mapping[str, str]:
        """The key as Chroma Cloud asks for it, and as most proxies do."""
        key = (self.key or "").strip()
        return {"X-Chroma-Token": key, "Authorization": f"Bearer {key}"} if key else {}

    @property
    def _address(self) -> str:
        return _CLOUD_URL if self.is_cloud else self.url
