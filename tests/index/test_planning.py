"""What a sync would change, decided without reading or writing anything."""

from __future__ import annotations

from index.editions import Member
from index.models import Article, Problem, ReadResult
from index.planning import Comparison, compare, drops_too_much
from tests.fakes.libraries import article, read_from

ONE, TWO = article("one", "First text."), article("two", "Second text.")


def plan(
    current: dict[str, Member], *articles: Article, drop: bool = True, source: int = 1
) -> Comparison:
    return compare(current, [(source, read_from("/paper", articles))], drop_missing=drop)


def is_empty(made: Comparison) -> bool:
    return not (made.added or made.changed or made.removed)


def members(*articles: Article, source: int = 1) -> dict[str, Member]:
    return {a.id: Member(a.version_id, source) for a in articles}


def test_the_first_time_everything_is_added() -> None:
    made = plan({}, ONE, TWO)

    assert (made.added, made.changed, tuple(made.removed)) == (("one", "two"), (), ())


def test_the_same_again_is_empty() -> None:
    made = plan(members(ONE, TWO), ONE, TWO)

    assert is_empty(made)
    assert made.unchanged == 2


def test_any_change_of_text_or_metadata_counts() -> None:
    assert plan(members(ONE), article("one", "First text!")).changed == ("one",)
    assert plan(members(ONE), article("one", "First text.", title="New")).changed == ("one",)
    assert plan(members(ONE), article("one", "First text.", url="https://a.example/")).changed == (
        "one",
    )


def test_an_add_never_removes() -> None:
    assert is_empty(plan(members(ONE, TWO), ONE, drop=False))


def test_a_sync_removes_only_what_its_own_source_no_longer_gives() -> None:
    current = members(ONE, source=1) | members(TWO, source=2)

    assert plan(current, source=1).removed.keys() == {"one"}


def test_a_source_with_problems_keeps_its_articles() -> None:
    troubled = ReadResult(read_from("/paper", []).source, (ONE,), (Problem("two.md", "binary"),))

    made = compare(members(ONE, TWO), [(1, troubled)], drop_missing=True)

    assert made.removed == {}
    assert made.kept.keys() == {"two"}


def test_an_article_that_was_removed_by_hand_is_passed_over() -> None:
    result = read_from("/paper", [ONE, TWO])
    made = compare({}, [(1, result)], drop_missing=True, withheld={"two"})

    assert made.added == ("one",)


def test_the_same_file_reached_by_two_ways_is_one_article() -> None:
    one = article("one", "First text.", given=False)

    assert is_empty(plan(members(one, source=1), one, source=2))


def test_a_derived_name_that_another_source_holds_is_made_unique_and_stays_so() -> None:
    other = article("one", "Another one.", given=False)
    first = plan(members(ONE, source=1), other, source=2)
    (name,) = first.added

    assert name.startswith("one~")
    named = members(ONE, source=1) | {name: Member(first.articles[name].version_id, 2)}
    assert is_empty(plan(named, other, source=2))


def test_a_given_name_is_the_same_article_wherever_it_comes_from() -> None:
    made = plan(members(ONE, source=1), article("one", "Newer text."), source=2)

    assert made.changed == ("one",)


def test_dropping_more_than_a_fifth_is_too_much_but_a_few_never_are() -> None:
    assert drops_too_much(4, 10)
    assert not drops_too_much(3, 10)
    assert not drops_too_much(2, 2)
    assert drops_too_much(21, 100)
    assert not drops_too_much(20, 100)
