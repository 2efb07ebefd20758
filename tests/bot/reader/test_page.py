from __future__ import annotations

from dataclasses import replace

import pytest

from bot.reader.addresses import Place, relative_address
from bot.reader.html import PageWriter
from bot.reader.page import PageView, find_again, plan_page
from bot.speech import speaking
from index.article_pages import ArticlePage, CurrentText, PageCorrection
from index.models import Span

VERSION, NEWER, OTHER = "a" * 32, "b" * 32, "c" * 32
TEXT = "The bridge opened on Tuesday. Cars have to wait until June.\n\nThe ferry ends on Sunday."
PAGE = ArticlePage(
    library="paper",
    version_id=VERSION,
    article_id="bridge",
    title="The bridge",
    text=TEXT,
    published_at="2025-04-29",
    authors=("Ada Lovelace",),
    publisher="The River Post",
    url="https://example.org/bridge",
    headings=(),
    newest=CurrentText(VERSION, "The bridge", TEXT),
)


def view(
    page: ArticlePage = PAGE, start: int = 0, end: int = 0, part: int | None = None
) -> PageView:
    def address(place: Place, anchor: str) -> str:
        return relative_address(place, anchor=anchor)

    return plan_page(page, Place("paper", page.version_id, start, end, part), address)


def span_of(words: str, text: str = TEXT) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def test_a_page_says_when_by_whom_and_where() -> None:
    shown = view()

    assert (shown.date, shown.day) == ("29 April 2025", "2025-04-29")
    assert shown.facts == ("Ada Lovelace", "The River Post")
    assert shown.original is not None
    assert shown.original.address == "https://example.org/bridge"
    assert shown.notices == ()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://user:secret@example.org", "//x", "http://", "x" * 2_000]
)
def test_an_address_nobody_should_follow_is_no_link(url: str) -> None:
    assert view(replace(PAGE, url=url)).original is None


def test_hostile_titles_and_names_are_one_harmless_short_line() -> None:
    title = "</title><script>\n\u202eevil\x00" + "x" * 100_000
    shown = view(replace(PAGE, title=title, authors=(title,) * 500, publisher=title))
    html = PageWriter().write_page(shown).decode()

    assert len(html) < 12_000
    assert "<script" not in html
    assert "\u202e" not in html
    assert shown.title.endswith("…")
    assert "and others" in shown.facts[0]


def test_an_article_without_a_title_has_a_heading_all_the_same() -> None:
    assert view(replace(PAGE, title="\u2800 \n")).title == "Untitled article"


@pytest.mark.parametrize(
    ("given", "day"),
    [("2025", "2025"), ("2025-04-29T10:00:00Z", "2025-04-29"), ("last spring", None), (None, None)],
)
def test_machines_get_only_dates_that_are_dates(given: str | None, day: str | None) -> None:
    assert view(replace(PAGE, published_at=given)).day == day


def test_a_newer_version_with_the_same_words_is_linked_at_them() -> None:
    text = "It was long awaited. " + TEXT.replace("June", "July")
    start, end = span_of("The ferry ends on Sunday.")
    (notice,) = view(replace(PAGE, newest=CurrentText(NEWER, "x", text)), start, end).notices

    assert "still has the highlighted words" in notice.text
    assert notice.link is not None
    assert notice.link.address == f"{NEWER}?s={start + 21}&e={end + 21}#quote"


def test_a_newer_version_that_says_otherwise_is_linked_from_its_beginning() -> None:
    text = TEXT.replace("June", "July")
    newer = replace(PAGE, newest=CurrentText(NEWER, "x", text))
    (notice,) = view(newer, *span_of("until June")).notices

    assert "no longer in it" in notice.text
    assert notice.link is not None
    assert notice.link.address == NEWER


def test_a_newer_version_with_the_same_text_needs_no_word() -> None:
    assert view(replace(PAGE, newest=CurrentText(NEWER, "x", TEXT))).notices == ()


def test_what_supersedes_an_article_is_named_and_linked_while_it_is_there() -> None:
    page = replace(PAGE, superseded_by="<b>Newer</b>", successor=CurrentText(OTHER, "x", "y"))
    (notice,) = view(page).notices
    (gone,) = view(replace(page, successor=None)).notices

    assert notice.label == "Superseded"
    assert "<b>Newer</b>" in notice.text
    assert notice.link is not None
    assert notice.link.address == OTHER
    assert gone.link is None
    assert "&lt;b&gt;Newer" in PageWriter().write_page(view(page)).decode()


def test_a_correction_of_the_quote_goes_before_others_and_is_linked() -> None:
    about = Span(*span_of("until June"))
    elsewhere = Span(*span_of("on Tuesday"))
    corrections = tuple(
        PageCorrection(CurrentText(version, "Note", "x"), span)
        for version, span in ((NEWER, elsewhere), (OTHER, about))
    )
    page = replace(PAGE, corrections=corrections)
    (notice,) = view(page, *span_of("Cars have to wait until June.")).notices
    (other,) = view(page, *span_of("The ferry")).notices

    assert "corrected the highlighted words" in notice.text
    assert notice.link is not None
    assert notice.link.address == OTHER
    assert "corrected something in this article" in other.text
    assert other.link is not None
    assert other.link.address == NEWER


def test_a_moderators_note_is_never_dressed_as_an_article() -> None:
    (notice,) = view(replace(PAGE, article_id="moderator-note:1")).notices

    assert notice.label == "Moderator note"


def test_an_article_that_left_the_library_says_so() -> None:
    (notice,) = view(replace(PAGE, newest=None)).notices

    assert "no longer in the library" in notice.text


@pytest.mark.parametrize(("start", "end"), [(0, 900), (500, 600), (59, 61)])
def test_a_span_that_is_no_quote_of_the_text_marks_nothing(start: int, end: int) -> None:
    shown = view(PAGE, start, end)

    assert not shown.skip_to_quote
    assert shown.back_to_quote is None
    assert "<mark" not in PageWriter().write_page(shown).decode()


def test_a_long_article_opens_at_its_quote_and_leads_on_from_there() -> None:
    text = "".join(f"Paragraph {n} is about the bridge & the river.\n\n" for n in range(6_000))
    assert len(text) > 250_000
    start, end = span_of("Paragraph 3000 is about", text)
    page = replace(PAGE, text=text, newest=CurrentText(VERSION, "x", text))
    shown = view(page, start, end)
    assert shown.later is not None
    assert shown.earlier is not None
    elsewhere = view(page, start, end, part=0)

    assert shown.skip_to_quote
    assert shown.part.startswith("Part ")
    assert f"?s={start}&e={end}&p=" in shown.later.address
    assert not elsewhere.skip_to_quote
    assert elsewhere.earlier is None
    assert elsewhere.back_to_quote is not None
    assert elsewhere.back_to_quote.address == f"{VERSION}?s={start}&e={end}#quote"
    for each in (shown, elsewhere):
        assert len(PageWriter().write_page(each)) < 50_000


def test_the_language_of_a_text_is_told_apart_from_that_of_the_page() -> None:
    german = "Die Brücke ist am Dienstag nach elf Monaten wieder geöffnet worden, sagt die Stadt."
    html = PageWriter().write_page(view(replace(PAGE, text=german))).decode()

    assert '<html lang="en">' in html
    assert '<article lang="de" dir="auto"' in html
    assert (
        '<article lang="" dir="auto"'
        in PageWriter().write_page(view(replace(PAGE, text="12 34 56"))).decode()
    )


def test_the_page_speaks_the_language_of_who_reads() -> None:
    with speaking("fr"):
        html = PageWriter().write_page(view()).decode()

    assert '<html lang="fr">' in html


def test_words_are_found_again_at_the_likeliest_place() -> None:
    text = "stop. " * 10
    quote = Span(30, 35)

    assert find_again(text, quote, text) == quote
    assert find_again(text, quote, "x" + text) in {Span(31, 36), Span(25, 30)}
    assert find_again(text, quote, "nothing") is None
