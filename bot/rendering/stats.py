"""The figures of ``/stats`` in words, and what a screen reader says of the picture."""

from __future__ import annotations

from datetime import date

from bot.rendering.actions import Choice, Menu, action_id
from bot.rendering.lists import show_title
from bot.rendering.parts import DESCRIPTION_LIMIT, Attachment, Card, Tone
from bot.rendering.text import plain_line
from bot.speech import mark, tr, tr_n
from bot.state.stats import Stats

PERIODS = (7, 30, 90)
PICTURE = "statistics.png"
_MONTHS = (
    mark("Jan"),
    mark("Feb"),
    mark("Mar"),
    mark("Apr"),
    mark("May"),
    mark("Jun"),
    mark("Jul"),
    mark("Aug"),
    mark("Sep"),
    mark("Oct"),
    mark("Nov"),
    mark("Dec"),
)
_REASONS = {
    "library_empty": mark("the library was empty"),
    "nothing_found": mark("nothing was found"),
    "not_supported": mark("found, but nothing that answers it"),
    "too_old": mark("only older articles"),
    "model_down": mark("the language model was away"),
    "unclear_question": mark("the question was unclear"),
    "no_such_article": mark("the article was unknown"),
}
_NOTHING = "–"
_TITLE_LIMIT = 90


def render_stats(stats: Stats, picture: bytes | None, *, kept_days: int) -> Card:
    """The figures; ``kept_days`` is for how long the server keeps answers."""
    days = len(stats.days)
    head = "**" + tr_n("The last day", "The last {count} days", days) + "**"
    menu = _make_menu(days)
    if not stats.asked:
        nothing = tr("Nothing was asked in this time. Members ask with `/ask`.")
        return Card((head, nothing), Tone.DONE, actions=(menu,))
    attachment = None
    if picture is not None:
        described = describe_stats(stats)
        attachment = Attachment(PICTURE, picture, described, is_picture=True)
    blocks = [head, "\n".join(_write_figures(stats)), _write_cited(stats)]
    notes = [tr("Days are by UTC. Private questions count, and are shown to nobody.")]
    if kept_days < days:
        notes.append(
            tr_n(
                "Answers are kept for {count} day here, so there are no older figures.",
                "Answers are kept for {count} days here, so there are no older figures.",
                kept_days,
            )
        )
    blocks.append("-# " + " ".join(notes))
    shown = tuple(filter(None, blocks))
    return Card(shown, Tone.PLAN, actions=(menu,), attachment=attachment)


def describe_stats(stats: Stats) -> str:
    """The picture in words, for who cannot see it; at most what Discord takes."""
    busiest = max(stats.days, key=lambda day: day.answered + day.refused)
    told = [
        tr_n("Chart of the last day.", "Chart of the last {count} days.", len(stats.days)),
        *(f"{line.removeprefix('- ').replace('**', '')}." for line in _write_figures(stats)),
        tr_n(
            "Most were asked on {day}: {count} question.",
            "Most were asked on {day}: {count} questions.",
            busiest.answered + busiest.refused,
            day=label_day(busiest.day),
        ),
    ]
    if stats.cited:
        first = stats.cited[0]
        title = plain_line(first.title, _TITLE_LIMIT)
        told.append(
            tr_n(
                "Cited most: “{title}”, in {count} answer.",
                "Cited most: “{title}”, in {count} answers.",
                first.answers,
                title=title,
            )
        )
    return plain_line(" ".join(told), DESCRIPTION_LIMIT)


def say_share(part: int, whole: int) -> str:
    """A share in percent; a dash where there is nothing to share."""
    return f"{100 * part / whole:.0f} %" if whole else _NOTHING


def say_milliseconds(given: float | None) -> str:
    """A time as people read it; a dash where it is unknown."""
    if given is None:
        return _NOTHING
    return f"{given:.0f} ms" if given < 1000 else f"{given / 1000:.1f} s"  # noqa: PLR2004


def label_day(day: date) -> str:
    """A day on an axis: "9 Jun"."""
    return f"{day.day} {tr(_MONTHS[day.month - 1])}"


def _write_figures(stats: Stats) -> list[str]:
    votes = stats.helpful + stats.not_helpful
    lines = [
        tr_n("**{count}** question", "**{count}** questions", stats.asked)
        + ": "
        + tr(
            "{answered} answered ({share}), {refused} refused",
            answered=f"{stats.answered:,}",
            share=say_share(stats.answered, stats.asked),
            refused=f"{stats.refused:,}",
        )
    ]
    if stats.refusals:
        reasons = (f"{tr(_REASONS.get(name, name))} ({count:,})" for name, count in stats.refusals)
        lines.append(tr("Why refused: {reasons}", reasons=", ".join(reasons)))
    lines.append(
        tr_n(
            "**{count}** vote: {helpful} helpful ({share}), {unhelpful} not helpful",
            "**{count}** votes: {helpful} helpful ({share}), {unhelpful} not helpful",
            votes,
            helpful=f"{stats.helpful:,}",
            share=say_share(stats.helpful, votes),
            unhelpful=f"{stats.not_helpful:,}",
        )
        if votes
        else tr("No votes yet")
    )
    if stats.median_ms is not None:
        lines.append(
            tr(
                "Time until an answer: half within **{median}**, 95 of 100 within **{tail}**",
                median=say_milliseconds(stats.median_ms),
                tail=say_milliseconds(stats.tail_ms),
            )
        )
    return [f"- {line}" for line in lines]


def _write_cited(stats: Stats) -> str:
    if not stats.cited:
        return ""
    lines = [
        f"{place}. {show_title(article.title, _TITLE_LIMIT)} – "
        + tr_n("{count} answer", "{count} answers", article.answers)
        for place, article in enumerate(stats.cited, 1)
    ]
    return "\n".join([f"**{tr('Most cited articles')}**", *lines])


def _make_menu(days: int) -> Menu:
    choices = tuple(
        Choice(tr_n("The last day", "The last {count} days", each), str(each), chosen=each == days)
        for each in PERIODS
    )
    return Menu(action_id("stats", "period"), tr("Which time …"), choices)
