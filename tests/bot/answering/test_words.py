import pytest

from bot.answering.words import is_close, share_root, stem_of, stems_of, words_of


@pytest.mark.parametrize(
    "forms",
    [
        ("speak", "spoke", "spoken", "speaking", "speaks"),
        ("win", "won", "winning", "winner"),
        ("lose", "lost", "losing"),
        ("give", "gave", "given", "giving"),
        ("city", "cities"),
        ("carry", "carried", "carries"),
        ("elect", "election", "elections", "elected"),
        ("agree", "agreed", "agreement"),
        ("impose", "imposed", "imposing"),
        ("stop", "stopped", "stopping"),
        ("tariff", "tariffs"),
    ],
)
def test_the_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem_of(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("bill", "billion"), ("state", "station"), ("ear", "early")],
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert stem_of(one) != stem_of(other)


def test_words_are_read_as_people_mean_them() -> None:
    words = words_of("U.S. President Carney’s $25,000, 3.5%, 51st and 170–1 isn't one-third")

    expected = "u.s. president carney 25000 3.5 51 and 170 1 isn't one third"
    assert [w.lower for w in words] == expected.split()


def test_the_country_is_not_the_pronoun() -> None:
    assert stems_of("US goods") == stems_of("U.S. goods")
    assert not words_of("tell us")[1].is_content
    assert words_of("the US")[1].is_content


def test_a_typing_slip_is_forgiven_in_long_words_only() -> None:
    assert is_close("carny", "carney")
    assert is_close("polievre", "poilievre")
    assert is_close("trmup", "trump")
    assert not is_close("cat", "cut")
    assert not is_close("april", "trump")
    assert not is_close("10000", "20000")
    assert not is_close("10000", "10001")


def test_a_people_and_its_land_share_a_root() -> None:
    assert share_root("valencia", "valencian")
    assert share_root("canada", "canadian")
    assert not share_root("iran", "iraq")
    assert not share_root("10000", "100000")
