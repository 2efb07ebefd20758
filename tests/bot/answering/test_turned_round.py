"""The same words can say the contrary: opposites, hedges, roles and amounts of a whole.

In each table: what somebody says, a bar, and what the source says.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.answering.clauses import Clause, clauses_of
from bot.answering.opposites import claims_all, claims_more, excludes, is_sure, turns_round
from bot.answering.roles import swaps_roles, swaps_sides, takes_others_part
from bot.answering.slots import find_slot
from bot.answering.words import words_of


def table(text: str) -> list[tuple[str, str]]:
    rows = (line.partition("|") for line in text.strip().splitlines())
    return [(said.strip(), source.strip()) for said, _, source in rows]


def clauses(text: str) -> Sequence[Clause]:
    return clauses_of(text, words_of(text))


@pytest.mark.parametrize(
    ("said", "source"),
    table("""
        Prices rose              | Prices fell
        Prices rose in May       | Prices fell in May and rose in June
        The harbour opened       | The harbour closed
        The harbour reopened     | The harbour closed
        A welcome guest          | An unwelcome guest
        An unwelcome guest       | A welcome guest
        an invalid vote          | a valid vote
        insecure doors           | secure doors
        It was legal             | It was illegal
        it is possible           | it is impossible
        The north pier           | The south pier
        the north pier and the south quay | the south pier and the north quay
        Ada won the race         | Bob lost the race
        They came before noon    | They came after noon
    """),
)
def test_an_opposite_in_its_place_turns_a_statement_round(said: str, source: str) -> None:
    assert turns_round(clauses(said), clauses(source), denied=False)
    # "Did not rise" and "fell" may say the same.
    assert not turns_round(clauses("prices rose"), clauses("prices fell"), denied=True)


@pytest.mark.parametrize(
    ("said", "source"),
    table("""
        Prices fell in June      | Prices fell in May and rose in June
        Prices rose              | Prices stood
        uniform rules            | form rules
        He was united            | He was ited
        The dislike grew         | The like grew
        an inform rule           | a form rule
        unless it is open        | it is open
    """),
)
def test_what_only_looks_like_an_opposite_turns_nothing_round(said: str, source: str) -> None:
    assert not turns_round(clauses(said), clauses(source), denied=False)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("prices rose", "prices fell", True),
        ("the first boat", "the last boat", True),
        ("prices rose and fell", "prices fell", False),
        ("prices fell", "prices rose and fell", False),
        ("prices rose", "prices stood", False),
    ],
)
def test_two_texts_exclude_each_other_by_one_word_of_a_pair_each(
    one: str, other: str, apart: bool
) -> None:
    assert excludes(clauses(one), clauses(other), denied=False) is apart
    assert not excludes(clauses(one), clauses(other), denied=True)


@pytest.mark.parametrize(
    ("said", "source", "too_much"),
    [
        ("All boats left", "Some boats left", True),
        ("Everyone left", "Most left", True),
        ("All boats left", "All boats left", False),
        ("All boats left", "The boats left", False),
        ("Some left", "All left", False),
        ("Only Ada left", "Ada left", True),
        ("Sole owner", "owner", True),
        ("Only Ada left", "Just Ada left", False),
    ],
)
def test_all_and_only_are_said_where_the_source_says_them(
    said: str, source: str, too_much: bool
) -> None:
    assert claims_all(words_of(said), words_of(source)) is too_much


@pytest.mark.parametrize(
    ("said", "source", "too_much"),
    [
        ("Most boats left", "Some boats left", True),
        ("Many boats left", "Several boats left", True),
        ("Few boats left", "Many boats left", True),
        ("Few boats left", "Some boats left", True),
        ("Some boats left", "Most boats left", False),
        ("Several left", "Some left", False),
        ("Most left", "A majority left", False),
        ("the most boats left", "some boats left", False),
        ("at most boats left", "some boats left", False),
        ("a few boats left", "many boats left", False),
        ("boats left", "many boats left", False),
        ("many boats left", "boats left", False),
    ],
)
def test_how_much_of_a_whole_is_meant_does_not_grow(said: str, source: str, too_much: bool) -> None:
    assert claims_more(words_of(said), words_of(source)) is too_much


@pytest.mark.parametrize(
    ("said", "source"),
    table("""
        The pier opened          | The pier may open
        The pier opened          | The pier is expected to open
        The pier opened          | can the pier open
        The pier opened          | The pier was to open
        The pier opened          | They asked the town to open the pier
        The council open it      | The council voted to open it
        They left                | They demanded that boats leave
        The town pays            | The town would pay
    """),
)
def test_what_is_only_possible_or_wished_for_is_no_fact(said: str, source: str) -> None:
    assert is_sure(words_of(said), clauses(source))


@pytest.mark.parametrize(
    ("said", "source"),
    table("""
        The pier may open        | The pier may open
        They plan to open it     | They plan to open it
        The pier will open       | The pier was to open
        The pier opened          | The pier opened and may close
        The pier opened          | In May the pier opened
        May opened it            | May opened it
        The pier closed          | The pier was planned and closed
        The council paid         | The council gave money to pay
    """),
)
def test_what_is_as_sure_in_the_source_may_be_said(said: str, source: str) -> None:
    assert not is_sure(words_of(said), clauses(source))


@pytest.mark.parametrize(
    ("said", "source", "swapped"),
    [
        ("Ada sued Bob", "Bob sued Ada", True),
        ("Ada was sued by Bob", "Ada sued Bob", True),
        ("The mayor praised the baker", "The baker praised the mayor", True),
        ("The boat struck the pier", "The pier struck the boat", True),
        ("bread costs more than cake", "cake costs more than bread", True),
        ("Ada beat Bob", "Bob beat Cy", True),
        ("Ada saw Bob", "Bob saw Cy", False),
        ("Ada sued Bob", "Ada sued Bob", False),
        ("Bob was sued by Ada", "Ada sued Bob", False),
        ("Ada was praised for bread by Bob", "Bob praised Ada", False),
        ("Ada and Bob sued Cy", "Bob and Ada sued Cy", False),
        ("Ada met Bob", "Bob met Ada", False),
    ],
)
def test_who_does_it_and_who_suffers_it_stay_apart(said: str, source: str, swapped: bool) -> None:
    assert swaps_roles(clauses(said), clauses(source)) is swapped


@pytest.mark.parametrize(
    ("said", "source", "swapped"),
    [
        ("Ada is older than Bob", "Bob is older than Ada", True),
        ("Ada is older than Bob", "Bob was older than Ada and Cy", True),
        ("Ada voted against Bob", "Bob voted against Ada", True),
        ("Ada is the mother of Bob", "Bob is the mother of Ada", True),
        ("Ada is the sister of Bob", "Bob is the sister of Ada", False),
        ("Ada is older than Bob", "Ada is older than Bob", False),
        ("Ada is older than Bob", "Ada is older than Cy", False),
    ],
)
def test_the_sides_of_a_comparison_stay_as_they_are(said: str, source: str, swapped: bool) -> None:
    assert swaps_sides(clauses(said), clauses(source)) is swapped


@pytest.mark.parametrize(
    ("said", "source", "taken"),
    [
        ("The picnic was cancelled", "The race was cancelled and the picnic held", True),
        ("The picnic was cancelled", "The race was cancelled, but the picnic was held", True),
        ("The race was held", "The race was held, but the picnic was cancelled", False),
        ("The picnic was cancelled", "The picnic was cancelled", False),
        ("The dance was cancelled", "The race was cancelled", False),
    ],
)
def test_a_verb_belongs_to_what_the_source_tells_it_of(said: str, source: str, taken: bool) -> None:
    assert takes_others_part(clauses(said), clauses(source)) is taken


DAWN = "The old red boat sailed north at dawn today"


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        (DAWN, "The old blue boat sailed north at dawn today", ("red", "blue")),
        (DAWN, "An old red boat had sailed north at dusk today", ("dawn", "dusk")),
        (DAWN, "The old dark red boat sailed north at dawn today", None),
        (DAWN, "The old blue boat sailed south at dawn today", None),
        (DAWN, "The old blue boat sailed far north at dawn today", None),
        (DAWN, DAWN, None),
        ("Red boats sail", "Blue boats sail", None),
        ("The old red boat sailed", "The old blue ferry stayed", None),
    ],
)
def test_the_one_place_where_two_sentences_differ_is_found(
    one: str, other: str, values: tuple[str, str] | None
) -> None:
    slot = find_slot(one, other)

    assert (slot and (one[slice(*slot.one)], other[slice(*slot.other)])) == values
