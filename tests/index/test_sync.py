"""What a sync would change, decided without reading or writing anything."""

from __future__ import annotations

from index.editions import Member
from index.models import Article, Problem, ReadResult
from index.sync import SyncPlan, drops_too_much, plan_sync
from tests.fakes.libraries import article, read_from

ONE, TWO = article("one", "First text."), article("two", "Second text.")


def plan(
    current: dict[str, Member], *articles: Article, drop: bool = True, source: int = 1
) -> SyncPlan:
    return plan_sync(current, [(source, read_from("/paper", articles))], drop_missing=drop)


def members(*articles: Article, source: int = 1) -> dict[str, Member]:
    return {a.id: Member(a.version_id, source) for a in articles}


def test_the_first_time_everything_is_added() -> None:
    made = plan({}, ONE, TWO)

    assert (made.added, made.changed, made.removed) == (("one", "two"), (), ())


def test_the_same_again_is_empty() -> None:
    made = plan(members(ONE, TWO), ONE, TWO)

    assert made.is_empty
    assert made.unchanged == 2


def test_any_change_of_text_or_metadata_counts() -> None:
    assert plan(members(ONE), article("one", "First text!")).changed == ("one",)
    assert plan(members(ONE), article("one", "First text.", title="New")).changed == ("one",)
    assert plan(members(ONE), article("one", "First text.", url="https://a.example/")).changed == (
        "one",
    )


def test_an_add_never_removes() -> None:
    assert plan(members(ONE, TWO), ONE, drop=False).is_empty


def test_a_sync_removes_only_what_its_own_source_no_longer_gives() -> None:
    current = members(ONE, source=1) | members(TWO, source=2)

    assert plan(current, source=1).removed == ("one",)


def test_a_source_with_problems_keeps_its_articles() -> None:
    troubled = ReadResult(read_from("/paper", []).source, (ONE,), (Problem("two.md", "binary"),))

    made = plan_sync(members(ONE, TWO), [(1, troubled)], drop_missing=True)

    assert made.removed == ()
    assert made.kept == ("two",)


def test_a_renamed_article_is_moved_and_not_dropped() -> None:
    ten = [article(f"n{n}", f"Text {n}.", title=f"Title {n}") for n in range(10)]
    renamed = [article(f"new{n}", f"Text {n}.", title=f"Title {n}") for n in range(10)]
    made = plan(members(*ten), *renamed)

    assert made.moved == 10
    assert not drops_too_much(made, 10)


def test_an_article_that_was_removed_by_hand_is_passed_over() -> None:
    result = read_from("/paper", [ONE, TWO])
    made = plan_sync({}, [(1, result)], drop_missing=True, withheld={"two"})

    assert made.added == ("one",)


def test_the_same_file_reached_by_two_ways_is_one_article() -> None:
    one = article("one", "First text.", given=False)

    assert plan(members(one, source=1), one, source=2).is_empty


def test_a_derived_name_that_another_source_holds_is_made_unique_and_stays_so() -> None:
    other = article("one", "Another one.", given=False)
    first = plan(members(ONE, source=1), other, source=2)
    (name,) = first.added

    assert name.startswith("one~")
    named = members(ONE, source=1) | {name: Member(first.articles[name].version_id, 2)}
    assert plan(named, other, source=2).is_empty


def test_a_given_name_is_the_same_article_wherever_it_comes_from() -> None:
    made = plan(members(ONE, source=1), article("one", "Newer text."), source=2)

    assert made.changed == ("one",)


def test_dropping_more_than_a_fifth_is_too_much_but_a_few_never_are() -> None:
    ten = [article(f"n{n}", f"Text {n}.") for n in range(10)]

    assert drops_too_much(plan(members(*ten), *ten[:6]), 10)
    assert not drops_too_much(plan(members(*ten), *ten[:7]), 10)
    assert not drops_too_much(plan(members(ONE, TWO), ONE), 2)
