"""The articles as moderators browse them: pages of a list, and the card of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rendering.actions import (
    CHOICE_LIMIT,
    Action,
    Button,
    Choice,
    LinkButton,
    Menu,
    Style,
    action_id,
)
from bot.rendering.dates import moment, readable_date
from bot.rendering.links import short_url
from bot.rendering.lists import show_place, show_title
from bot.rendering.parts import Card, Tone
from bot.rendering.sources import write_details
from bot.rendering.text import plain_line, quote_lines, shorten, shorten_lines
from bot.rendering.watch import link_to
from bot.speech import tr, tr_n
from bot.state.cited import Citing
from index.article_list import ArticleInfo, ArticleLine, ArticleList
from index.models import is_note

PAGE = 8
_TITLE_LIMIT = 120
_READ_LIMIT = 1500
_SEARCH_LIMIT = 60
_QUESTION_LIMIT = 120
_VERSIONS = 4
_AUTHORS = 5
_NAME_LIMIT = 60
_ID_LIMIT = 120
_URL_LABEL_LIMIT = 512


@dataclass(frozen=True, slots=True)
class Browsed:
    """What a list is of: what was searched for, and whether only notes are shown."""

    text: str = ""
    notes_only: bool = False

    @property
    def argument(self) -> str:
        """How ids of buttons carry it; a long search is shortened."""
        return f"{int(self.notes_only)}:{_cut_bytes(self.text, _SEARCH_LIMIT)}"


def render_articles(
    found: ArticleList, keys: Sequence[str], browsed: Browsed, *, proposals: int = 0, looks: int = 0
) -> Card:
    """A page of articles.

    Args:
        found: The page.
        keys: What names each of its articles in a button's id.
        browsed: What was looked for.
        proposals: How many corrections wait for a decision.
        looks: How many notes need a look.
    """
    blocks = [_write_head(found, browsed), *(_write_line(line) for line in found.lines)]
    if looks:
        blocks.append(
            tr_n(
                "⚠ {count} moderator note needs a look: its article has changed.",
                "⚠ {count} moderator notes need a look: their articles have changed.",
                looks,
            )
        )
    return Card(
        tuple(blocks), Tone.PLAN, actions=_make_list_actions(found, keys, browsed, proposals)
    )


def render_article(info: ArticleInfo, key: str, citing: Citing) -> Card:
    """All about one article, with what can be done."""
    line = info.line
    blocks = [
        _write_title(info),
        "\n".join(filter(None, [*_write_facts(info), _write_versions(info)])),
        _write_citing(citing),
        _write_hint(line),
    ]
    address = short_url(line.url)
    actions: list[Action] = [
        Button(tr("Read"), action_id("articles", "read", key)),
        Button(tr("All articles"), action_id("articles", "list", 0)),
    ]
    if not is_note(line.article_id):
        remove = Button(tr("Take it out …"), action_id("articles", "remove", key), Style.DANGER)
        actions.append(remove)
    if address and len(address) <= _URL_LABEL_LIMIT:
        actions.append(LinkButton(tr("Open"), address))
    return Card(tuple(filter(None, blocks)), Tone.PLAN, actions=tuple(actions))


def render_reading(info: ArticleInfo, key: str) -> Card:
    """The beginning of an article's text."""
    text = shorten_lines(info.opening, _READ_LIMIT)
    rest = info.length - len(info.opening)
    more = tr_n("-# {count} more character", "-# {count} more characters", rest) if rest > 0 else ""
    body = quote_lines(text) if text else tr("It has no text.")
    back = Button(tr("Back"), action_id("articles", "card", key))
    return Card(tuple(filter(None, [_write_title(info), body, more])), Tone.PLAN, actions=(back,))


def _write_head(found: ArticleList, browsed: Browsed) -> str:
    what = (
        tr_n("**{count} moderator note**", "**{count} moderator notes**", found.total)
        if browsed.notes_only
        else tr_n("**{count} article**", "**{count} articles**", found.total)
    )
    lines = [what]
    if browsed.text:
        lines.append(tr("-# with “{text}” in the title or id", text=shorten(browsed.text, 200)))
    if found.pages > 1:
        lines.append("-# " + tr("Page {page} of {pages}", page=found.page + 1, pages=found.pages))
    if not found.total:
        lines.append(
            tr("Nothing fits that. Search for another word, or browse all.")
            if browsed.text
            else tr("Nothing is here yet. `/index add` puts articles in.")
        )
    return "\n".join(lines)


def _write_line(line: ArticleLine) -> str:
    title = f"**{show_title(line.title, _TITLE_LIMIT)}**"
    label = f" · {tr('moderator note')}" if is_note(line.article_id) else ""
    details = write_details(line.publisher, line.published_at, line.superseded_by)
    return f"{title}{label}" + (f"\n-# {details}" if details else "")


def _write_title(info: ArticleInfo) -> str:
    address = short_url(info.line.url)
    title = show_title(info.line.title)
    label = f"\n-# {tr('moderator note')}" if is_note(info.line.article_id) else ""
    plain = shorten(info.line.article_id, _ID_LIMIT)
    return f"**{title}**{label}\n-# {plain}" + (f"\n-# <{address}>" if address else "")


def _write_facts(info: ArticleInfo) -> list[str]:
    line = info.line
    date = readable_date(line.published_at)
    authors = ", ".join(shorten(name, _NAME_LIMIT) for name in info.authors[:_AUTHORS])
    publisher = shorten(line.publisher or "", _NAME_LIMIT)
    newer = show_title(line.superseded_by) if line.superseded_by is not None else ""
    return [
        tr("Published: {date}", date=date) if date else tr("Published: no date is known"),
        tr("By: {names}", names=authors) if authors else "",
        tr("Publisher: {name}", name=publisher) if publisher else "",
        tr("From: {place}", place=show_place(info.source.location)) if info.source else "",
        tr("Superseded by “{title}”", title=newer) if newer else "",
    ]


def _write_versions(info: ArticleInfo) -> str:
    known = tr_n(
        "{count} version: {dates}",
        "{count} versions: {dates}",
        info.versions_count,
        dates=", ".join(_write_version(info, at) for at in range(len(info.versions[:_VERSIONS]))),
    )
    return known if info.versions else ""


def _write_version(info: ArticleInfo, at: int) -> str:
    date = moment(info.versions[at].published_at, "D")
    return tr("{date} (now)", date=date) if at == 0 else date


def _write_citing(citing: Citing) -> str:
    if not citing.answers:
        return tr("No answer that is kept cites it.")
    head = tr_n("Cited by {count} answer", "Cited by {count} answers", citing.answers)
    if citing.private:
        head += tr_n(" ({count} of them private)", " ({count} of them private)", citing.private)
    lines = [head]
    for sent in citing.latest:
        question = shorten(sent.reply.question.text, _QUESTION_LIMIT)
        address = link_to(sent)
        when = moment(sent.created_at.isoformat(), "R")
        jump = f" · [{tr('open')}]({address})" if address else ""
        lines.append(f"- {question} · {when}{jump}")
    return "\n".join(lines)


def _write_hint(line: ArticleLine) -> str:
    if is_note(line.article_id):
        return ""
    if line.superseded_by is not None:
        return "-# " + tr("`/index supersede` takes the label off, or names another article.")
    return "-# " + tr("Is there a newer article? `/index supersede` labels this one.")


def _make_list_actions(
    found: ArticleList, keys: Sequence[str], browsed: Browsed, proposals: int
) -> tuple[Action, ...]:
    actions: list[Action] = []
    if found.lines:
        choices = tuple(
            Choice(
                plain_line(line.title, CHOICE_LIMIT) or tr("Untitled article"),
                key,
                plain_line(_describe_choice(line), CHOICE_LIMIT),
            )
            for line, key in zip(found.lines, keys, strict=True)
        )
        actions.append(Menu(action_id("articles", "card"), tr("Look at one …"), choices))
    if found.pages > 1:
        for label, page in ((tr("Newer"), found.page - 1), (tr("Older"), found.page + 1)):
            actions.append(
                Button(
                    label,
                    action_id("articles", "page", page, browsed.argument),
                    disabled=not 0 <= page < found.pages,
                )
            )
    actions.append(Button(tr("Search …"), action_id("articles", "search")))
    other = Browsed(notes_only=not browsed.notes_only)
    label = tr("All articles") if browsed.notes_only else tr("Moderator notes")
    actions.append(Button(label, action_id("articles", "page", 0, other.argument)))
    if proposals:
        label = tr_n("{count} correction to decide", "{count} corrections to decide", proposals)
        actions.append(Button(label, action_id("note", "waiting"), Style.MAIN))
    return tuple(actions)


def _describe_choice(line: ArticleLine) -> str:
    known = (readable_date(line.published_at), line.publisher)
    return " · ".join(filter(None, known)) or line.article_id


def _cut_bytes(text: str, limit: int) -> str:
    return plain_line(text, limit).rstrip("…")
