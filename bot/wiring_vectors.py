"""Builds what says where the vector index is from the settings."""

from __future__ import annotations

from bot.settings import Settings
from index.chroma_at import ChromaAt


def make_chroma(settings: Settings) -> ChromaAt | None:
    """The Chroma server of the settings; None: Chroma embedded in the data folder.

    Raises:
        VectorStoreError: the key cannot be one.
    """
    if settings.chroma is None:
        return None
    return ChromaAt(
        settings.chroma,
        key=settings.chroma_key.get_secret_value().strip() if settings.chroma_key else None,
        tenant=settings.chroma_tenant,
        database=settings.chroma_database,
    )
