"""Puts what moderators' notes say in the place of the sentences that they correct.

Whoever composes an answer may choose a sentence that a moderator has put right: it is what the
article says. It is not shown as the answer: the note is, letter for letter and cited as every
other sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answering.citations import quote_of, show_text
from bot.answering.models import Evidence, LinkedSentence, Quote

MOST_CHARACTERS = 600
"""How much of a note an answer shows at once; one sentence is shown however long it is."""


def put_notes_first(
    sentences: Sequence[LinkedSentence], evidence: Sequence[Evidence]
) -> tuple[LinkedSentence, ...]:
    """The sentences, each note in front of the first one that it corrects.

    A sentence that stands on nothing but what notes correct gives way; one that rests on
    other quotes as well stays, behind the note.
    """
    notes = _group_notes(evidence)
    told: set[str] = set()
    put: list[LinkedSentence] = []
    for sentence in sentences:
        for quote in sentence.quotes:
            note = quote.corrected_by
            if note is not None and note in notes and note not in told:
                told.add(note)
                put += [_tell(item) for item in _take_first(notes[note])]
        if not all(quote.corrected_by in notes for quote in sentence.quotes):
            put.append(sentence)
    return _drop_repeats(put)


def without_corrected(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence without what a note puts right: it contradicts nothing any more."""
    return tuple(item for item in evidence if item.passage.corrected_by(item.span) is None)


def _group_notes(evidence: Sequence[Evidence]) -> Mapping[str, Sequence[Evidence]]:
    named = {c.note_id for item in evidence for c in item.passage.corrections}
    groups: dict[str, list[Evidence]] = {}
    for item in evidence:
        if item.passage.article_id in named:
            groups.setdefault(item.passage.article_id, []).append(item)
    return {note: sorted(items, key=lambda i: i.span.start) for note, items in groups.items()}


def _take_first(items: Sequence[Evidence]) -> Sequence[Evidence]:
    """The first sentences of a note, as many as an answer shows."""
    length = 0
    for count, item in enumerate(items):
        length += len(item.text)
        if length > MOST_CHARACTERS and count:
            return items[:count]
    return items


def _tell(item: Evidence) -> LinkedSentence:
    return LinkedSentence(show_text(item.text), (quote_of(item),))


def _drop_repeats(sentences: Sequence[LinkedSentence]) -> tuple[LinkedSentence, ...]:
    """Without what says the same again: a composer may have chosen the note's sentence, too."""
    seen: set[tuple[Quote, ...]] = set()
    kept = []
    for sentence in sentences:
        if sentence.quotes not in seen or not sentence.quotes:
            kept.append(sentence)
        seen.add(sentence.quotes)
    return tuple(kept)
