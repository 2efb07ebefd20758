"""The manual of what members use."""

from __future__ import annotations

from bot.rendering.manual_parts import Who, buttons, command
from bot.speech import mark

MEMBER_ENTRIES = (
    command(
        "ask",
        "/ask",
        Who.MEMBERS,
        mark(
            "Asks the articles. `article` keeps to one article, `since` to newer ones, `private` "
            "shows the answer to you alone."
        ),
        mark("A card: the answer with its marks as [1], the sources below it, and buttons."),
    ),
    buttons(
        "mention",
        "@Footnote",
        Who.MEMBERS,
        mark(
            "Mention me with a question. In a thread, another mention goes on from what was asked "
            "before."
        ),
        mark("A reply to your message, with the same card."),
    ),
    buttons(
        "answer",
        "Answer from the articles",
        Who.MEMBERS,
        mark("Right-click a message, then Apps: I answer the question in it."),
        mark("The same card, as an answer to that message."),
    ),
    buttons(
        "check",
        "Where does this come from?",
        Who.MEMBERS,
        mark(
            "Right-click a message, then Apps: I look each of its sentences up in the articles: "
            "supported, contradicted or not found."
        ),
        mark("A card that only you see: each sentence with the quotes for or against it."),
    ),
    buttons(
        "open",
        "Open {numbers}",
        Who.ANYBODY,
        mark("Opens the article at the quote."),
        mark("The page in your browser, the quoted words highlighted."),
    ),
    buttons(
        "quotes",
        "Show quotes",
        Who.ANYBODY,
        mark("Shows the quotes that an answer stands on, word for word."),
        mark("A card that only you see: each quote in its sentences, the quoted words bold."),
    ),
    buttons(
        "vote",
        "Helpful | Not helpful",
        Who.MEMBERS,
        mark(
            "Says whether an answer helped. “Not helpful” asks why: wrong, out of date, not your "
            "question, or something missing."
        ),
        mark("A short thank-you that only you see; first a form after “Not helpful”."),
    ),
    buttons(
        "follow",
        "Follow-up | Ask differently",
        Who.MEMBERS,
        mark("Asks a further question that goes on from the one above."),
        mark("A form with one field, then a new card."),
    ),
    buttons(
        "share",
        "Share | Shared",
        Who.ASKER,
        mark("Posts a private answer for everybody, with its citations and your name."),
        mark("The card in the channel, headed by your name."),
    ),
    buttons(
        "correct",
        "Correct this",
        Who.MEMBERS,
        mark(
            "Proposes a correction of an answer. A moderator decides; then it is cited as a "
            "moderator note."
        ),
        mark("A form; later a visible mark on the corrected answer."),
    ),
    buttons(
        "tell",
        "Tell the moderators",
        Who.MEMBERS,
        mark("Tells the moderators of a question that the articles left open."),
        mark("A short word that only you see; moderators find it in `/gaps`."),
    ),
    command(
        "privacy",
        "/privacy",
        Who.ANYBODY,
        mark("Shows what I keep about you."),
        mark("A card that only you see: what is kept, for how long, and two buttons."),
    ),
    buttons(
        "forget",
        "Export | Forget me … | Yes, forget me | No, keep it",
        Who.ANYBODY,
        mark("Gives you all of it as a file, or makes me forget it."),
        mark("A file, or a question first and then a word about what is gone."),
    ),
    command(
        "server",
        "/server",
        Who.MEMBERS,
        mark("In private messages: chooses whose articles answer you there."),
        mark("A menu of the servers that you and I are both in."),
    ),
    command(
        "help",
        "/help",
        Who.ANYBODY,
        mark("Shows these pages."),
        mark("A card that only you see, with a menu of pages."),
    ),
    buttons(
        "pages",
        "Newer | Older | Back | More | First page",
        Who.ANYBODY,
        mark("Turns the pages of a list."),
        mark("The same card with the next page."),
    ),
)
