"""The manual of what moderators use."""

from __future__ import annotations

from bot.rendering.manual_parts import Who, buttons, command
from bot.speech import mark

MODERATOR_ENTRIES = (
    command(
        "articles",
        "/articles",
        Who.MODERATORS,
        mark("Browses and searches the articles and moderator notes."),
        mark("A list with a menu; for one article its dates, versions, and where it was cited."),
    ),
    buttons(
        "article",
        "Read | Open | Search … | All articles | Moderator notes | Take it out … | Take it out",
        Who.MODERATORS,
        mark("Reads one article, looks for others, or takes one out of the answers."),
        mark("Pages of its text, a form to search, or a question before it is taken out."),
    ),
    buttons(
        "note",
        "{count} correction to decide | Approve | Edit and approve … | Decline … | "
        "Look at the note | Look at it",
        Who.MODERATORS,
        mark("Decides on a correction. Approved, it becomes a moderator note that answers cite."),
        mark("The proposal beside the answer; then the note, and a mark on the old message."),
    ),
    buttons(
        "retire",
        "Edit … | Retire … | Retire it | Leave it | Keep it",
        Who.MODERATORS,
        mark("Changes a moderator note, or takes it out of the answers."),
        mark("A form, or a question before it is retired."),
    ),
    command(
        "gaps",
        "/gaps",
        Who.MODERATORS,
        mark("Questions that the articles left open, like ones together, by cause."),
        mark("A list with menus to assign one, to close it, or to name what answers it now."),
    ),
    buttons(
        "gap",
        "Take it myself | Nobody any more | Answered by an article … | Close as answered by it | "
        "Close | Close all the same | Most asked first | Newest first | All gaps",
        Who.MODERATORS,
        mark("Takes an open question on, closes it, or says which article answers it now."),
        mark("The same card with its new state; a question where an article does not answer it."),
    ),
    command(
        "feedback",
        "/feedback",
        Who.MODERATORS,
        mark("Answers that did not help, with the question, the passages and the reason."),
        mark("A list; for each the whole story, and buttons to go through them."),
    ),
    buttons(
        "story",
        "Show the whole answer | Make it a gap | Done | Take it up again | Back to the list",
        Who.MODERATORS,
        mark("Works through what did not help: looks closer, notes a gap, puts it away."),
        mark("The same card with its new state."),
    ),
    command(
        "stats",
        "/stats",
        Who.MODERATORS,
        mark("Questions, answers, refusals, votes, waiting times and most-cited articles."),
        mark("A chart as a picture, described in words as well."),
    ),
    command(
        "audit",
        "/audit",
        Who.MODERATORS,
        mark("Who changed what, when and why."),
        mark("A list in pages, the newest first."),
    ),
    buttons(
        "mark",
        "Mark those answers | Leave them",
        Who.MODERATORS,
        mark(
            "When an article changed or went: marks the answers of late that quoted it, or leaves "
            "them as they are."
        ),
        mark("A word at the moderators' desk; on each answer a line that its article changed."),
    ),
    command(
        "config",
        "/config",
        Who.MODERATORS,
        mark("Everything that can be set in a server, each with what it does."),
        mark("A panel with a menu of settings."),
    ),
    buttons(
        "setting",
        "All settings | Turn on … | Turn off … | Give a number … | Give a number of days … | "
        "Clear the list … | Take out the deleted … | Confirm | Cancel",
        Who.MODERATORS,
        mark("Changes one setting, after you have seen what it is now and what it will be."),
        mark("A menu or a form, then “Now” and “Then” with two buttons."),
    ),
    command(
        "golden",
        "/golden add, /golden list, /golden remove",
        Who.MODERATORS,
        mark("Questions that must keep citing their article, or nothing is published."),
        mark("A list in pages; a form where a question is kept from an answer."),
    ),
    buttons(
        "keep",
        "Keep as golden question | Check now",
        Who.MODERATORS,
        mark(
            "Right-click an answer of mine, then Apps, to keep its question; the button asks all "
            "of them now."
        ),
        mark("A form with the question; a list of those that lost their article."),
    ),
    command(
        "reading",
        "/index add, /index sync",
        Who.MODERATORS,
        mark("Adds articles from an address or files; reads all sources again."),
        mark("A bar that moves, then a report of what was added and changed."),
    ),
    command(
        "planning",
        "/index plan, /index publish",
        Who.MODERATORS,
        mark("Shows what would change without changing it; publishes exactly that."),
        mark("A plan with its changes, article by article."),
    ),
    buttons(
        "plan",
        "Show the plan | Show changes | Previous | Next | Publish … | Publish now | "
        "Publish anyway … | Back to the plan | Discard",
        Who.MODERATORS,
        mark("Looks at a plan, publishes it, or puts it away."),
        mark("Each article's text, old and new; a question before it is published."),
    ),
    command(
        "past",
        "/index history, /index rollback, /index audit",
        Who.MODERATORS,
        mark("What was published and done, and the way back to an earlier edition."),
        mark("Lists in pages; a question before anything is undone."),
    ),
    command(
        "content",
        "/index remove, /index supersede",
        Who.MODERATORS,
        mark("Takes an article or a source out; says which newer article replaced one."),
        mark("A question first; then a report, or the label."),
    ),
    buttons(
        "undo",
        "Go back to edition {edition} | Take {articles} out | Take it out | Take the label off | "
        "Leave it",
        Who.MODERATORS,
        mark("Does what was asked about, or leaves everything as it is."),
        mark("A report of what left the answers or came back."),
    ),
    command(
        "sources",
        "/index sources, /index schedule, /index reports",
        Who.MODERATORS,
        mark("What is read, when it is read by itself, and where reports of that go."),
        mark("A list in pages; a word about what was set."),
    ),
    command(
        "library",
        "/index status, /index verify, /index recency",
        Who.MODERATORS,
        mark("What the library holds, whether it is whole, and how much newer articles count."),
        mark("A short card."),
    ),
    command(
        "jobs",
        "/index jobs, /index cancel",
        Who.MODERATORS,
        mark("What is being done and was done lately; cancels what runs."),
        mark("A list with how far each is."),
    ),
    buttons(
        "job",
        "Cancel | Cancel it",
        Who.MODERATORS,
        mark("Ends the work that is shown. Nothing half-done gets into the answers."),
        mark("The card says that it was cancelled."),
    ),
)
