from __future__ import annotations

import pytest

from index.libraries import Libraries
from index.library_settings import LibrarySettings
from index.models import Article, Heading, Span
from index.note_rows import Corrected
from index.notes import NoteDraft
from tests.fakes.libraries import article, read_from


async def publish(libraries: Libraries, *articles: Article) -> None:
    library = libraries.library("paper")
    await library.add([read_from("/articles", articles)], actor="test", note="add")


async def test_a_page_has_what_is_known_of_its_version(libraries: Libraries) -> None:
    bridge = Article(
        id="bridge",
        title="The bridge",
        text="News\nThe bridge opened.",
        published_at="2025-04",
        authors=("Ada", "Bob"),
        url="https://example.org",
        publisher="Post",
        headings=(Heading(0, 4, 1),),
    )
    await publish(libraries, bridge)
    page = await libraries.library("paper").article_page(bridge.version_id)

    assert (page.title, page.text, page.published_at) == (bridge.title, bridge.text, "2025-04")
    assert (page.authors, page.url, page.publisher) == (("Ada", "Bob"), bridge.url, "Post")
    assert page.headings == bridge.headings
    assert page.is_newest
    assert not page.is_removed
    assert page.superseded_by is None


async def test_an_old_version_knows_the_newest(libraries: Libraries) -> None:
    old, new = article("bridge", "It opens in May."), article("bridge", "It opens in June.")
    await publish(libraries, old)
    await publish(libraries, new)
    page = await libraries.library("paper").article_page(old.version_id)

    assert not page.is_newest
    assert page.newest is not None
    assert (page.newest.version_id, page.newest.text) == (new.version_id, new.text)


async def test_an_article_taken_out_by_hand_is_withheld(libraries: Libraries) -> None:
    bridge = article("bridge", "It opens in May.")
    await publish(libraries, bridge, article("ferry", "It ends on Sunday."))
    await libraries.library("paper").remove(["bridge"], actor="mod")
    page = await libraries.library("paper").article_page(bridge.version_id)

    assert page.is_removed
    assert page.is_withheld


async def test_an_article_under_another_name_is_not_taken_for_gone(libraries: Libraries) -> None:
    before = article("bridge", "It opens in May.", title="Bridge")
    after = article("bridge-2", "It opens in May.", title="Bridge")
    await publish(libraries, before)
    await publish(libraries, after)
    await libraries.library("paper").remove(["bridge"], actor="mod")
    page = await libraries.library("paper").article_page(before.version_id)

    assert not page.is_removed
    assert not page.is_withheld
    assert page.newest is not None
    assert page.newest.version_id == after.version_id


async def test_a_superseded_article_knows_its_successor_while_that_is_there(
    libraries: Libraries,
) -> None:
    old, new = article("old", "It opens in May."), article("new", "It opens in June.")
    await publish(libraries, old, new)
    await libraries.decisions("paper").supersede("old", by="new", actor="mod")
    library = libraries.library("paper")
    page = await library.article_page(old.version_id)
    await library.remove(["new"], actor="mod")
    orphan = await library.article_page(old.version_id)

    assert page.superseded_by == "New"
    assert page.successor is not None
    assert page.successor.version_id == new.version_id
    assert orphan.superseded_by == "New"
    assert orphan.successor is None


async def test_a_moderators_note_is_known_where_its_words_stand(libraries: Libraries) -> None:
    old = article("bridge", "It opens in May. Cars may cross it.")
    new = article("bridge", "It opens soon. Cars may cross it.")
    await publish(libraries, old)
    library = libraries.library("paper")
    corrects = Corrected("bridge", old.version_id, "Bridge", 0, 16, "It opens in May.")
    draft = NoteDraft("It opens in July.", "When it opens", corrects, "mod")
    await libraries.library("paper").notes.put(draft, actor="chief")
    await publish(libraries, new)
    (correction,) = (await library.article_page(old.version_id)).corrections
    note = await library.article_page(correction.note.version_id)

    assert correction.span == Span(0, 16)
    assert (correction.note.text, note.is_note) == ("It opens in July.", True)
    assert not (await library.article_page(new.version_id)).corrections


async def test_a_page_of_another_library_is_not_found(libraries: Libraries) -> None:
    bridge = article("bridge", "It opens in May.")
    await publish(libraries, bridge)

    ferry = article("ferry", "It ends on Sunday.")
    other = libraries.library("other")
    with pytest.raises(KeyError):
        await other.article_page(bridge.version_id)
    await other.add([read_from("/other", [ferry])], actor="test", note="add")
    with pytest.raises(KeyError):
        await other.article_page(bridge.version_id)
    with pytest.raises(KeyError):
        await libraries.library("paper").article_page("0" * 32)


async def test_a_library_is_private_until_somebody_says_otherwise_and_the_audit_knows(
    libraries: Libraries,
) -> None:
    await publish(libraries, article("bridge", "It opens in May."))
    settings: LibrarySettings = libraries.settings("paper")
    assert not await settings.is_public()
    await settings.set_public(True, actor="mod")
    assert await settings.is_public()
    assert not await libraries.settings("other").is_public()
    await settings.set_public(False, actor="mod")

    assert not await settings.is_public()
    audit = await libraries.decisions("paper").audit()
    assert [(e.actor, e.action, e.detail) for e in audit[:2]] == [
        ("mod", "public", "no"),
        ("mod", "public", "yes"),
    ]
