"""Words that the library does not know, as it spells them."""

from __future__ import annotations

import pytest

from index.libraries import Libraries
from index.library import Library
from index.spelling import count_slips, respell
from tests.fakes.libraries import article, read_from

_TEXTS = {
    "a": "The restaurants by the harbour opened.",
    "b": "A restaurant burned; the government paid. Version 10234 came.",
    "c": "The president spoke of accessibility.",
}


async def shelve(libraries: Libraries) -> Library:
    library = libraries.library("default")
    stories = [article(name, text) for name, text in _TEXTS.items()]
    await library.add([read_from("/paper", stories)], actor="t", note="add")
    return library


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resturants", "restaur"),
        ("goverment", "govern"),
        ("harbuor", "harbour"),
        ("presidnet", "presid"),
        ("acessibility", "access"),
    ],
)
async def test_a_slip_finds_the_word_of_the_library(
    libraries: Libraries, typed: str, meant: str
) -> None:
    await shelve(libraries)

    found = await libraries.database.read(lambda c: respell(c, 1, [typed]))

    assert found == {typed: meant}


@pytest.mark.parametrize(
    "typed", ["10235", "spok", "xylophone", "zarbour", "", "U.S.", "港口港口港"]
)
async def test_figures_short_words_and_far_words_stay_unknown(
    libraries: Libraries, typed: str
) -> None:
    await shelve(libraries)

    assert await libraries.database.read(lambda c: respell(c, 1, [typed])) == {}


async def test_a_mistyped_question_finds_what_the_right_one_does(libraries: Libraries) -> None:
    library = await shelve(libraries)

    found = await library.search("resturant burnd", limit=3)

    assert found.passages[0].article_id == "b"
    assert found.passages[0].bm25 is not None
    assert found.term_weights["resturant"] < 1.0


@pytest.mark.parametrize(
    ("one", "other", "most", "slips"),
    [
        ("pier", "pier", 1, 0),
        ("pier", "peir", 1, 1),
        ("pier", "piers", 1, 1),
        ("pier", "pir", 1, 1),
        ("pier", "poor", 1, None),
        ("pier", "poor", 2, 2),
        ("pier", "pierage", 2, None),
    ],
)
def test_slips_are_letters_more_less_other_or_swapped(
    one: str, other: str, most: int, slips: int | None
) -> None:
    assert count_slips(one, other, most) == slips
