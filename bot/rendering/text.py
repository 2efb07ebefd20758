"""Makes untrusted text harmless in Discord while it shows the same characters.

``clean`` takes out what cannot be seen or breaks lines, ``escape`` takes the
meaning from what Discord would act on (markdown, mentions, links, emoji names).
``shorten`` does both within a limit. All lengths are what Discord counts at most:
UTF-16 units.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

ELLIPSIS = "…"
_MARKS_LIMIT = 2
_JOINERS = "\u200c\u200d"
# Format characters that have a shape of their own (Arabic and Kaithi number signs).
_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
# Letters and symbols that are drawn as nothing; a title made of them would be empty.
_BLANKS = re.compile("[\u2800\u3164\u115f\u1160\uffa0]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)

# What Discord (or any Markdown reader) would act on. The character to disarm is the last of
# each match; a backslash in front shows it as it is.
_ACTIVE = re.compile(
    r"""(?xim)
      [\\*_~`|<\[\]]                 # emphasis, code, spoilers, <...> of every kind, links
    | ^[>\#+=-]                      # quotes, headings, subtext, lists, at the start of a line
    | ^\d{1,9}[.)]                   # numbered lists
    | :(?=//|[^\s:]+:)               # addresses, and names of emoji
    | (?<=discord\.gg)/ | (?<=discord\.com/invite)/ | (?<=discordapp\.com/invite)/
    | &(?=\#?\w+;)                   # entities
    | @(?=everyone|here)
    """
)
_ZERO_WIDTH_SPACE = "\u200b"
_ISOLATE, _ISOLATE_END = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_LOOKALIKES = str.maketrans({"[": "［", "]": "］"})
_MARK_LIKE = re.compile(r"\[(\d[\d,\s–-]*)\]")
_BACKTICK_RUN = re.compile("`(?=`)")
_CALL = re.compile("@(?=everyone|here)", re.IGNORECASE)
_COMMAND = re.compile(r"`(?:footnote )?index (history|jobs|cancel|sources|plans)\b")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)


def measure(text: str) -> int:
    """The length of a text as Discord may count it: UTF-16 units."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def clean_line(text: str) -> str:
    """The text on one line, without what cannot be seen."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """The text without control, bidi and invisible characters; at most two marks a letter.

    Runs of spaces become one, lines stay lines without space around them, and not more
    than one empty line stands between two others.
    """
    text = _LINE_ENDS.sub("\n", text.encode("utf-8", "ignore").decode())
    text = _NONCHARACTERS.sub("", unicodedata.normalize("NFC", text))
    # What stood between a letter and its mark is gone now: the two may be one character.
    seen = unicodedata.normalize("NFC", "".join(_visible(_BLANKS.sub(" ", text))))
    lines = (" ".join(line.split()) for line in seen.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def escape(text: str) -> str:
    """A cleaned text in which Discord finds nothing to act on; it shows the same characters."""
    return _ACTIVE.sub(_disarm, text)


def shorten(text: str, limit: int) -> str:
    """One harmless line of at most ``limit`` units; what was cut ends in an ellipsis."""
    return _fit(clean_line(text), limit, escape)


def shorten_lines(text: str, limit: int) -> str:
    """Like ``shorten``, with the lines kept."""
    return _fit(clean(text), limit, escape)


def plain_line(text: str, limit: int) -> str:
    """One line for where Discord shows no markdown: labels, choices, fields of a form."""
    return _fit(clean_line(text), limit, str)


def quiet_line(text: str, limit: int) -> str:
    """Like ``plain_line``, for a title beside numbers of ours: it looks like none of them.

    Nor does it look like an address, or like a call to everyone.
    """
    line = clean_line(text).translate(_LOOKALIKES).replace("://", "：//")
    return _fit(line, limit, _part_calls)


def code_line(text: str, limit: int) -> str:
    """One line that may stand in a block of code and cannot end it."""
    return _fit(clean_line(text), limit, _part_backticks)


def name_commands(sentence: str) -> str:
    """The sentence with commands of the command line as they are called in Discord."""
    # Plans have no list of their own here: Discord offers them while one types.
    return _COMMAND.sub(lambda found: f"`/index {found[1]}", sentence).replace(
        "`/index plans`", "`/index publish`"
    )


def unescape(escaped: str) -> str:
    """The cleaned text that ``escape`` was given."""
    return re.sub(r"\\(.)", r"\1", escaped.replace("@" + _ZERO_WIDTH_SPACE, "@"), flags=re.DOTALL)


def link_label(text: str, limit: int) -> str:
    """One harmless line that may stand between the brackets of a masked link.

    Discord ends the label at a bracket even behind a backslash, and shows no masked link
    whose label looks like an address: both get lookalikes here.
    """
    line = clean_line(text).translate(_LOOKALIKES).replace("://", "：//")
    return _fit(line, limit, escape)


def without_mark_likes(text: str) -> str:
    """The text with its own ``[1]`` in other brackets, so that only ours look like marks."""
    return _MARK_LIKE.sub(r"［\1］", text)


def isolate(escaped: str) -> str:
    """A text that runs from right to left, kept from mixing with what stands beside it.

    Any other text stays as it is. The cleaned texts hold no such characters of their own.
    """
    if any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in escaped):
        return f"{_ISOLATE}{escaped}{_ISOLATE_END}"
    return escaped


def without_isolates(text: str) -> str:
    """The text that ``isolate`` was given."""
    return text.replace(_ISOLATE, "").replace(_ISOLATE_END, "")


def quote_lines(escaped: str) -> str:
    """An escaped text as a block quote."""
    return "\n".join(f"> {line}" if line else ">" for line in escaped.split("\n"))


def cut_points(text: str) -> list[int]:
    """Where the text may be cut without breaking a character, ends included."""
    return [0, *(i for i in range(1, len(text)) if _may_cut(text, i)), len(text)]


def _part_calls(text: str) -> str:
    return _CALL.sub("@" + _ZERO_WIDTH_SPACE, text)


def _part_backticks(text: str) -> str:
    return _BACKTICK_RUN.sub("`" + _ZERO_WIDTH_SPACE, text)


def _visible(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        if category in {"Mn", "Me"}:
            marks += 1
            if marks > _MARKS_LIMIT:
                continue
        elif char in _JOINERS:
            # A joiner starts no new letter, else marks could be piled up across joiners.
            if kept and kept[-1] in _JOINERS:
                continue
        elif category in {"Cc", "Cf"} and char != "\n" and char not in _VISIBLE_FORMATS:
            if char == "\t":
                kept.append(" ")
            continue
        else:
            marks = 0
        kept.append(char)
    return kept


def _disarm(match: re.Match[str]) -> str:
    found = match.group()
    if found == "@":
        return found + _ZERO_WIDTH_SPACE
    return f"{found[:-1]}\\{found[-1]}"


def _fit(text: str, limit: int, render: Callable[[str], str]) -> str:
    whole = render(text)
    if measure(whole) <= limit:
        return whole
    points = cut_points(text)
    low, high = 0, len(points) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = measure(render(text[: points[middle]].rstrip()) + ELLIPSIS) <= limit
        low, high = (middle, high) if fits else (low, middle - 1)
    kept = text[: points[low]].rstrip()
    at_word = kept.rfind(" ")
    # Rather between words, where that costs little.
    if at_word > 0 and text[len(kept) : len(kept) + 1].strip() and at_word > len(kept) * 0.7:
        kept = kept[:at_word].rstrip()
    return render(kept) + ELLIPSIS if limit > 0 else ""


def _may_cut(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in {"Mn", "Me", "Mc"} or after in _JOINERS:
        return False
    if before in _JOINERS or ord(after) in _SKIN_TONES:
        return False
    if ord(after) in _REGIONAL:
        run = re.search("[\U0001f1e6-\U0001f1ff]*$", text[max(0, at - 64) : at])
        return run is None or len(run.group()) % 2 == 0
    return True
