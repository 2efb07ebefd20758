"""The front door of reading: bytes in, ``Article`` out, nothing on the event loop."""

from __future__ import annotations

from typing import Any

from index.errors import SourceError
from index.models import Article, Heading
from index.pages import page_of
from index.reading.kinds import MAX_BYTES, kind_of
from index.reading.listed import ListedEntry, Listing, ListingKind
from index.reading.process import ReadingProcess


class Reader:
    """Parses untrusted bytes in a child process with limits on time and memory.

    Args:
        seconds: how long one document may take by the clock.
        cpu_seconds: how long it may keep a processor busy.
        memory_bytes: how much address space the child may take.
    """

    def __init__(
        self,
        *,
        seconds: float = 30.0,
        cpu_seconds: int = 15,
        memory_bytes: int = 1_500_000_000,
    ) -> None:
        self._process = ReadingProcess(
            seconds=seconds, cpu_seconds=cpu_seconds, memory_bytes=memory_bytes
        )

    @property
    def pid(self) -> int | None:
        """The child's process id while one runs."""
        return self._process.pid

    async def read(
        self,
        data: bytes,
        name: str,
        *,
        url: str | None = None,
        content_type: str | None = None,
        derived_id: str,
    ) -> Article:
        """The article in ``data``; ``name`` (or ``content_type``) says what it is.

        Raises:
            SourceError: a type that is not read, too large, not text, broken, or
                without an article's text. The sentence does not repeat the name.
        """
        kind_of(name, content_type)
        if len(data) > MAX_BYTES:
            raise SourceError(f"It is larger than {MAX_BYTES // 1_000_000} MB.")
        document = {
            "name": name,
            "derived_id": derived_id,
            "url": url,
            "content_type": content_type,
        }
        reply = await self._process.request(document, data)
        if "error" in reply:
            raise SourceError(reply["error"])
        return _to_article(reply)

    async def read_listing(self, data: bytes, *, url: str, content_type: str) -> Listing:
        """The entries of the feed or sitemap in ``data``, which came from ``url``.

        Raises:
            SourceError: it is neither, too large, or broken.
        """
        if len(data) > MAX_BYTES:
            raise SourceError(f"It is larger than {MAX_BYTES // 1_000_000} MB.")
        request = {"listing": {"url": url, "content_type": content_type}}
        reply = await self._process.request(request, data)
        if "error" in reply:
            raise SourceError(reply["error"])
        return _to_listing(reply)

    async def close(self) -> None:
        """Ends the child process."""
        await self._process.close()


def _to_article(fields: dict[str, Any]) -> Article:
    headings = tuple(Heading(**heading) for heading in fields.pop("headings"))
    authors = tuple(fields.pop("authors"))
    page = fields.pop("page")
    return Article(
        **fields,
        authors=authors,
        headings=headings,
        page=None if page is None else page_of(page),
    )


def _to_listing(fields: dict[str, Any]) -> Listing:
    entries = tuple(_to_entry(entry) for entry in fields["entries"])
    return Listing(ListingKind(fields["kind"]), entries, fields["is_whole"])


def _to_entry(fields: dict[str, Any]) -> ListedEntry:
    headings = tuple(Heading(**heading) for heading in fields.pop("headings"))
    return ListedEntry(**fields | {"authors": tuple(fields["authors"]), "headings": headings})
