import gzip
import json

from index.models import SourceKind
from index.reading import Reader
from index.sources import identify, read_source
from index.sources.fetching import Fetcher
from tests.fakes.shared import shared_path


async def test_1434_real_articles_are_read_letter_for_letter(
    reader: Reader, fetcher: Fetcher
) -> None:
    path = shared_path("eval/newshop_dev/articles.jsonl.gz")
    result = await read_source(identify(str(path)), reader=reader, fetcher=fetcher)
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]

    assert result.source.kind is SourceKind.JSONL
    assert len(result.articles) == 1_434
    assert result.problems == ()
    assert [(a.id, a.text) for a in result.articles] == [(row["id"], row["text"]) for row in rows]
    assert sum(len(article.headings) for article in result.articles) > 1_000
    for article in result.articles:
        for heading in article.headings:
            assert article.text[heading.start - 1] in "# \t"


async def test_a_real_folder_of_markdown_is_read_without_a_problem(
    reader: Reader, fetcher: Fetcher
) -> None:
    path = shared_path("eval/articles_markdown")
    result = await read_source(identify(str(path)), reader=reader, fetcher=fetcher)

    assert len(result.articles) == 309
    assert result.problems == ()
    assert result.articles[0].id == "18f-2014-03-27-uncle-sam-wants-you-to-be-a-hero-hacker"


async def test_a_real_text_file_is_read(reader: Reader, fetcher: Fetcher) -> None:
    path = shared_path("seeds/carney-trump-meeting.txt")
    result = await read_source(identify(str(path)), reader=reader, fetcher=fetcher)

    assert [article.id for article in result.articles] == ["carney-trump-meeting"]
