"""Sentences that change something small, or bring in something of their own, fall."""

import re

import pytest

from bot.answering.citations import imitates_citation, show_text
from bot.answering.facts import dates_in, states_time
from bot.answering.models import Quote
from bot.answering.verify import Fault, find_fault
from bot.answering.words import words_of


def quote(text: str, title: str = "Town news", start: int = 0, version: str = "v") -> Quote:
    end = start + len(text)
    return Quote("a", version, title, None, "2031-03-04", (), None, start, end, text)


WRONG = """
The ferry leaves at 10:30 from pier two. | The ferry leaves at 8:15 from pier two.
The ferry leaves at 8 p.m. from pier two. | The ferry leaves at 8:00 a.m. from pier two.
The ferry leaves at 5:30 am from pier two. | The ferry leaves at 17:30 from pier two.
The update to 2.1.3 fixes the crash. | The update to 2.1.4 fixes the crash.
Server 10.0.0.7 is used. | Server 10.0.0.1 is used.
The final score was 2:1 for the Reds. | The final score was 1:2 for the Reds.
The Reds won 3-1. | The Reds won 1-3 in the replay.
Odds are 1/3. | Odds are 1/4.
Room B12 is open. | Room B21 is open.
Temperature was -5 degrees. | Temperature was 5 degrees.
The temperature was 5 degrees. | The temperature was minus 5 degrees.
Rent costs half of income. | Rent costs a third of income.
Rent doubled in Oslo. | Rent tripled in Oslo.
Rent halved in Oslo. | Rent doubled in Oslo.
It weighs 5 mg per tablet. | It weighs 5 g per tablet.
It weighs 5 mg per tablet. | It weighs 5 kg per tablet.
The line has 400 kV of power. | The line has 400 V of power.
The pool is 25 metres deep. | The pool is 25 metres long.
Most residents support the plan. | Some residents support the plan.
Few residents support the plan. | Many residents support the plan.
Dogs are allowed in the park. | Dogs are no longer allowed in the park.
Dogs are allowed in the park. | It is false that dogs are allowed in the park.
The library is open on Sundays. | The library is open daily except Sundays.
The plan works. | Experts doubt that the plan works.
The plan is cheap, experts said. | The plan is anything but cheap, experts said.
Experts say the plan works. | Critics say the plan works for nobody.
The council approved the budget. | The council is to vote on the budget. It has yet to be approved.
The council approved the budget. | The council postponed the budget.
The council approved the budget. | The council was asked to approve the budget.
The council approved the budget. | Residents demanded that the council approved the budget.
The bridge opened on 5 March 2031. | The bridge was to open on 5 March 2031 but remained closed.
Pets are welcome. | Pets are unwelcome.
The vaccine is effective. | The vaccine is ineffective.
Ada told clerks, nurses, doctors it is useful. | Ada told clerks, nurses, doctors it is unuseful.
Entry is free for members. | Entry is free for non-members.
Parking isnt free. | Parking is free.
Anna is older than Bea. | Bea is older than Anna.
Anna is the mother of Bea. | Bea is the mother of Anna.
Ada Lund won the election against Bo Ek. | Bo Ek won the election against Ada Lund.
Der Park ist geöffnet. | Der Park ist nicht geöffnet.
Der Park hat Wege. | Der Park hat keine Wege.
Le parc est ouvert. | Le parc n'est pas ouvert.
El parque está abierto. | El parque nunca está abierto.
Парк открыт. | Парк не открыт.
The fee is 10 euros; send it to evil.com. | The fee is 10 euros and it is due on arrival.
The work cost £91,250, and the mayor resigned. | In the end the work cost £91,250.
The tide mill cost £91,250. | In the end the work cost £91,250.
The work was free. | In the end the work cost £91,250.
The harbour office says the work cost £91,250. | In the end the work cost £91,250.
The festival is in lisbon. | The festival is in Porto.
Bertram signed the order. | Ada signed the order.
"""
RIGHT = """
The library opens at 8 a.m. | The library opens at 8:00.
The library opens at 8:00 a.m. | The library opens at 8 am.
The library opens at eight. | The library opens at 8:00 a.m.
The library opens at 8:00. | The library opens at eight.
The library opens at 5:30 pm. | The library opens at 17:30.
The Reds won 3-1. | The Reds won 3 to 1 on Sunday.
The update to 2.1.3 fixes the crash. | The crash is fixed by the update to 2.1.3.
Temperature was -5 degrees. | Temperature was minus 5 degrees at night.
One third of the rent is paid. | Ada paid a third of the rent.
Half of the rent is paid. | 50 percent of the rent is paid.
It costs half a million crowns. | The price: half a million crowns.
It holds 1.5 million litres. | It holds one and a half million litres.
It weighs 5 grams. | It weighs 5 g.
It costs 91,250 pounds. | It costs £91,250 in all.
In 2019-2021 sales rose. | Between 2019 and 2021 sales rose.
Some residents support the plan. | Most residents support the plan.
The library will open on 5 May. | The library is to open on 5 May.
The council was asked to approve it. | The council was asked to approve the budget.
The work was postponed. | The council postponed the work.
The work cost £91,250 in the end. | In the end the work cost £91,250.
The bridge work cost £91,250. | In the end the work on the bridge cost £91,250.
Nobody was hurt in the fire. | No one was hurt in the fire.
Anna is older than Bea. | Bea is younger, Anna is older than Bea.
Bea's mother is Anna. | Anna is the mother of Bea.
Der Park ist nicht geöffnet. | Im Winter ist der Park nicht geöffnet.
Send the fee to example.org. | The fee is sent to example.org.
"""


def rows(table: str) -> list[list[str]]:
    return [line.split(" | ") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("said", "told"), rows(WRONG))
def test_a_sentence_that_changes_what_is_told_falls(said: str, told: str) -> None:
    assert find_fault(said, [quote(told)]) is not None


@pytest.mark.parametrize(("said", "told"), rows(RIGHT))
def test_a_sentence_that_says_the_same_in_other_words_stands(said: str, told: str) -> None:
    assert find_fault(said, [quote(told)]) is None


def test_a_quote_that_only_asks_lends_no_words_to_one_that_tells() -> None:
    tells = quote("The stalls were counted on Sunday.")
    asks = quote("Were the stalls counted by Omar Vance?", start=60)

    assert find_fault("Omar Vance counted the stalls on Sunday.", [tells, asks]) is Fault.NAME


def test_a_strange_first_word_in_the_place_of_a_name_falls() -> None:
    told = quote("In spring Ada signed the order for the pier.")

    assert find_fault("Bertram signed the order for the pier.", [told]) is Fault.NAME


def test_a_pronoun_leads_to_what_stands_in_front_of_it_in_the_same_article_only() -> None:
    said = "Ada Quill praised 40 clerks."
    told = quote("Ada Quill met the clerks in Gull Bay.")
    behind = "She praised 40 clerks."

    assert find_fault(said, [told, quote(behind, start=50)]) is None
    assert find_fault(said, [told, quote(behind, start=50, version="w")]) is Fault.JOINED


def test_figures_of_any_length_are_read() -> None:
    huge = "1" * 5000

    assert not dates_in(words_of(f"in {huge} and {huge}.{huge}.{huge} and {huge}"))
    assert not states_time(words_of(huge))
    assert find_fault("It cost 5.", [quote(f"It cost {huge[:3000]}.")]) is Fault.FIGURE


HOSTILE = ["[", "(", "[1 ", "[ . ", "([", "<@", "](", "1-", "a.", "[see ", "【", "1:", "(1;"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_looking_for_marks_in_a_hostile_text_ends(piece: str) -> None:
    text = piece * (20_000 // len(piece))

    assert show_text(text).count("[") <= text.count("[")
    imitates_citation(text, ["Something else."])


@pytest.mark.parametrize("piece", ["a0 ", "last ", "march ", "twelve ", "half ", "1-", "1/2 "])
def test_what_is_too_long_to_compare_does_not_stand(piece: str) -> None:
    long, short = piece * (20_000 // len(piece)), piece * (700 // len(piece))

    assert find_fault(f"x {long}", [quote(f"y {long}")]) is Fault.LONG
    assert find_fault(f"x {short}", [quote(f"y {long}")]) is Fault.LONG
    assert find_fault(f"x {short}", [quote(f"y {short}")]) is not None
    assert find_fault("The boats came home. " * 50, [quote("The boats came home.")]) is Fault.LONG


def test_a_long_sentence_stands_on_itself() -> None:
    long = "The boats came home, " * 400

    assert find_fault(" ".join(long.split()), [quote(long)]) is None


def test_a_domain_is_no_abbreviation() -> None:
    assert imitates_citation("Pay at evil.com today.", ["Pay today."])
    for text in ("Open at 8 a.m. in the U.S. today.", "It ended.He left.", "about 3.5 metres"):
        found = imitates_citation(text, ["Something else."])
        assert found == bool(re.search(r"ended\.He", text))
