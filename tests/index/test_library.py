"""A library as its callers see it: one complete edition at a time, nothing lost, nothing stale."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import (
    EmbedderMismatch,
    EmbeddingError,
    NothingToSync,
    PlanBlocked,
    SourceError,
)
from index.libraries import Libraries
from index.library import Library
from index.models import Article, Problem, Progress, ReadResult, SyncReport
from index.plans import Consent
from index.records import SourceInfo
from index.rereading import Known
from tests.fakes.embedding import HashedWords
from tests.fakes.libraries import Opened, article, open_libraries, read_from

FERRY = article(
    "ferry",
    "The ferry to Gull Rock sails at nine. It carries forty people.\n\nDogs travel free.",
    published_at="2031-05-02",
    url="https://paper.example.org/ferry",
)
MUSEUM = article("museum", "The museum of knots opens at ten. Entry costs three crowns.")
BRIDGE = article("bridge", "The old bridge closes for repairs in June.")


async def add(library: Library, *articles: Article, location: str = "/paper") -> SyncReport:
    return await library.add([read_from(location, articles)], actor="tester", note="add")


async def texts(library: Library, question: str) -> list[str]:
    return [p.text for p in (await library.search(question, limit=50)).passages]


async def test_a_passage_is_a_slice_of_its_article(libraries: Libraries) -> None:
    library = libraries.library("default")
    await add(library, FERRY, MUSEUM)

    found = await library.search("When does the ferry sail?", limit=1)

    (passage,) = found.passages
    assert passage.article_id == "ferry"
    assert passage.text == FERRY.text[passage.start : passage.end]
    assert await library.text_of(passage.version_id) == FERRY.text
    assert [passage.slice(s) for s in passage.sentences][:2] == [
        "The ferry to Gull Rock sails at nine.",
        "It carries forty people.",
    ]
    assert found.edition == 1
    assert passage.published_at == "2031-05-02"


async def test_an_empty_library_finds_nothing_and_says_edition_zero(libraries: Libraries) -> None:
    found = await libraries.library("default").search("anything", limit=3)

    assert (found.edition, found.passages) == (0, ())


async def test_adding_the_same_again_embeds_nothing_and_publishes_nothing(opened: Opened) -> None:
    library = opened.libraries.library("default")
    first = await add(library, FERRY, MUSEUM)
    embedded = len(opened.model.embedded)

    again = await add(library, FERRY, MUSEUM)

    assert first.published
    assert (again.published, again.unchanged, again.edition) == (False, 2, 1)
    assert len(opened.model.embedded) == embedded


async def test_a_changed_article_is_found_by_its_new_text_only(opened: Opened) -> None:
    library = opened.libraries.library("default")
    await add(library, FERRY, MUSEUM)
    newer = replace(FERRY, text=FERRY.text.replace("nine", "eleven"))

    report = await add(library, newer)

    assert (report.changed, report.edition) == (("ferry",), 2)
    found = " ".join(await texts(library, "When does the ferry sail at nine?"))
    assert "eleven" in found
    assert "nine" not in found


async def test_only_changed_chunks_are_embedded_again(opened: Opened) -> None:
    library = opened.libraries.library("default")
    paragraphs = [
        " ".join(f"Sentence {n} of part {p} speaks of topic{p}." for n in range(40))
        for p in range(5)
    ]
    await add(library, article("long", "\n\n".join(paragraphs)))
    before = len(opened.model.embedded)
    paragraphs[4] = paragraphs[4].replace("Sentence 39", "Sentence forty")

    await add(library, article("long", "\n\n".join(paragraphs)))

    assert 1 <= len(opened.model.embedded) - before <= 2
    assert before > 4


async def test_a_removed_article_leaves_the_answers_at_once(libraries: Libraries) -> None:
    library = libraries.library("default")
    await add(library, FERRY, MUSEUM)

    report = await library.remove(["ferry"], actor="tester")

    assert report.removed == ("ferry",)
    assert not any("ferry" in t for t in await texts(library, "When does the ferry sail?"))
    with pytest.raises(SourceError, match="No such article: ferry"):
        await library.remove(["ferry"], actor="tester")


async def test_nothing_crosses_from_one_library_to_another(libraries: Libraries) -> None:
    await add(libraries.library("one"), FERRY)
    await add(libraries.library("two"), MUSEUM)

    for question in ("ferry Gull Rock", "museum of knots", "sails opens at nine ten"):
        assert all("museum" not in t for t in await texts(libraries.library("one"), question))
        assert all("ferry" not in t for t in await texts(libraries.library("two"), question))
    found = await libraries.library("one").search("ferry", limit=1)
    with pytest.raises(KeyError):
        await libraries.library("two").text_of(found.passages[0].version_id)


async def test_a_failing_embedder_leaves_the_old_edition_and_the_rest_is_resumed(
    tmp_path: Path,
) -> None:
    many = [article(f"story-{n}", f"Story {n} tells of harbour {n}.") for n in range(60)]
    async with open_libraries(tmp_path, model=HashedWords(fail_after=31)) as opened:
        library = opened.libraries.library("default")
        await add(library, FERRY)
        with pytest.raises(EmbeddingError):
            await add(library, *many)

        assert (await library.search("ferry", limit=5)).edition == 1
        assert not any("Story" in t for t in await texts(library, "story harbour"))

    async with open_libraries(tmp_path) as opened:
        library = opened.libraries.library("default")
        report = await add(library, *many)

        assert report.edition == 2
        assert len(opened.model.embedded) < 60
        assert len(report.added) == 60
        assert (await library.verify()).problems == ()


async def test_an_index_of_another_embedder_is_refused_until_it_is_rebuilt(tmp_path: Path) -> None:
    async with open_libraries(tmp_path) as opened:
        await add(opened.libraries.library("default"), FERRY)

    async with open_libraries(tmp_path, fingerprint="another:2:64") as opened:
        library = opened.libraries.library("default")
        with pytest.raises(EmbedderMismatch, match="index rebuild"):
            await library.search("ferry", limit=1)
        with pytest.raises(EmbedderMismatch, match="index rebuild"):
            await add(library, MUSEUM)

        assert await library.rebuild() == 1
        assert (await library.search("ferry", limit=1)).passages[0].article_id == "ferry"
        assert (await library.verify()).problems == ()


async def test_rebuilding_embeds_nothing(opened: Opened) -> None:
    library = opened.libraries.library("default")
    await add(library, FERRY, MUSEUM)
    await library.remove(["museum"], actor="tester")
    embedded = len(opened.model.embedded)

    assert await library.rebuild() == 1
    assert len(opened.model.embedded) == embedded
    assert (await library.verify()).problems == ()


async def test_going_back_while_the_index_is_rebuilt_loses_no_vector(opened: Opened) -> None:
    library = opened.libraries.library("default")
    await add(library, FERRY, MUSEUM)
    await library.remove(["museum"], actor="tester")
    returned: list[asyncio.Task[SyncReport]] = []

    def go_back(_: Progress) -> None:
        if not returned:
            returned.append(asyncio.create_task(library.rollback(1, actor="tester")))

    await library.rebuild(go_back)
    await asyncio.gather(*returned)

    assert (await library.status()).articles == 2
    assert (await library.verify()).problems == ()


async def test_the_same_text_under_two_names_is_found_once(libraries: Libraries) -> None:
    library = libraries.library("default")
    twin = article("ferry-copy", FERRY.text)
    await add(library, FERRY, twin, MUSEUM)

    found = await texts(library, "When does the ferry sail?")

    assert len([t for t in found if "ferry" in t]) == 1


async def test_two_folders_with_a_file_of_the_same_name_keep_both(libraries: Libraries) -> None:
    library = libraries.library("default")
    await add(library, article("about", "Our paper is old.", given=False), location="/paper")
    await add(library, article("about", "The club is new.", given=False), location="/club")
    again = await add(library, article("about", "The club is new.", given=False), location="/club")

    assert (await library.status()).articles == 2
    assert not again.published


async def test_history_tells_who_did_what(libraries: Libraries) -> None:
    library = libraries.library("default")
    await add(library, FERRY, MUSEUM)
    await add(library, replace(FERRY, text=FERRY.text + "\n\nIt sinks."), BRIDGE)

    newest, first = await library.history()

    assert (newest.number, newest.added, newest.changed, newest.actor) == (2, 1, 1, "tester")
    assert (first.number, first.added) == (1, 2)


class Paper:
    """A folder of articles that can change, or fail to be read."""

    def __init__(self, *articles: Article) -> None:
        self.articles: Sequence[Article] = articles
        self.problems: tuple[Problem, ...] = ()
        self.failure: str | None = None

    async def read(self, source: SourceInfo, _known: Known) -> ReadResult:
        if self.failure is not None:
            raise SourceError(self.failure)
        return ReadResult(source.source, tuple(self.articles), self.problems)


@pytest.fixture
async def paper(libraries: Libraries) -> Paper:
    many = [article(f"story-{n}", f"Story {n} tells of harbour {n}.") for n in range(10)]
    await add(libraries.library("default"), *many)
    return Paper(*many)


async def test_a_sync_takes_in_what_came_and_lets_go_what_went(
    libraries: Libraries, paper: Paper
) -> None:
    library = libraries.library("default")
    paper.articles = (*paper.articles[1:], FERRY)

    report = await library.sync(paper.read, actor="tester")

    assert (report.added, report.removed, report.unchanged) == (("ferry",), ("story-0",), 9)
    assert "Story 0 tells of harbour 0." not in await texts(library, "story harbour 0")


async def test_a_sync_keeps_what_cannot_be_read_today(libraries: Libraries, paper: Paper) -> None:
    library = libraries.library("default")
    paper.articles = paper.articles[1:]
    paper.problems = (Problem("story-0.md", "is not text"),)

    report = await library.sync(paper.read, actor="tester")

    assert not report.published
    assert report.problems[0] == paper.problems[0]
    assert report.problems[1].where == "story-0"
    assert report.problems[1].message.startswith("Kept.")
    assert (await library.status()).articles == 10


async def test_a_sync_does_not_bring_back_what_was_removed_but_an_add_does(
    libraries: Libraries, paper: Paper
) -> None:
    library = libraries.library("default")
    await library.remove(["story-3"], actor="tester")

    assert not (await library.sync(paper.read, actor="tester")).published
    assert (await add(library, paper.articles[3])).added == ("story-3",)
    assert not (await library.sync(paper.read, actor="tester")).published
    assert (await library.status()).articles == 10


async def test_a_sync_that_would_drop_much_is_refused(libraries: Libraries, paper: Paper) -> None:
    library = libraries.library("default")
    paper.articles = paper.articles[:5]

    with pytest.raises(PlanBlocked, match="would drop 5 of 10") as blocked:
        await library.sync(paper.read, actor="tester")

    assert (await library.status()).articles == 10
    assert blocked.value.drop
    report = await library.publish(
        blocked.value.plan_id, actor="tester", consent=Consent(drop=True)
    )
    assert len(report.removed) == 5


async def test_a_sync_whose_sources_all_fail_changes_nothing(
    libraries: Libraries, paper: Paper
) -> None:
    library = libraries.library("default")
    paper.failure = "The folder is gone."

    with pytest.raises(NothingToSync, match="The folder is gone"):
        await library.sync(paper.read, actor="tester")

    assert (await library.status()).articles == 10


async def test_a_sync_of_a_library_without_sources_says_so(libraries: Libraries) -> None:
    with pytest.raises(NothingToSync, match="no source"):
        await libraries.library("default").sync(Paper().read, actor="tester")


@pytest.mark.parametrize(
    "question",
    ['"', "a AND", "NEAR(x, y)", "title: ferry", "*", "ferry OR (", "'; DROP TABLE chunk; --", "🦀",
     "\x00 ferry", "^ferry", "- ferry", "ferry " * 400],
)  # fmt: skip
async def test_nothing_a_person_types_breaks_the_search(
    libraries: Libraries, question: str
) -> None:
    library = libraries.library("default")
    await add(library, FERRY)

    assert (await library.search(question, limit=5)).edition == 1


async def test_a_dead_vector_index_still_answers_by_words_and_says_so(opened: Opened) -> None:
    library = opened.libraries.library("default")
    await add(library, FERRY, MUSEUM)
    (row,) = await opened.libraries.database.read(
        lambda c: c.execute("SELECT collection FROM library").fetchall()
    )
    # Another dimension makes every query of this collection fail.
    await opened.libraries.database.write(
        lambda c: c.execute("UPDATE library SET collection = 'x'")
    )
    assert row["collection"] != "x"

    found = await library.search("When does the ferry sail?", limit=1)

    assert found.passages[0].article_id == "ferry"
    assert found.degraded is not None
