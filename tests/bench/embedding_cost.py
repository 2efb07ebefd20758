"""What a passage's vector costs, beside a question's: processor time on one core.

    python tests/bench/embedding_cost.py DATA_FOLDER

It reads passages of a library in a data folder with SQLite, and changes nothing.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from index.minilm import load_minilm

_PASSAGES = 200
_QUESTIONS = (
    "When does the ferry to Lunden sail again?",
    "How much will the work on the harbour wall cost?",
)
_SQL = (
    'SELECT substr(v.text, c.start + 1, c."end" - c.start) FROM chunk AS c '
    "JOIN version AS v ON v.pk = c.version ORDER BY c.chunk_id LIMIT ?"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    path = parser.parse_args().folder / "footnote.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        passages = [row[0] for row in connection.execute(_SQL, (_PASSAGES,))]
    model = load_minilm()

    def cost(texts: Sequence[str]) -> float:
        began = time.process_time()
        for text in texts:
            model.get_text_embedding_batch([text])
        return (time.process_time() - began) / len(texts) * 1000

    cost(_QUESTIONS * 5)
    question, passage = cost(_QUESTIONS * 50), cost(passages)
    length = sum(map(len, passages)) / len(passages)
    sys.stdout.write(
        f"a question: {question:.1f} ms of one core\n"
        f"a passage of {length:.0f} characters: {passage:.1f} ms, {passage / question:.1f} times\n"
    )


if __name__ == "__main__":
    main()
