"""Taking articles and sources out, marking what is superseded, and the list of sources."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment
from bot.rendering.history import leave_button
from bot.rendering.lists import (
    Names,
    count,
    cut_page,
    page_buttons,
    show_place,
    show_title,
    write_actor,
    write_reason,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import shorten
from bot.speech import mark, say_number, tr
from index.entries import SourceOptions
from index.models import SourceKind
from index.records import SourceInfo, Supersession

SOURCES_PAGE = 6
_LOCATION_LIMIT = 200
_OUTCOME_LIMIT = 160
_PATTERN_LIMIT = 60
_SCHEDULE_LIMIT = 60
_KINDS = {
    SourceKind.FILE: mark("file"),
    SourceKind.FOLDER: mark("folder"),
    SourceKind.JSONL: mark("jsonl"),
    SourceKind.PAGE: mark("page"),
    SourceKind.SITEMAP: mark("sitemap"),
    SourceKind.FEED: mark("feed"),
    SourceKind.UPLOAD: mark("upload"),
}


def render_removal(title: str, article_key: str, reason: str) -> Card:
    """What taking an article out means, before it is done."""
    told = tr(
        "It leaves at once, and reading its source again does not bring it back. "
        "`/index rollback` does."
    )
    text = f"{tr('**Take 1 article out of the answers?**')}\n- {show_title(title)}\n{told}"
    go = Button(tr("Take it out"), action_id("article", "remove", article_key), Style.DANGER)
    return Card(_with_reason(text, reason), Tone.WARNING, actions=(go, leave_button()))


def render_source_removal(source: SourceInfo, reason: str) -> Card:
    """What forgetting a source means, before it is done."""
    articles = count(source.articles, "article")
    asked = tr(
        "**Forget this source and take its {articles} out of the answers?**", articles=articles
    )
    told = tr("They leave at once. `/index rollback` brings the articles back, not the source.")
    text = f"{asked}\n- {show_place(source.source.location, _LOCATION_LIMIT)}\n{told}"
    go = Button(
        tr("Take {articles} out", articles=articles),
        action_id("source", "remove", source.key),
        Style.DANGER,
    )
    return Card(_with_reason(text, reason), Tone.WARNING, actions=(go, leave_button()))


def render_superseded(label: Supersession, title: str, article_key: str) -> Card:
    """That an article is now labelled, with the way back."""
    told = tr(
        "**{title}** is now labelled as superseded by **{newer}**.",
        title=show_title(title),
        newer=show_title(label.by_title or label.by),
    )
    text = f"{told}\n-# " + tr("It stays findable; answers that cite it say so.")
    undo = Button(tr("Take the label off"), action_id("article", "unmark", article_key))
    return Card(_with_reason(text, label.reason), Tone.DONE, actions=(undo,))


def render_unmarked(title: str) -> Card:
    """That an article is no longer labelled."""
    text = tr("**{title}** is not labelled as superseded.", title=show_title(title))
    return Card((text,), Tone.DONE)


def render_sources(sources: Sequence[SourceInfo], names: Names, page: int = 0) -> Card:
    """The remembered sources with how they are read, when, and how it went."""
    if not sources:
        return Card((tr("No source is remembered. `/index add` remembers one."),), Tone.PLAN)
    page, pages, blocks = cut_page(
        sources, page, lambda each: _write_source(each, names), size=SOURCES_PAGE
    )
    closing = "-# " + tr(
        "`/index schedule` reads one by the clock, `/index sync` reads them all now."
    )
    return Card(
        (tr("**Sources**"), *blocks, closing),
        Tone.PLAN,
        actions=page_buttons(page, pages, "source", "list"),
    )


def render_schedule(source: SourceInfo) -> Card:
    """When a source is read from now on."""
    return Card((f"{_write_location(source)}\n{_write_schedule(source)}",), Tone.DONE)


def _write_source(source: SourceInfo, names: Names) -> str:
    kind = f"{tr(_KINDS[source.source.kind])} · {count(source.articles, 'article')}"
    outcome = shorten(source.outcome, _OUTCOME_LIMIT)
    lines = [
        _write_location(source),
        " · ".join(filter(None, [kind, *_write_options(source.options)])),
        _write_schedule(source),
        tr("Last time ({when}): {outcome}", when=moment(source.last_run, "R"), outcome=outcome)
        if outcome
        else "",
        "-# "
        + tr(
            "added {when} · {name}",
            when=moment(source.added_at),
            name=write_actor(source.added_by, names),
        ),
    ]
    return "\n".join(filter(None, lines))


def _write_location(source: SourceInfo) -> str:
    return f"**{source.key}** · {show_place(source.source.location, _LOCATION_LIMIT)}"


def _write_schedule(source: SourceInfo) -> str:
    if source.source.kind is SourceKind.UPLOAD:
        return tr("A file that was handed over; it cannot be read again")
    if not source.schedule:
        return tr("Read only when somebody asks for it")
    when = shorten(source.schedule, _SCHEDULE_LIMIT)
    if source.paused:
        return tr(
            "Read {when}: **paused** after a rollback; set the schedule again to go on", when=when
        )
    if source.next_run:
        return tr("Read {when}, next {next}", when=when, next=moment(source.next_run, "R"))
    return tr("Read {when}", when=when)


def _write_options(options: SourceOptions) -> list[str]:
    told = []
    if options.include:
        told.append(tr("only {patterns}", patterns=_join_patterns(options.include)))
    if options.exclude:
        told.append(tr("without {patterns}", patterns=_join_patterns(options.exclude)))
    if options.language:
        told.append(tr("in {language}", language=shorten(options.language, 8)))
    if options.limit is not None:
        told.append(tr("at most {number}", number=say_number(options.limit)))
    return told


def _join_patterns(patterns: Sequence[str]) -> str:
    return ", ".join(shorten(each, _PATTERN_LIMIT) for each in patterns[:5])


def _with_reason(text: str, reason: str) -> tuple[str, ...]:
    return tuple(filter(None, [text, write_reason(reason)]))
