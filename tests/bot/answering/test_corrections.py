"""What a moderator put right stands where the article's own sentence would have stood."""

from __future__ import annotations

from dataclasses import replace

from bot.answering.citations import quote_of
from bot.answering.corrections import MOST_CHARACTERS, put_notes_first, without_corrected
from bot.answering.evidence import offer_evidence
from bot.answering.models import Citation, Evidence, LinkedSentence
from bot.rendering.sources import write_sources
from index.chunking import sentence_spans
from index.models import Correction, Passage

NOTE_ID = "moderator-note:1"
WRONG = "The wall costs four crowns."
OTHER = "It stands since May."


def passage(article_id: str, text: str, *corrections: Correction) -> Passage:
    return Passage(
        chunk_id=f"{article_id}-c",
        article_id=article_id,
        version_id=f"{article_id}-v",
        title=article_id,
        url=None,
        published_at=None,
        authors=(),
        publisher=None,
        heading="",
        start=0,
        end=len(text),
        text=text,
        sentences=sentence_spans(text, 0, ()),
        score=0.9,
        cosine=None,
        bm25=None,
        corrections=corrections,
    )


def evidence_of(note: str) -> tuple[Evidence, ...]:
    wall = passage("wall", f"{WRONG} {OTHER}", Correction(0, len(WRONG), NOTE_ID))
    return offer_evidence([passage(NOTE_ID, note), wall], salt="q")


def sentence(*items: Evidence) -> LinkedSentence:
    return LinkedSentence(items[0].text, tuple(map(quote_of, items)))


def named(evidence: tuple[Evidence, ...], text: str) -> Evidence:
    return next(item for item in evidence if item.text == text)


def test_a_corrected_sentence_gives_way_to_the_note() -> None:
    evidence = evidence_of("The wall costs six crowns.")
    wrong, other = named(evidence, WRONG), named(evidence, OTHER)
    put = put_notes_first([sentence(wrong), sentence(other)], evidence)

    assert [each.text for each in put] == ["The wall costs six crowns.", OTHER]
    assert [quote.article_id for quote in put[0].quotes] == [NOTE_ID]


def test_one_that_rests_on_more_stays_behind_the_note_and_says_what_corrects_it() -> None:
    evidence = evidence_of("The wall costs six crowns.")
    both = sentence(named(evidence, WRONG), named(evidence, OTHER))
    put = put_notes_first([both], evidence)

    assert [each.text for each in put] == ["The wall costs six crowns.", WRONG]
    assert [quote.corrected_by for quote in put[1].quotes] == [NOTE_ID, None]


def test_the_note_is_told_once_though_it_was_chosen_as_well() -> None:
    evidence = evidence_of("The wall costs six crowns.")
    said, wrong = named(evidence, "The wall costs six crowns."), named(evidence, WRONG)
    put = put_notes_first([sentence(wrong), sentence(said), sentence(wrong)], evidence)

    assert [each.text for each in put] == ["The wall costs six crowns."]


def test_a_long_note_is_cut_between_sentences() -> None:
    long = " ".join(f"Sentence number {n} says something of the wall." for n in range(30))
    evidence = evidence_of(long)
    put = put_notes_first([sentence(named(evidence, WRONG))], evidence)

    assert 1 < len(put) < 30
    assert sum(len(each.text) for each in put) <= MOST_CHARACTERS


def test_without_the_note_the_sentence_stays_as_it_is() -> None:
    evidence = tuple(e for e in evidence_of("x y.") if e.passage.article_id != NOTE_ID)
    wrong = sentence(named(evidence, WRONG))

    assert put_notes_first([wrong], evidence) == (wrong,)


def test_what_is_corrected_contradicts_nothing() -> None:
    evidence = evidence_of("The wall costs six crowns.")

    assert WRONG not in {item.text for item in without_corrected(evidence)}
    plain = [replace(e, passage=replace(e.passage, corrections=())) for e in evidence]
    assert len(without_corrected(plain)) == len(plain)


def test_a_source_that_a_note_corrects_says_so() -> None:
    evidence = evidence_of("The wall costs six crowns.")
    wrong, other = (Citation(1, quote_of(named(evidence, text)), None) for text in (WRONG, OTHER))

    assert "corrected by a moderator note" in write_sources([wrong])
    assert "corrected by" not in write_sources([other])
    note = Citation(1, quote_of(named(evidence, "The wall costs six crowns.")), None)
    assert "moderator note" in write_sources([note])
