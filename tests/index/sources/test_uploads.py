import gzip
from collections.abc import Callable

import pytest

from index.errors import SourceError
from index.models import Source, SourceKind
from index.reading import Reader
from index.sources import read_source, read_upload
from index.sources.fetching import Fetcher


async def test_an_attached_file_keeps_its_id_so_that_it_can_be_replaced(reader: Reader) -> None:
    first = await read_upload("town-hall.md", b"# Hall\n\nOne.", reader=reader)
    second = await read_upload("town-hall.md", b"# Hall\n\nTwo.", reader=reader)

    assert first.source == Source(SourceKind.UPLOAD, "town-hall.md")
    assert [(a.id, a.id_is_given) for a in (*first.articles, *second.articles)] == [
        ("town-hall", True),
        ("town-hall", True),
    ]


async def test_an_id_in_the_front_matter_is_taken(reader: Reader) -> None:
    result = await read_upload("a.md", b"---\nid: N-7\n---\nText.", reader=reader)

    assert result.articles[0].id == "N-7"


@pytest.mark.parametrize(
    "name", ["../../etc/pier.md", "C:\\news\\pier.md", "/pier.md", "\u202epier.md"]
)
async def test_only_the_last_part_of_the_name_is_used(name: str, reader: Reader) -> None:
    result = await read_upload(name, b"Text.", reader=reader)

    assert result.articles[0].id == "pier"
    assert result.source.location == "pier.md"


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
async def test_attached_json_lines_are_read(pack: Callable[[bytes], bytes], reader: Reader) -> None:
    name = "a.jsonl" if pack is not gzip.compress else "a.jsonl.gz"
    data = pack(b'{"id": "1", "title": "T", "text": "x"}\n{bad\n')
    result = await read_upload(name, data, reader=reader)

    assert [a.id for a in result.articles] == ["1"]
    assert [p.where for p in result.problems] == [f"{name} line 2"]


@pytest.mark.parametrize("name", ["a.zip", "a", "", ".md", "md", "a.md/", "a.md.exe"])
async def test_other_types_are_refused_with_those_that_are_read(name: str, reader: Reader) -> None:
    with pytest.raises(SourceError, match=r"not read\. Footnote reads \.md, .* and \.jsonl\.gz"):
        await read_upload(name, b"Text.", reader=reader)


async def test_a_bad_attachment_is_named(reader: Reader) -> None:
    with pytest.raises(
        SourceError, match=r"^a\.md: This is not text: it looks like a PNG image\.$"
    ):
        await read_upload("a.md", b"\x89PNG\r\n\x1a\n\0\0", reader=reader)


async def test_an_upload_cannot_be_read_again(reader: Reader, fetcher: Fetcher) -> None:
    with pytest.raises(SourceError, match="attach it once more"):
        await read_source(Source(SourceKind.UPLOAD, "a.md"), reader=reader, fetcher=fetcher)
