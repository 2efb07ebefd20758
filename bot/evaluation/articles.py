"""Articles of question sets that are not in our own format, rewritten so that they can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.evaluation.lines import CasesError, read_lines


def prepare_articles(path: Path, folder: Path) -> Path:
    """Where the articles can be read from: ``path`` itself, or a copy in ``folder``.

    CLAPnq's passages become an article each, TimeQA's paragraphs one text.

    Raises:
        CasesError: a file of JSON lines cannot be read.
    """
    if not path.name.endswith((".jsonl", ".jsonl.gz")):
        return path
    _, first = next(read_lines(path), (0, {}))
    if "text" in first and "passage_id" not in first:
        return path
    if "paragraphs" not in first and "passage_id" not in first:
        return path  # reading it says what is wrong with each line
    rows = []
    for number, row in read_lines(path):
        try:
            rows.append(_to_article(row))
        except (KeyError, TypeError) as error:
            raise CasesError(f"{path}, line {number}: not an article ({error!r}).") from error
    return write_articles(rows, folder)


def write_articles(rows: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """A file in ``folder`` of articles in our own format."""
    target = folder / "articles.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    target.write_text("".join(lines), encoding="utf-8")
    return target


def _to_article(row: Mapping[str, Any]) -> dict[str, Any]:
    if "paragraphs" in row:
        text = "\n\n".join(row["paragraphs"])
        return {"id": row["id"], "title": row["title"], "text": text}
    return {"id": row["passage_id"], "title": row["title"], "text": row["text"]}
