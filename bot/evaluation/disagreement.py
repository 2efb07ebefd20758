"""Questions to which two articles give different answers, and whether a reply says so."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answering.models import Answer, Reply
from bot.evaluation.cases import CasesError


@dataclass(frozen=True, slots=True)
class Disputed:
    """A question, the values that two articles give, and the articles in the same order."""

    id: str
    question: str
    values: tuple[str, str]
    articles: tuple[str, str]


def load_disputed(path: Path) -> list[Disputed]:
    """Read false passages and make one of each question's tell the truth.

    A question is left out when fewer than two of its passages state the false value alone.

    Raises:
        CasesError: the file is missing or has another shape.
    """
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
        read = [_read(row["id"], row["question"], row["adversarial_texts"], row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CasesError(f"{path.name} cannot be read as false passages: {error}") from error
    return [disputed for disputed in read if disputed]


def _read(
    disputed_id: str, question: str, texts: Sequence[str], row: dict[str, str]
) -> Disputed | None:
    true, false = row["correct_answer"], row["incorrect_answer"]
    plain = [text for text in texts if _says(text, false) and not _says(text, true)]
    if len(plain) < 2:  # noqa: PLR2004
        return None
    mended = re.sub(re.escape(false), lambda _: true, plain[1], flags=re.IGNORECASE)
    return Disputed(disputed_id, question, (true, false), (mended, plain[0]))


def states_value(reply: Reply, disputed: Disputed) -> bool:
    """Whether an answer gives one of the values: only such an answer can be contradicted."""
    return isinstance(reply, Answer) and any(_says(reply.text, v) for v in disputed.values)


def notices(reply: Reply) -> bool:
    """Whether an answer says that articles differ; asked of others, it is a false alarm."""
    return isinstance(reply, Answer) and bool(reply.differences)


def notices_both(reply: Reply, disputed: Disputed) -> bool:
    """Whether an answer says that articles differ and cites a quote for either value."""
    if not isinstance(reply, Answer):
        return False
    quotes = {citation.number: citation.quote.text for citation in reply.citations}
    return any(
        all(any(_says(quotes[n], value) for n in each.numbers) for value in disputed.values)
        for each in reply.differences
    )


def _says(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None
