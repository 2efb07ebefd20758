"""The whole story of an answer that did not help: asked, found, answered, and what was said."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.models import Answer, Citation, Reply
from bot.rendering.actions import Action, Button, Style, action_id
from bot.rendering.dates import moment, readable_date
from bot.rendering.feedback import COMPLAINTS, QUESTION_LIMIT, SUBJECT, Filter, write_question
from bot.rendering.links import short_url
from bot.rendering.lists import Names, write_actor
from bot.rendering.parts import CARD_LIMIT, Card, Tone
from bot.rendering.refusal import render_refusal
from bot.rendering.sources import write_title
from bot.rendering.text import clean_line, measure, shorten, without_mark_likes
from bot.speech import mark, tr, tr_n
from bot.state.feedback import Vote
from bot.state.replies import SentReply, State
from index.models import Passage

CORRECT_SUBJECT, CORRECT_VERB = "note", "write"
_STATES = {
    State.OUTDATED: mark("Marked as outdated: an article it quotes has changed."),
    State.CORRECTED: mark("A moderator corrected it."),
    State.RETRACTED: mark("It was retracted."),
}
_TITLE_LIMIT = 90
_LINK_LIMIT = 150


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of each part of a story is shown: characters, and how many."""

    answer: int
    sources: int
    passages: int
    excerpt: int
    votes: int
    words: int
    linked: bool


_ROOMS = (
    _Room(1100, 5, 4, 110, 5, 220, linked=True),
    _Room(800, 4, 4, 80, 4, 150, linked=False),
    _Room(450, 3, 3, 60, 3, 90, linked=False),
)


@dataclass(frozen=True, slots=True)
class Story:
    """All about one answer that did not help.

    ``before`` and ``after`` are the replies before and after it in the queue, None at its ends.
    """

    sent: SentReply
    votes: tuple[Vote, ...]
    shown: Filter
    before: str | None = None
    after: str | None = None
    is_open: bool = True


def render_story(story: Story, names: Names, *, word: str = "") -> Card:
    """Everything about one answer; ``word`` says what was just done, if anything."""
    blocks: list[str] = []
    for room in _ROOMS:
        blocks = [
            f"-# {word}" if word else "",
            _write_asked(story, names),
            _write_votes(story, names, room),
            _write_answer(story.sent.reply, room),
            _write_passages(story.sent.reply, room),
            _write_small_print(story.sent),
        ]
        if sum(map(measure, blocks)) <= CARD_LIMIT:
            break
    return Card(tuple(filter(None, blocks)), Tone.PLAN, actions=_make_story_actions(story))


def _write_asked(story: Story, names: Names) -> str:
    sending = story.sent.sending
    when = moment(story.sent.created_at.isoformat(), "f")
    if sending.is_private:
        asked = tr("Asked in private, {when}", when=when)
    else:
        who = write_actor(f"discord:{sending.asker_id}", names)
        asked = tr("Asked by {who}, {when}", who=who, when=when)
    understood = shorten(story.sent.reply.asked_as or "", QUESTION_LIMIT)
    lines = [
        f"**{write_question(story.sent.reply)}**",
        "-# " + tr("Understood as: {question}", question=understood) if understood else "",
        f"-# {asked}",
    ]
    return "\n".join(filter(None, lines))


def _write_votes(story: Story, names: Names, room: _Room) -> str:
    against = [vote for vote in story.votes if not vote.helpful]
    head = tr_n("{count} found it not helpful", "{count} found it not helpful", len(against))
    helped = len(story.votes) - len(against)
    if helped:
        head += " · " + tr_n("{count} found it helpful", "{count} found it helpful", helped)
    told = sorted(against, key=lambda vote: not vote.text)
    lines = [f"**{head}**"]
    for vote in told[: room.votes]:
        # Who asked in private is the one who votes.
        is_private = story.sent.sending.is_private
        who = tr("A member") if is_private else write_actor(f"discord:{vote.member_id}", names)
        reason = tr(COMPLAINTS[vote.reason]) if vote.reason else tr("no reason given")
        words = shorten(vote.text, room.words)
        lines.append(f"- {who}: {reason}" + (f" – “{words}”" if words else ""))
    if len(told) > room.votes:
        lines.append("-# " + tr_n("and {count} more", "and {count} more", len(told) - room.votes))
    return "\n".join(lines)


def _write_answer(reply: Reply, room: _Room) -> str:
    if not isinstance(reply, Answer):
        card = render_refusal(reply, question=None, notice=None, for_moderator=False)
        return "\n".join([f"**{tr('What was answered')}**", card.blocks[0]])
    sources = [_write_source(citation, room) for citation in reply.citations[: room.sources]]
    left = len(reply.citations) - len(sources)
    if left:
        sources.append("-# " + tr_n("and {count} more source", "and {count} more sources", left))
    sentences = (
        " ".join([without_mark_likes(clean_line(s.text)), *(f"[{n}]" for n in s.citations)])
        for s in reply.sentences
    )
    said = shorten(" ".join(sentences), room.answer)
    return "\n".join([f"**{tr('What was answered')}**", said, *sources])


def _write_source(citation: Citation, room: _Room) -> str:
    quote = citation.quote
    link = (short_url(citation.link) or short_url(quote.url)) if room.linked else None
    title = _link(f"[{citation.number}] {write_title(quote.title, _TITLE_LIMIT)}", link)
    date = readable_date(quote.published_at)
    return f"-# {title}" + (f" · {date}" if date else "")


def _write_passages(reply: Reply, room: _Room) -> str:
    if not reply.passages:
        return ""
    cited = set()
    if isinstance(reply, Answer):
        cited = {citation.quote.version_id for citation in reply.citations}
    lines = [f"**{tr('What was found')}**"]
    for passage in reply.passages[: room.passages]:
        used = tr("quoted") if passage.version_id in cited else tr("not quoted")
        lines.append(_write_passage(passage, used, room))
    return "\n".join(lines)


def _write_passage(passage: Passage, used: str, room: _Room) -> str:
    url = short_url(passage.url) if room.linked else None
    title = _link(write_title(passage.title, _TITLE_LIMIT), url)
    head = " · ".join(filter(None, [title, readable_date(passage.published_at), used]))
    return f"- {head}\n-# {shorten(passage.text, room.excerpt)}"


def _link(label: str, url: str | None) -> str:
    return f"[{label}]({url})" if url and len(url) <= _LINK_LIMIT else label


def _write_small_print(sent: SentReply) -> str:
    seconds = sent.reply.timings_ms.get("total", 0.0) / 1000
    model = shorten(sent.reply.model, 60)
    made = tr("Written by {model} in {seconds} s", model=model, seconds=f"{seconds:.1f}")
    edition = tr("edition {number}", number=sent.reply.edition)
    state = tr(_STATES[sent.state]) if sent.state in _STATES else ""
    where = ""
    if sent.message_id is not None and sent.sending.asked_in and not sent.sending.is_private:
        at = f"{sent.sending.asked_in}/{sent.sending.channel_id}/{sent.message_id}"
        where = f"[{tr('open it')}](https://discord.com/channels/{at})"
    line = " · ".join(filter(None, [made, edition, where]))
    return "\n".join(filter(None, [state, f"-# {line}"]))


def _make_story_actions(story: Story) -> tuple[Action, ...]:
    reply_id, shown = story.sent.id, story.shown
    actions = [
        Button(tr("Done"), action_id(SUBJECT, "done", shown.word, reply_id), Style.MAIN)
        if story.is_open
        else Button(tr("Take it up again"), action_id(SUBJECT, "reopen", shown.word, reply_id)),
        Button(tr("Make it a gap"), action_id(SUBJECT, "gap", shown.word, reply_id)),
    ]
    if isinstance(story.sent.reply, Answer):
        correct = action_id(CORRECT_SUBJECT, CORRECT_VERB, reply_id)
        actions += [
            Button(tr("Correct this"), correct),
            Button(tr("Keep as golden question"), action_id(SUBJECT, "golden", reply_id)),
        ]
    actions.append(Button(tr("Show the whole answer"), action_id(SUBJECT, "whole", reply_id)))
    # The ids must differ, also where both lead nowhere.
    before = action_id(SUBJECT, "open", shown.word, story.before or "-before")
    after = action_id(SUBJECT, "open", shown.word, story.after or "-after")
    actions += [
        Button(tr("Previous"), before, disabled=story.before is None),
        Button(tr("Next"), after, disabled=story.after is None),
        Button(tr("Back to the list"), action_id(SUBJECT, "page", shown.word, 0)),
    ]
    return tuple(actions)
