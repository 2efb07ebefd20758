"""What happened to a library, as cards for its moderators."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rendering.actions import Button, Style, action_id
from bot.rendering.dates import moment, readable_size
from bot.rendering.jobs import describe_running
from bot.rendering.lists import (
    Section,
    count,
    join_counts,
    list_problems,
    make_section,
    show_place,
    show_title,
    write_sections,
)
from bot.rendering.parts import Card, Tone
from bot.rendering.text import measure, shorten, shorten_lines
from bot.speech import tr
from index.models import LibraryStatus, Source, SyncReport, VerifyReport
from index.records import JobInfo

_NAMES_SHOWN = 5
_NAME_LIMIT = 80
_SOURCES_SHOWN = 8
_SOURCE_LIMIT = 120
_SENTENCE_LIMIT = 900
_RESERVE = 40


def render_report(report: SyncReport, *, guard_follows: bool = False) -> Card:
    """What an add, sync, publication, removal or rollback did.

    ``guard_follows`` says that what was held back comes on a card of its own.
    """
    opening = summarise_report(report)
    sections = _list_outcome(report)[guard_follows:]
    return Card(
        (opening, *write_sections(sections, taken=measure(opening) + _RESERVE)),
        Tone.WARNING if report.failing or (report.held and not guard_follows) else Tone.DONE,
        actions=() if guard_follows else held_actions(report),
    )


def summarise_report(report: SyncReport) -> str:
    """What was done, in counts: fit for a channel whose readers are no moderators."""
    if not report.published:
        told = [tr("**Nothing changed**: edition {edition}.", edition=report.edition)]
        if report.unchanged:
            # Going back counts no articles where nothing has to change.
            same = count(report.unchanged, "article")
            told = [
                tr(
                    "**Nothing changed**: {articles} as before, edition {edition}.",
                    articles=same,
                    edition=report.edition,
                )
            ]
        if report.held:
            held = count(len(report.suspicious), "article")
            told.append(tr("{articles} held back.", articles=held))
        return " ".join(told)
    counted = join_counts(
        (len(report.added), "added"),
        (len(report.changed), "changed"),
        (len(report.removed), "removed"),
        (len(report.moved), "moved"),
        (report.unchanged, "unchanged"),
        (len(report.suspicious) if report.held else 0, "held back"),
    )
    head = tr(
        "**Edition {edition} is published** in {seconds} s",
        edition=report.edition,
        seconds=f"{report.seconds:.1f}",
    )
    return f"{head}\n{counted}"


def held_actions(report: SyncReport) -> tuple[Button, ...]:
    """Ways to the plan that holds what was held back."""
    if report.held is None:
        return ()
    return _plan_buttons(report.held)


def render_scheduled(
    sources: Sequence[str],
    *,
    report: SyncReport | None,
    problem: str = "",
    held: str | None = None,
    recovered: bool = False,
) -> Card:
    """What reading sources by their schedule came to, for the moderators' channel.

    Args:
        sources: Where they are.
        report: What it did; None where it failed.
        problem: The sentence of what went wrong, "" if nothing did.
        held: The plan that waits for a moderator.
        recovered: Whether reading them failed the last time and no longer does.
    """
    where = make_section("-# " + tr("Read by schedule:"), sources, _write_read, shown=5)
    closing = where.write() if sources else "-# " + tr("Read by schedule")
    told = shorten_lines(problem, _SENTENCE_LIMIT)
    if report is None:
        opening = (
            tr("**A scheduled run waits for a moderator**")
            if held
            else tr("**A scheduled run failed**")
        )
        buttons = _plan_buttons(held) if held else ()
        blocks = (f"{opening}\n{told}" if told else opening, closing)
        return Card(blocks, Tone.WARNING, actions=buttons)
    opening = summarise_report(report)
    if recovered:
        opening = f"{tr('**Reading works again.**')}\n{opening}"
    taken = sum(map(measure, (opening, told, closing))) + _RESERVE
    sections = write_sections(_list_outcome(report), taken=taken)
    is_fine = not (report.held or report.problems or told)
    return Card(
        tuple(filter(None, [opening, told, *sections, closing])),
        Tone.DONE if is_fine else Tone.WARNING,
        actions=held_actions(report) or (_plan_buttons(held) if held else ()),
    )


def render_status(status: LibraryStatus, running: JobInfo | None = None) -> Card:
    """What the library of a server holds, and what is being done to it."""
    job = describe_running(running) if running else ""
    if status.edition is None:
        text = tr("The library of this server is empty. `/index add` puts articles in.")
        return Card(tuple(filter(None, [text, job])), Tone.PLAN)
    edition = status.edition
    database, vectors = readable_size(status.database_bytes), readable_size(status.vector_bytes)
    opening = "\n".join(
        [
            tr(
                "**Edition {edition}**, published {when}",
                edition=edition.number,
                when=moment(edition.published_at),
            ),
            tr(
                "{articles} in {pieces}",
                articles=count(status.articles, "article"),
                pieces=count(status.chunks, "searchable piece"),
            ),
            "-# "
            + tr(
                "{database} in the database, {vectors} in the vector index",
                database=database,
                vectors=vectors,
            ),
        ]
    )
    sources = make_section(tr("**Sources**"), status.sources, _write_source, shown=_SOURCES_SHOWN)
    blocks = (opening, *write_sections([sources], taken=measure(opening) + 200), job)
    return Card(tuple(filter(None, blocks)), Tone.PLAN)


def render_verified(report: VerifyReport) -> Card:
    """Whether the parts of the library agree."""
    pieces = count(report.chunks, "searchable piece")
    if not report.problems:
        whole = tr(
            "**The library is whole**: edition {edition}, {pieces}.",
            edition=report.edition,
            pieces=pieces,
        )
        return Card((whole,), Tone.DONE)
    opening = tr(
        "**The library is not whole**: edition {edition}, {pieces}.",
        edition=report.edition,
        pieces=pieces,
    )
    closing = "-# " + tr("Whoever runs the bot can mend this with `footnote index rebuild`.")
    taken = measure(opening) + measure(closing) + _RESERVE
    section = make_section(tr("**What is wrong**"), report.problems, _write_wrong, shown=6)
    return Card((opening, *write_sections([section], taken=taken), closing), Tone.WARNING)


def _list_outcome(report: SyncReport) -> list[Section]:
    moved = tuple(f"{was} → {now}" for was, now in report.moved)
    doubles = tuple(
        tr("{loser} (the same as {winner})", loser=loser, winner=winner)
        for loser, winner in report.duplicates
    )
    return [
        list_problems(tr("**Held back: a moderator has to look first**"), report.suspicious),
        _list_names(tr("**Golden questions that no longer cite their article**"), report.failing),
        _list_names(tr("**Added**"), report.added),
        _list_names(tr("**Changed**"), report.changed),
        _list_names(tr("**Removed**"), report.removed),
        _list_names(tr("**Moved**"), moved),
        _list_names(tr("**Left out as duplicates**"), doubles),
        list_problems(tr("**Could not be read**"), report.problems),
        list_problems(tr("**Good to know**"), report.notes),
    ]


def _list_names(head: str, names: Sequence[str]) -> Section:
    return make_section(head, names, _write_name, shown=_NAMES_SHOWN)


def _write_name(name: str) -> str:
    return f"- {show_title(name, _NAME_LIMIT)}"


def _write_read(location: str) -> str:
    return f"-# {show_place(location, _SOURCE_LIMIT)}"


def _write_source(source: Source) -> str:
    return f"- {show_place(source.location, _SOURCE_LIMIT)}"


def _write_wrong(problem: str) -> str:
    return f"- {shorten(problem, _SENTENCE_LIMIT) or tr('something')}"


def _plan_buttons(plan_id: str) -> tuple[Button, ...]:
    return (
        Button(tr("Publish …"), action_id("plan", "publish", plan_id), Style.MAIN),
        Button(tr("Show the plan"), action_id("plan", "show", plan_id)),
    )
