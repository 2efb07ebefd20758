"""That articles say different things of the same, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.answering.models import Answer, Citation, Difference
from bot.rendering.dates import readable_date
from bot.rendering.text import isolate, shorten, without_mark_likes
from bot.speech import mark, tr, tr_n

SHOWN = 2
SAYINGS_SHOWN = 4
UNDATED = mark("no date")
DIFFER = mark("The articles differ:")
_VALUE_LIMIT = 80
_DATE_LIMIT = 40


def write_differences(answer: Answer) -> str:
    """A line for each thing that the articles differ in, the newest first; "" without any."""
    by_number = {citation.number: citation for citation in answer.citations}
    lines = [_write(each, by_number) for each in answer.differences[:SHOWN]]
    return "\n".join(f"**{tr(DIFFER)}** {line}" for line in lines)


def cited_in(differences: Sequence[Difference]) -> tuple[int, ...]:
    """The numbers that those lines name, each once."""
    named = (number for each in differences[:SHOWN] for number in each.numbers[:SAYINGS_SHOWN])
    return tuple(dict.fromkeys(named))


def _write(difference: Difference, by_number: Mapping[int, Citation]) -> str:
    pairs = zip(difference.numbers, difference.values, strict=False)
    said = [_write_saying(by_number[number], value) for number, value in pairs]
    more = len(said) - SAYINGS_SHOWN
    shown = ", ".join(said[:SAYINGS_SHOWN])
    if more <= 0:
        return f"{shown}."
    return tr_n("{said}, and {count} more.", "{said}, and {count} more.", more, said=shown)


def _write_saying(citation: Citation, value: str) -> str:
    about = ", ".join(_describe(citation))
    saying = shorten(without_mark_likes(value), _VALUE_LIMIT)
    return tr(
        "{source} says “{saying}”", source=f"[{citation.number}] ({about})", saying=isolate(saying)
    )


def _describe(citation: Citation) -> Iterator[str]:
    date = readable_date(citation.quote.published_at)
    yield shorten(date, _DATE_LIMIT) if date else tr(UNDATED)
    if citation.quote.superseded_by is not None:
        yield tr("superseded")
