"""How answers look on a terminal and on a pipe. Pure: JSON of the contract in, text out.

Titles, quotes and addresses come from strangers: they are cleaned of everything
that could steer a terminal, and never read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.style import Style
from rich.text import Text

from bot.answering.models import Reason
from bot.contract import CitationJson, PassageJson, ReplyJson, SearchJson
from bot.rendering.dates import newest_date, readable_date
from bot.rendering.text import clean_line
from index.models import is_note

REFUSALS = {
    Reason.LIBRARY_EMPTY: "This library has no articles yet. Add some: footnote index add TARGET",
    Reason.NOTHING_FOUND: "I found nothing about this in the articles.",
    Reason.NOT_SUPPORTED: "The articles come near this, but none of them answers it.",
    Reason.TOO_OLD: "The articles say nothing about this from the time you ask about.",
    Reason.MODEL_DOWN: "The language model cannot be reached. Please try again in a minute.",
    Reason.UNCLEAR_QUESTION: "I don't understand the question. Please ask it in other words.",
    Reason.NO_SUCH_ARTICLE: (
        "The library has no article of that id; footnote search --json shows ids."
    ),
}
_UNKNOWN_REFUSAL = "I cannot answer this from the articles."
_CLOSEST = 3

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # titles, links
    r"|\x1b[ -/]*[0-~]"
)
_PLAIN_ADDRESS = re.compile(r"https?://[\x21-\x7e]+\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=T)")


def clean(text: str) -> str:
    """The text on one line, without what steers a terminal or turns writing around."""
    return clean_line(_ESCAPES.sub("", text))


def count_of(count: int, noun: str) -> str:
    """The number and what is counted: "1 article", "1,200 articles"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def reply_as_text(reply: ReplyJson) -> str:
    """An answer with its sources, or a refusal, for a pipe."""
    if reply["status"] != "answered":
        near = [] if reply["asks_back"] else reply["passages"]
        return "\n".join([*_understood(reply), _refusal(reply), *_closest_as_text(near)])
    lines = [*_understood(reply), _answer_text(reply), "", *differences_as_text(reply)]
    for citation in reply["citations"]:
        lines.append(f"[{citation['n']}] {headline(citation)}".rstrip())
        lines.append(f"    “{clean(citation['quote'])}”")
    return "\n".join(lines)


def passages_as_text(found: SearchJson) -> str:
    """Passages for a pipe."""
    if not found["passages"]:
        return "No passages found."
    blocks = [
        f"{p['rank']}. {headline(p)}".rstrip() + f"\n   {clean(p['text'])}"
        for p in found["passages"]
    ]
    return "\n\n".join(blocks)


def reply_for_terminal(reply: ReplyJson) -> RenderableType:
    """An answer with its sources, or a refusal, for a terminal."""
    understood = [Text(line, style="dim") for line in _understood(reply)]
    if reply["status"] != "answered":
        near = [] if reply["asks_back"] else reply["passages"]
        return Group(*understood, Text(_refusal(reply), style="yellow"), *_closest(near))
    differences = [Text(line, style="yellow") for line in differences_as_text(reply)]
    sources = _sources(reply["citations"])
    return Group(*understood, _marked_answer(reply), Text(), *differences, *sources)


def passages_for_terminal(found: SearchJson) -> RenderableType:
    """Passages for a terminal."""
    if not found["passages"]:
        return Text("No passages found.", style="yellow")
    return Group(*(_passage(passage) for passage in found["passages"]))


def differences_as_text(reply: ReplyJson) -> list[str]:
    """A line for each thing that the articles differ in, and an empty one after them."""
    by_number = {citation["n"]: citation for citation in reply["citations"]}
    lines = []
    for difference in reply["differences"]:
        pairs = zip(difference["numbers"], difference["values"], strict=False)
        said = [_saying(by_number[number], value) for number, value in pairs]
        lines.append(f"The articles differ: {', '.join(said)}.")
    return [*lines, ""] if lines else []


def superseded_label(source: Mapping[str, object]) -> str:
    """What a reader of a superseded article, or of a moderator's note, is told; else ""."""
    if is_note(str(source.get("article_id") or "")):
        return "moderator note"
    newer = source.get("superseded_by")
    if newer is None:
        return ""
    title = clean(str(newer))
    return f"superseded by “{title}”" if title else "superseded"


def _saying(citation: CitationJson, value: str) -> str:
    date = readable_date(clean(citation["published_at"] or "")) or "no date"
    label = "" if citation.get("superseded_by") is None else ", superseded"
    return f"[{citation['n']}] ({date}{label}) says “{clean(value)}”"


def _understood(reply: ReplyJson) -> list[str]:
    return [f"Understood as: {clean(reply['asked_as'])}"] if reply["asked_as"] else []


def _marked_answer(reply: ReplyJson) -> Text:
    answer = Text()
    for number, sentence in enumerate(reply["sentences"]):
        answer.append(" " if number else "")
        answer.append(clean(sentence["text"]), style="bold")
        for mark in sentence["citations"]:
            answer.append(f" [{mark}]", style="cyan")
    return answer


def _sources(citations: list[CitationJson]) -> Iterator[RenderableType]:
    for citation in citations:
        line = Text(f"[{citation['n']}] ", style="cyan")
        line.append_text(_title_line(citation, citation["link"] or citation["url"]))
        yield line
        yield Padding(
            Text(f"“{clean(citation['quote'])}”", style="dim italic"), (0, 0, 0, 4), expand=False
        )


def _passage(passage: PassageJson) -> RenderableType:
    line = Text(f"{passage['rank']}. ", style="cyan")
    line.append_text(_title_line(passage, passage["url"]))
    line.append(f"  {passage['score']:.3f}", style="dim")
    return Group(
        line, Padding(Text(clean(passage["text"]), style="dim"), (0, 0, 1, 3), expand=False)
    )


def _closest(passages: list[PassageJson]) -> Iterator[RenderableType]:
    if passages:
        yield Text("\nThe closest I have:", style="dim")
    for passage in _first_of_each_article(passages):
        yield Padding(_title_line(passage, passage["url"]), (0, 0, 0, 2), expand=False)


def _title_line(source: CitationJson | PassageJson, address: str | None) -> Text:
    """Title and date, the title linked to the address, and the plain address behind them."""
    address = _safe_address(address)
    line = Text()
    line.append(clean(source["title"]), style=Style(bold=True, link=address))
    date = readable_date(clean(source["published_at"] or ""))
    if date:
        line.append(f"  {date}", style="green")
    label = superseded_label(source)
    if label:
        line.append(f"  {label}", style="yellow")
    page = _safe_address(source["url"])
    if page:
        line.append(f"  {page}", style=Style(dim=True, link=address))
    return line


def headline(source: Mapping[str, object]) -> str:
    """Title, date and address as plain text; the address opens the page at the quote."""
    published, url = source["published_at"], source.get("link") or source["url"]
    date = f" ({_day(str(published))})" if published else ""
    address = _safe_address(str(url) if url else None) or ""
    label = superseded_label(source)
    return f"{clean(str(source['title']))}{date}{label and f' [{label}]'} {address}"


def _answer_text(reply: ReplyJson) -> str:
    return " ".join(
        clean(sentence["text"]) + "".join(f" [{mark}]" for mark in sentence["citations"])
        for sentence in reply["sentences"]
    )


def _refusal(reply: ReplyJson) -> str:
    if reply["asks_back"]:
        return clean(reply["asks_back"])
    try:
        reason = Reason(reply["reason"] or "")
    except ValueError:
        return _UNKNOWN_REFUSAL
    newest = newest_date(clean(p["published_at"] or "") for p in reply["passages"])
    if reason is Reason.TOO_OLD and newest:
        return (
            f"{REFUSALS[reason]} What I have about it is from another time; "
            f"the newest of it is from {newest}."
        )
    return REFUSALS[reason]


def _closest_as_text(passages: list[PassageJson]) -> Iterator[str]:
    if passages:
        yield ""
        yield "The closest I have:"
    for passage in _first_of_each_article(passages):
        yield f"  {headline(passage)}".rstrip()


def _first_of_each_article(passages: list[PassageJson]) -> list[PassageJson]:
    first: dict[str, PassageJson] = {}
    for passage in passages:
        first.setdefault(passage["article_id"], passage)
    return list(first.values())[:_CLOSEST]


def _day(published_at: str) -> str:
    """The date without the time of day; at its own precision where that is coarser."""
    day = _DAY.match(published_at)
    return day[0] if day else clean(published_at)


def _safe_address(address: str | None) -> str | None:
    return address if address and _PLAIN_ADDRESS.match(address) else None
