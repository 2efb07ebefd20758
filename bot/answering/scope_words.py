"""What somebody who narrowed a question is told of that, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.speech import SOURCE, language, tr, tr_n
from index.scope import Scoped
from index.when_days import tell

_TITLE = 120


def describe_scope(scoped: Scoped | None) -> str:
    """Sentences on what a search kept to and what that left out; "" where it kept to nothing."""
    return "" if scoped is None else " ".join(_describe(scoped))


def _describe(scoped: Scoped) -> Iterator[str]:
    title = _shorten(scoped.title or "")
    if title:
        yield tr("Only from: {title}.", title=title)
    since = scoped.scope.since
    if since is None or scoped.is_unknown:
        return
    if scoped.is_too_old:
        yield tr("No article is from {day} or later.", day=_tell_day(since))
        return
    yield tr("Only articles since {day}.", day=_tell_day(since))
    if scoped.undated:
        yield tr_n(
            "{count} article without a date was left out.",
            "{count} articles without a date were left out.",
            scoped.undated,
        )


def _shorten(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"


def _tell_day(day: date) -> str:
    """A day for people: "3 March 2026", "3 mars 2026"."""
    if language() == SOURCE:
        return tell(day)
    # Only who speaks another language than English waits for it.
    from babel.dates import format_date  # noqa: PLC0415 - as said

    return str(format_date(day, "long", locale=language()))
