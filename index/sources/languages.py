"""Leaves out articles in another language than a source's options ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from index.errors import SourceError
from index.models import Article, Problem, ReadResult


async def keep_language(result: ReadResult, language: str | None) -> ReadResult:
    """The result without the articles that are clearly in another language.

    Raises:
        SourceError: no article is left, and none is known from before.
    """
    if language is None or not result.articles:
        return result
    wanted = await asyncio.to_thread(_find_wanted, result.articles, language)
    if len(wanted) == len(result.articles):
        return result
    count = len(result.articles) - len(wanted)
    some = "1 article" if count == 1 else f"{count} articles"
    message = f"Left out {some} in another language than {language!r}."
    if not wanted and not (result.unchanged or result.gone or result.failed):
        raise SourceError(f"{result.source.location}: {message} None is left.")
    return replace(
        result,
        articles=tuple(result.articles[number] for number in wanted),
        read=tuple(result.read[number] for number in wanted if result.read),
        notes=(*result.notes, Problem(result.source.location, message)),
    )


def _find_wanted(articles: Sequence[Article], language: str) -> list[int]:
    from index.language import detect_language  # noqa: PLC0415 - its model is slow to load

    base = language.lower().partition("-")[0]
    return [
        number
        for number, article in enumerate(articles)
        if detect_language(article.text) in {None, base}
    ]
