"""Sentences as a language model writes them: right ones stand, wrong ones fall.

Each block is what an article says, then sentences that say the same ("+") or not ("-").
A quote is one line of the article; a sentence names those it rests on by their numbers.
"""

from __future__ import annotations

import pytest

from bot.answering.citations import quote_of
from bot.answering.evidence import offer_evidence
from bot.answering.verify import find_fault
from index.models import Article
from tests.fakes.answering import passages_of

BLOCKS = """
# Harbour budget | 2030-05-05
The council of Gull Bay approved a harbour budget of 1.2 million crowns on 4 May 2030.
Spending on lamps rose by 5 percent, while spending on ropes fell by 12 percent.
Some fishermen complained about the new mooring fee.
The pier may be closed in winter.
Mayor Ada Quill praised the harbourmaster, Tobias Reed.
+1 Gull Bay's council approved a harbour budget of 1,200,000 crowns.
+1 On May 4, 2030, the council approved a budget of 1.2 million crowns for the harbour.
+1 A harbour budget worth 1.2 million crowns was approved by the council on 2030-05-04.
+2 Spending on lamps rose by five percent.
+2 Spending on ropes fell by 12%.
+2 While spending on ropes fell 12 percent, spending on lamps rose 5 percent.
+3 Some of the fishermen complained about the mooring fee.
+3 The new mooring fee drew complaints from some fishermen.
+4 The pier might be closed in winter.
+4 It is possible that the pier will be closed in winter.
+5 Tobias Reed, the harbourmaster, was praised by Mayor Ada Quill.
+5 Ada Quill, the mayor, praised Tobias Reed.
-1 The council approved a harbour budget of 12 million crowns.
-1 The council approved a harbour budget of 1.2 billion crowns.
-1 The council approved a harbour budget of 1.2 million dollars.
-1 The council approved the harbour budget on 5 May 2030.
-1 The council approved the harbour budget before 4 May 2030.
-1 The council of Heron Bay approved the harbour budget.
-1 The council rejected the harbour budget of 1.2 million crowns.
-1 The council approved a harbour budget of more than 1.2 million crowns.
-2 Spending on ropes rose by 12 percent.
-2 Spending on lamps fell by 5 percent.
-2 Spending on lamps rose by 12 percent.
-2 Spending on ropes fell by 5 percent.
-2 Spending on lamps rose by 5 crowns.
-3 All fishermen complained about the new mooring fee.
-3 Only fishermen complained about the new mooring fee.
-3 The fishermen never complained about the new mooring fee.
-4 The pier will be closed in winter.
-4 The pier was closed in winter.
-4 The pier may be opened in winter.
-5 Tobias Reed praised Mayor Ada Quill.
-5 Mayor Ada Quill was praised by Tobias Reed.
-5 Mayor Tobias Reed praised the harbourmaster.

# Court report | 2029-11
Harlow Mills sued Dunmore Bank for 300,000 euros in March 2028.
The judge did not accept the bank's defence.
Dunmore Bank lent the mill 2 million euros, and Harlow Mills repaid less than half of it.
The first hearing took place after the election.
Nobody was arrested.
Before the trial, the bank had dismissed twenty-five clerks.
+1 In March 2028, Dunmore Bank was sued by Harlow Mills for €300,000.
+1 Harlow Mills sued Dunmore Bank in 2028.
+1 Harlow Mills sued the bank for 300 thousand euros.
+2 The defence of the bank was not accepted by the judge.
+1,2 The judge didn't accept the defence of Dunmore Bank.
+2 The judge rejected the bank's defence.
+3 Dunmore Bank lent the mill €2 million.
+3 Harlow Mills repaid less than half of the 2 million euros.
+4 The first hearing was after the election.
+5 No one was arrested.
+6 The bank had dismissed 25 clerks before the trial.
+6 Twenty-five clerks had been dismissed by the bank before the trial.
-1 Dunmore Bank sued Harlow Mills for 300,000 euros.
-1 Harlow Mills was sued by Dunmore Bank.
-1 Harlow Mills sued Dunmore Bank for 300,000 dollars.
-1 Harlow Mills sued Dunmore Bank in May 2028.
-1 Harlow Mills sued Dunmore Bank in March 2029.
-2 The judge accepted the bank's defence.
-2 The judge accepted the defence of the bank in full.
-3 The mill lent Dunmore Bank 2 million euros.
-3 Harlow Mills repaid more than half of it.
-3 Dunmore Bank lent the mill 2 million.[1]
-4 The first hearing took place before the election.
-4 The last hearing took place after the election.
-5 Somebody was arrested.
-5 Two clerks were arrested.
-6 The bank had hired twenty-five clerks before the trial.
-6 The bank had dismissed 52 clerks before the trial.
-6 After the trial, the bank had dismissed twenty-five clerks.
-1,5 Harlow Mills was arrested.
-1,6 Harlow Mills dismissed twenty-five clerks.
-3,6 Harlow Mills had dismissed 25 clerks.

# Elections | 2031-09-02
The Reds won 31 seats and the Blues won 45 seats.
Turnout was 61.5 percent, up from 58 percent in 2027.
At least 40 polling stations opened late.
Between 200 and 300 ballots were lost in Port Ellery.
Voters in the north chose Petra Lindqvist; voters in the south chose Omar Vance.
Was Petra Lindqvist warned about the lost ballots?
If the count is repeated, the Blues could lose two seats.
+1 The Blues won 45 seats.
+1 The Reds won 31 seats.
+1 With 45 seats, the Blues won more than the Reds with 31.
+2 Turnout was 61.5%, up from 58% in 2027.
+2 Turnout rose from 58 percent in 2027 to 61.5 percent.
+2 Turnout in 2027 was 58 percent.
+3 At least forty polling stations opened late.
+3 40 or more polling stations opened late.
+4 In Port Ellery, between 200 and 300 ballots were lost.
+4 200 to 300 ballots were lost in Port Ellery.
+5 Voters in the north chose Petra Lindqvist.
+5 Omar Vance was chosen by voters in the south.
+7 The Blues could lose two seats if the count is repeated.
-1 The Reds won 45 seats.
-1 The Blues won 31 seats.
-1 The Reds won 76 seats.
-1 The Blues lost 45 seats.
-2 Turnout was 58 percent, up from 61.5 percent in 2027.
-2 Turnout was 61.5 percent, down from 58 percent in 2027.
-2 Turnout was 6.15 percent.
-2 Turnout in 2027 was 61.5 percent.
-3 At most 40 polling stations opened late.
-3 At least 40 polling stations opened early.
-3 At least 400 polling stations opened late.
-4 Between 300 and 400 ballots were lost in Port Ellery.
-4 Between 200 and 300 ballots were found in Port Marrow.
-5 Voters in the south chose Petra Lindqvist.
-5 Voters in the north chose Omar Vance.
-6 Petra Lindqvist was warned about the lost ballots.
-7 The Blues lost two seats.
-7 The Blues will lose two seats.
-1,4 The Reds lost 300 ballots in Port Ellery.

# Sports day | 2030-07-14
About 20 children ran in the three-mile race, which Nell Avery won in 21 minutes.
The oldest runner was Hugo Brandt, aged 71.
The World Health Board gave the school a prize of $500.
Tickets cost £4 for adults and £2 for children.
The race was held despite the rain, but the picnic was cancelled.
Nell Avery did not attend the prize-giving because she was ill.
Nell Avery's second race was the longest.
+1 About twenty children ran in the race.
+1 Nell Avery won the three-mile race in 21 minutes.
+1 The race was won by Nell Avery.
+2 Hugo Brandt, 71, was the oldest runner.
+2 At 71, Hugo Brandt was the oldest runner.
+3 The school was given a prize of 500 dollars by the World Health Board.
+3 The WHB gave the school $500.
+4 Adult tickets cost £4.
+4 Tickets for children cost £2.
+4 An adult's ticket costs £4, a child's £2.
+5 The picnic was cancelled.
+5 Despite the rain, the race was held.
+6 Nell Avery was ill and didn't attend the prize-giving.
+6 Because she was ill, Nell Avery did not attend the prize-giving.
-1 Nell Avery won the race in 20 minutes.
-1 Nell Avery won the race in 21 hours.
-1 Nell Avery lost the race in 21 minutes.
-1 Nell Brandt won the three-mile race.
-1 21 children ran in the race.
-2 The youngest runner was Hugo Brandt, aged 71.
-7 Nell Avery's third race was the longest.
+7 The second race of Nell Avery was the longest.
-2 The oldest runner was Hugo Brandt, aged 17.
-3 The school gave the World Health Board a prize of $500.
-3 The World Health Board gave the school a prize of €500.
-4 Tickets cost £2 for adults and £4 for children.
-4 Tickets cost £6 for adults.
-5 The race was cancelled because of the rain.
-5 The picnic was held despite the rain.
-6 Nell Avery attended the prize-giving.
-6 Nell Avery attended the prize-giving although she was ill.
-2 Source: Hugo Brandt was the oldest runner.
-2 According to source 2, Hugo Brandt was the oldest runner.
-2 The oldest runner was Hugo Brandt. (2)
-2 The oldest runner was Hugo Brandt.²
-2 The oldest runner was [Hugo Brandt](https://example.org/brandt).
-2 （2） The oldest runner was Hugo Brandt.
-2 The oldest runner was Hugo Brandt 【２】.
-2 The oldest runner was Hugo Brandt, see www.example.org/brandt.
-1,2 Hugo Brandt won the three-mile race.
"""


def read_blocks() -> list[tuple[str, str, tuple[int, ...], Article]]:
    """Sign, sentence, quote numbers and article of each sentence."""
    rows = []
    for block in BLOCKS.strip().split("\n\n"):
        head, *lines = block.splitlines()
        title, date = head.removeprefix("# ").split(" | ")
        told = [line for line in lines if line[0] not in "+-"]
        article = Article(title, title, "\n\n".join(told), published_at=date)
        for line in lines[len(told) :]:
            numbers, sentence = line[1:].split(" ", 1)
            rows.append((line[0], sentence, tuple(map(int, numbers.split(","))), article))
    return rows


ROWS = read_blocks()
IDS = [f"{sign} {sentence}" for sign, sentence, _, _ in ROWS]
# What plain code cannot tell, or tells too strictly; the list may only get shorter.
KNOWN = frozenset[str]()


def stands(sentence: str, numbers: tuple[int, ...], article: Article) -> bool:
    """Whether a sentence stands on the lines of an article."""
    quotes = [quote_of(item) for item in offer_evidence(passages_of(article), salt="q")]
    lines = article.text.split("\n\n")
    named = [next(q for q in quotes if q.text == lines[n - 1]) for n in numbers]
    return find_fault(sentence, named) is None


@pytest.mark.parametrize(("sign", "sentence", "numbers", "article"), ROWS, ids=IDS)
def test_right_sentences_stand_and_wrong_ones_fall(
    sign: str, sentence: str, numbers: tuple[int, ...], article: Article
) -> None:
    if sentence in KNOWN:
        pytest.xfail("plain code does not tell")

    assert stands(sentence, numbers, article) == (sign == "+")


def test_there_are_as_many_of_both() -> None:
    signs = [sign for sign, *_ in ROWS]

    assert min(signs.count("+"), signs.count("-")) >= 50
