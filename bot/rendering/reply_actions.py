"""What a reply offers: its articles at the quotes, its quotes, a vote, and to go on from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering.models import Citation, Refusal, Reply
from bot.rendering.actions import PREFIX, Action, Button, LinkButton, Style, action_id
from bot.rendering.links import short_url
from bot.rendering.parts import ROW_LIMIT
from bot.rendering.sources import mark as number_mark
from bot.rendering.text import measure, plain_line, quiet_line
from bot.speech import mark, tr
from bot.state.gaps import cause_of

QUOTES_ID = f"{PREFIX}:quotes:"
QUOTES_LABEL = mark("Show quotes")
HELPFUL_LABEL = mark("Helpful")
NOT_HELPFUL_LABEL = mark("Not helpful")
FOLLOW_LABEL = mark("Follow-up")
ANEW_LABEL = mark("Ask differently")
SHARE_LABEL = mark("Share")
SHARED_LABEL = mark("Shared")
CORRECT_LABEL = mark("Correct this")
TELL_LABEL = mark("Tell the moderators")
LINKS_LIMIT = ROW_LIMIT
# Two or three of them stand side by side; the whole titles stand above.
_LINK_LABEL_LIMIT = 30
_TITLE_LEAST = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a reply is shown, as far as its buttons go.

    Attributes:
        reply_id: The id under which the reply is kept; None where it could not be: nothing can
            be pressed then.
        is_private: Whether only the asker sees it.
        in_server: Whether it is shown in a server, where there are others to see it.
        is_shared: Whether it was shared already.
    """

    reply_id: str | None = None
    is_private: bool = False
    in_server: bool = True
    is_shared: bool = False


NOWHERE = Shown()


def offer_actions(reply: Reply, shown: Shown) -> tuple[Action, ...]:
    """The buttons below a reply."""
    if shown.reply_id is None:
        return ()
    if isinstance(reply, Refusal):
        return _below_refusal(reply, shown.reply_id)
    return _below_answer(shown, shown.reply_id)


def open_links(citations: Sequence[Citation]) -> tuple[LinkButton, ...]:
    """Buttons that open the articles at their quotes, the first few; equal pages share one."""
    numbers: dict[str, list[Citation]] = {}
    for citation in citations:
        url = short_url(citation.link) or short_url(citation.quote.url)
        if url:
            numbers.setdefault(url, []).append(citation)
    buttons, titled = [], set[str]()
    for url, group in list(numbers.items())[:LINKS_LIMIT]:
        # One title tells an article; the others of it say their number alone.
        version_id = group[0].quote.version_id
        buttons.append(LinkButton(_label_link(group, titled=version_id not in titled), url))
        titled.add(version_id)
    return tuple(buttons)


def _below_answer(shown: Shown, reply_id: str) -> tuple[Action, ...]:
    actions: list[Action] = [
        Button(tr(QUOTES_LABEL), QUOTES_ID + reply_id),
        Button(tr(HELPFUL_LABEL), action_id("vote", "helpful", reply_id)),
        Button(tr(NOT_HELPFUL_LABEL), action_id("vote", "unhelpful", reply_id)),
        Button(tr(FOLLOW_LABEL), action_id("follow", "ask", reply_id)),
    ]
    if shown.in_server and shown.is_private:
        label = tr(SHARED_LABEL) if shown.is_shared else tr(SHARE_LABEL)
        share = action_id("share", "post", reply_id)
        actions.append(Button(label, share, Style.PLAIN, disabled=shown.is_shared))
    elif shown.in_server:
        actions.append(Button(tr(CORRECT_LABEL), action_id("note", "write", reply_id)))
    return tuple(actions)


def _below_refusal(refusal: Refusal, reply_id: str) -> tuple[Action, ...]:
    label = tr(FOLLOW_LABEL) if refusal.asks_back else tr(ANEW_LABEL)
    follow = Button(label, action_id("follow", "ask", reply_id))
    # Small talk, and what the bot asks back, tells nothing of the articles.
    if refusal.asks_back or cause_of(refusal) is None:
        return (follow,)
    return (Button(tr(TELL_LABEL), action_id("gap", "tell", reply_id)), follow)


def _label_link(citations: Sequence[Citation], *, titled: bool) -> str:
    numbers = " ".join(number_mark(citation.number) for citation in citations)
    label = plain_line(tr("Open {numbers}", numbers=numbers), _LINK_LABEL_LIMIT)
    title = quiet_line(citations[0].quote.title, _LINK_LABEL_LIMIT - measure(label) - 1)
    return f"{label} {title}" if titled and measure(title) >= _TITLE_LEAST else label
