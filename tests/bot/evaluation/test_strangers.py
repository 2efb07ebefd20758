from bot.evaluation.cases import Case, Fact
from bot.evaluation.strangers import warn_of_strangers


def case(id_: str, *articles: str) -> Case:
    return Case(id_, "Who?", answerable=True, articles=articles)


def test_a_set_whose_articles_are_all_there_warns_of_nothing() -> None:
    known = Case("q", "Who?", answerable=True, facts=(Fact("a", "Ada."),))

    assert warn_of_strangers([known, case("r", "b"), case("s")], {"a", "b", "c"}) == []


def test_a_few_missing_articles_are_named_and_the_rest_is_counted() -> None:
    cases = [case(f"q{n}", f"missing-{n % 1000}") for n in range(2000)]

    (warning,) = warn_of_strangers(cases, {"x"})

    assert "(1,000 missing, 2,000 of 2,000 questions)" in warning
    assert warning.endswith("“missing-4” (question q4); and 995 more.")


def test_endless_ids_are_cut() -> None:
    (warning,) = warn_of_strangers([case("q" * 9000, "x" * 9000)], set())

    assert len(warning) < 400
