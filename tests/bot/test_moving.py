"""A library that was moved answers as before: its notes correct it, its links open the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.models import Answer, Question
from bot.rendering.linking import ArticleLinks
from bot.service import FootnoteService
from bot.settings import load_settings
from bot.wiring import open_service
from index.note_rows import Corrected
from index.notes import NoteDraft
from index.pages import Anchor, PageText
from tests.fakes.libraries import article, read_from

HERE, THERE = "discord-77", "discord-78"
ACTOR = "discord:5"
WRONG = "The museum of knots charges three crowns for entry."
RIGHT = "The museum of knots charges five crowns for entry since June."
SAILS = "The ferry to Gull Rock sails at nine every morning."
MUSEUM = article("museum", f"The museum has a new roof. {WRONG} It opens at ten.")
FERRY = replace(
    article("ferry", f"{SAILS} Dogs travel free.", url="https://paper.example.org/ferry"),
    # The page has the sentence in a teaser as well, which the article's text does not show.
    page=PageText((f"Read more: {SAILS}", f"{SAILS} Dogs travel free."), (Anchor(1, "times"),)),
)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[FootnoteService]:
    settings = load_settings({"data": tmp_path / "data"}, env_file=tmp_path / "no.env")
    (tmp_path / "data").mkdir()
    async with open_service(settings, on_notice=print) as opened:
        yield opened


async def ask(service: FootnoteService, library: str, question: str) -> Answer:
    reply = await service.ask(library, Question(question, id="1"))
    assert isinstance(reply, Answer)
    return reply


async def test_a_library_that_was_moved_answers_as_before(
    service: FootnoteService, tmp_path: Path
) -> None:
    library = service._libraries.library(HERE)
    await library.add([read_from("/paper", [MUSEUM, FERRY])], actor=ACTOR, note="add")
    start = MUSEUM.text.index(WRONG)
    corrects = Corrected(
        MUSEUM.id, MUSEUM.version_id, MUSEUM.title, start, start + len(WRONG), WRONG
    )
    draft = NoteDraft(RIGHT, "Moderator note on “Museum”", corrects, ACTOR)
    note = await service.put_note(HERE, draft, actor=ACTOR)
    await service.export(HERE, str(tmp_path / "library.zip"), actor=ACTOR)
    await service.import_archive(THERE, str(tmp_path / "library.zip"), actor=ACTOR)

    costs = await ask(service, THERE, "What does the museum of knots charge for entry?")
    assert costs.citations[0].quote.article_id == note.id
    assert "five crowns" in costs.text
    assert "three crowns" not in costs.text

    asked = "When does the ferry to Gull Rock sail?"
    before, after = await ask(service, HERE, asked), await ask(service, THERE, asked)
    (citation,) = after.citations
    text_only = ArticleLinks()(citation.quote, FERRY.text, None, library=THERE)
    assert citation.link is not None
    assert citation.link.startswith("https://paper.example.org/ferry#:~:text=")
    assert [each.link for each in before.citations] == [citation.link]
    assert citation.link != text_only
    assert await service.notes(THERE) == await service.notes(HERE)
