from dataclasses import replace

import pytest

from bot.answering.citations import quote_of
from bot.answering.evidence import offer_evidence
from bot.answering.models import LinkedSentence, Quote
from bot.answering.verify import Fault, find_fault, stands, verify
from index.models import Article
from tests.fakes.answering import passages_of

HARBOUR = Article(
    "harbour",
    "Harbour council meets",
    "The council approved a 40% rise and $3 million for the pier on May 4, 2030. "
    "Mayor Ada Quill did not sign the order. "
    "The Reds won 31 seats on Sunday, two shy of a majority. "
    "The offer was rejected by the union.\n\n"
    "Prices are listed [3] below.",
    published_at="2030-05-05",
)
MARKET = Article(
    "market",
    "Market",
    "Stalls cost twelve crowns. The market opens at seven. Some stalls open later. "
    "The stalls may close early in winter. Were the stalls flooded?",
)
TEXTS = {a.version_id: a.text for a in (HARBOUR, MARKET)}
RISE, ORDER, SEATS, OFFER, PRICES = map(quote_of, offer_evidence(passages_of(HARBOUR), salt="q"))
STALLS, OPENS, FEW, EARLY, ASKED = map(quote_of, offer_evidence(passages_of(MARKET), salt="q"))


@pytest.mark.parametrize("quote", [RISE, ORDER, SEATS, OFFER, PRICES, STALLS, OPENS])
def test_a_sentence_of_the_article_stands_on_itself(quote: Quote) -> None:
    assert find_fault(quote.text, [quote]) is None


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("A 40% rise and 3 million dollars for the pier were approved.", [RISE]),
        ("On May 4, 2030, the council approved $3 million for the pier.", [RISE]),
        ("Ada Quill didn't sign the order.", [ORDER]),
        ("With 31 seats, the Reds won, two short of a majority.", [SEATS]),
        ("The union rejected the offer.", [OFFER]),
        ("A stall costs 12 crowns.", [STALLS]),
        ("The Reds won 31 seats, and the mayor, Ada Quill, did not sign.", [SEATS, ORDER]),
        ("In 2030 the council approved a rise of 40 percent.", [RISE]),
    ],
)
def test_a_faithful_paraphrase_stands(text: str, quotes: list[Quote]) -> None:
    assert find_fault(text, quotes) is None


@pytest.mark.parametrize(
    ("text", "quotes", "fault"),
    [
        ("The council approved a 45% rise for the pier.", [RISE], Fault.FIGURE),
        ("The council approved a 3% rise and $40 million for the pier.", [RISE], Fault.FIGURE),
        ("The council approved €3 million for the pier.", [RISE], Fault.UNIT),
        # The article is of 5 May: a number of dollars it is not.
        ("The council approved $5 for the pier.", [RISE], Fault.FIGURE),
        ("The council approved 40 tonnes for the pier.", [RISE], Fault.UNIT),
        ("The Reds won two seats on Sunday.", [SEATS], Fault.FIGURE),
        ("The council approved the pier on May 5, 2030.", [STALLS, ORDER], Fault.WORDING),
        ("The council approved the pier in June.", [RISE], Fault.DATE),
        ("The council approved the pier on March 4.", [RISE], Fault.DATE),
        ("Mayor Bertram Quill did not sign the order.", [ORDER], Fault.NAME),
        ("Mayor Ada Quill did sign the order.", [ORDER], Fault.NEGATION),
        ("Mayor Ada Quill signed the order.", [ORDER], Fault.NEGATION),
        ("The Reds never won seats on Sunday.", [SEATS], Fault.NEGATION),
        ("Every fisherman praised better lamps.", [RISE], Fault.WORDING),
        ("", [RISE], Fault.WORDING),
        ("The council approved a rise.", [], Fault.NO_QUOTE),
        ("The Reds lost 31 seats on Sunday.", [SEATS], Fault.OPPOSITE),
        ("The council approved a rise of over 40% for the pier.", [RISE], Fault.FIGURE),
        ("Mayor Ada Quill won 31 seats on Sunday.", [SEATS, ORDER], Fault.JOINED),
        ("The offer rejected the union.", [OFFER], Fault.ROLES),
        ("All stalls will open at seven.", [OPENS, FEW], Fault.CERTAINTY),
        ("The stalls close early in winter.", [EARLY], Fault.CERTAINTY),
        ("The stalls were flooded.", [ASKED], Fault.ASKED),
        ("A stall costs 12 crowns. (1)", [STALLS], Fault.CITES),
    ],
)
def test_a_sentence_that_says_more_than_its_quotes_falls(
    text: str, quotes: list[Quote], fault: Fault
) -> None:
    assert find_fault(text, quotes) is fault


def test_the_question_repeated_as_a_statement_does_not_stand() -> None:
    said = "The winner of the golden oar was announced by the ferry company."

    assert find_fault(said, [SEATS]) is Fault.WORDING


def test_an_imitated_citation_is_no_citation() -> None:
    said = LinkedSentence("[1] according to the council, the rise is approved", (RISE,))

    assert verify([said], TEXTS) == ()


def test_a_bracketed_number_of_the_article_itself_does_no_harm() -> None:
    said = LinkedSentence("Prices are listed (3) below.", (PRICES,))

    assert verify([said], TEXTS) == (said,)


@pytest.mark.parametrize(
    "broken",
    [
        replace(RISE, text="The council approved a 40% rise."),
        replace(RISE, text=RISE.text + " "),
        replace(RISE, text="The council approved ... two shy of a majority."),
        replace(RISE, start=RISE.start + 1),
        replace(RISE, end=10**6),
        replace(RISE, start=-5, end=-1, text="elow"),
        replace(RISE, start=3, end=3, text=""),
        replace(RISE, version_id=MARKET.version_id),
        replace(RISE, version_id="unknown"),
    ],
    ids="shortened longer stitched shifted beyond negative empty wrong-article unknown".split(),
)
def test_a_quote_that_is_not_in_its_article_drops_with_its_sentence(broken: Quote) -> None:
    assert not stands(broken, TEXTS)
    assert verify([LinkedSentence(broken.text, (broken,))], TEXTS) == ()


def test_a_sentence_keeps_the_quotes_that_stand() -> None:
    broken = replace(RISE, version_id="unknown")

    (kept,) = verify([LinkedSentence(STALLS.text, (broken, STALLS))], TEXTS)

    assert kept.quotes == (STALLS,)
