"""Reads a file that somebody attached; its name is as untrusted as its bytes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from index.errors import SourceError
from index.models import ReadResult, Source, SourceKind
from index.reading import Reader
from index.reading.file_names import base_name
from index.reading.kinds import is_supported, split_suffix, why_not_read
from index.sources.identify import is_jsonl
from index.sources.jsonl import read_jsonl_bytes


async def read_attachment(filename: str, data: bytes, reader: Reader) -> ReadResult:
    """The articles in an attached file; the same name again means the same article.

    Raises:
        SourceError: a type that is not read, or nothing in it could be read.
    """
    name = base_name(filename)
    source = Source(SourceKind.UPLOAD, name)
    if is_jsonl(name):
        return await asyncio.to_thread(read_jsonl_bytes, source, data)
    if not is_supported(name):
        shown = name or "A file without a name"
        raise SourceError(f"{shown}: {why_not_read(shown)}")
    try:
        article = await reader.read(data, name, derived_id=split_suffix(name)[0])
    except SourceError as exc:
        raise SourceError(f"{name}: {exc}") from exc
    return ReadResult(source, (replace(article, id_is_given=True),))
