"""What time a question is about, or nothing; pure.

A library for dates reads a date wherever one could be read ("may", "second", "the 2024
budget"), and none says whether it is the day of the event or of the article. So this is a
small grammar of our own that would rather find nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from index.when_articles import asks_only_when, is_about_articles
from index.when_days import tell, tell_both
from index.when_spans import TimeSpan, find_spans, is_before

_LONGEST = 1_000
# A look back as long as this is history, not news.
_LONGEST_NEWS = timedelta(days=2 * 366)

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|`[^`]*`")
_HAPPENED_TODAY = re.compile(
    r"\b(?:happen\w*|announced?|reported|decided?|say|said|new|changed|passiert\w*|passé|pasó"
    r"|pasado)\b[^.?!]{0,40}$|^\W*(?:what|who|was|wer|que|qué)\s+(?:did|was|were|hat)\b"
    r"[^.?!]{0,40}$",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"['’]s?\s+\w")
_PAST = re.compile(
    r"\b(?:did|was|were|had|has|have|what['’]s (?:new|happened|changed)|happened|happening"
    r"|changed|won|said|went|came|became|made|took|gave|got|died|lost|left|rose|fell|news"
    r"|announced|reported|published|decided"
    r"|hat|haben|wurden?|war|waren|passiert\w*|geschah|neues|était|ont|s['’]est"
    r"|pasó|fue|fueron|ha|han|hubo)\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"\b(?:lately|what['’]s new|this (?:week|month|year|weekend)|recent(?:ly)?|these days|latest"
    r"|newest|nowadays|now(?! that\b)|currently|at the moment|at present|up[- ]to[- ]date"
    r"|as of today|most recent"
    r"|(?<!electric )(?<!electrical )(?<!alternating )(?<!direct )(?<!ocean )(?<!gas )"
    r"current(?= \w)|today|tonight|tomorrow|next (?:week|month|year|weekend|season)"
    r"|neulich|kürzlich|neuest\w*|aktuell\w*|derzeit|momentan|jetzt|zuletzt|heute"
    r"|récemment|actuellement|maintenant|ces jours-ci|aujourd['’]hui"
    r"|recientemente|actualmente|ahora|últimamente|hoy)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?P<how>before|after|since|until|prior to|following|vor|nach|seit|bis"
    r"|avant|après|depuis|antes de|después de|desde)"
    r"\s+(?:(?:the|this|our|their|that|de[rmn]|die|das|la|le|les|el|los|las)\s+|l['’])"
    r"(?P<event>[^\W\d_][\w’'-]*(?:\s+[\w’'-]+){0,3}?)"
    r"(?=\s*(?:[?!.,;:]|$|\b(?:and|or|did|do|does|was|were|is|are|has|have|had|what|who|which"
    r"|how|when|where|why|in|on|at|by|for|with|und|oder|et|ou|y|o)\b))",
    re.IGNORECASE,
)
_NO_EVENT = re.compile(
    r"(?:day|end|start|beginning|time|year|week|month|war|fact|first|second|last|next|age|rest)s?\b",
    re.IGNORECASE,
)


class Relation(StrEnum):
    """On which side of an event."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class TimeWanted:
    """The time that a question is about, in whole days; both ends belong to it.

    ``start`` and ``end`` are None where it is open, both where only ``newest`` or ``event``
    is known. ``strict``: articles published at another time do not answer; else those
    published then, or soon after, are only more likely to. ``exact`` says that the question
    is about the days of publishing; without it, an article about those days may have come
    a little later. ``alone`` says that the question has nothing else to look for: "what
    happened on 3 March?". ``newest``: the newer the better. ``words`` are those that said so, and
    ``event`` those of something that happened, whose day only an article can tell.
    """

    start: date | None = None
    end: date | None = None
    strict: bool = False
    newest: bool = False
    words: str = ""
    exact: bool = False
    event: str = ""
    relation: Relation = Relation.AFTER
    alone: bool = False

    def __post_init__(self) -> None:
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError(f"a time cannot end before it begins: {self.start} to {self.end}")

    @property
    def has_window(self) -> bool:
        """Whether there is a day to compare with."""
        return self.start is not None or self.end is not None

    def resolve(self, day: date | None) -> TimeWanted | None:
        """The same with the day of its event; None where nothing is left without it."""
        if day is None:
            left = replace(self, event="")
            return left if left.newest or left.has_window else None
        if self.relation is Relation.BEFORE:
            return replace(self, end=day, event="")
        return replace(self, start=day, event="")

    def describe(self) -> str:
        """The window for people, to be put behind "articles": "from 16 to 22 March 2026"."""
        if self.start is None or self.end is None:
            if self.start is not None:
                return f"from {tell(self.start)} on"
            return f"up to {tell(self.end)}" if self.end is not None else "of any time"
        return f"from {tell_both(self.start, self.end)}"


def read_time(question: str, today: date) -> TimeWanted | None:
    """What a question says of its time.

    Args:
        question: As it was asked; only its first 1,000 characters count.
        today: The day from which "last week" is counted.

    Returns:
        None where it says nothing, or nothing that is sure enough.
    """
    text = _QUOTED.sub(lambda found: "_" * len(found[0]), question[:_LONGEST])
    spans = find_spans(text, today)
    newest = _NEWEST.search(text)
    looks_back = _PAST.search(text) is not None
    spans = [s for s in spans if _is_meant(text, s, today, looks_back=looks_back)]
    if not spans:
        return _read_event(text) or (
            TimeWanted(newest=True, words=newest[0]) if newest is not None else None
        )
    strict = [span for span in spans if _is_strict(text, span, today)]
    kept = strict or spans
    finest = min(_length(span) for span in kept)
    # Of dates told apart in fineness, the finer one is the event's: "born in 1990 ... in May 2025".
    kept = [span for span in kept if _length(span) <= 2 * finest]
    starts, ends = [s.start for s in kept], [s.end for s in kept]
    start = None if None in starts else min(s for s in starts if s is not None)
    end = None if None in ends else max(e for e in ends if e is not None)
    if (start is None and end is None) or (start is not None and end is not None and start > end):
        return None
    words = " ".join(dict.fromkeys(s.words.strip() for s in kept))
    return TimeWanted(
        start,
        end,
        strict=bool(strict),
        words=words,
        alone=asks_only_when(text, words),
        exact=bool(strict)
        and all(is_about_articles(text, span.at, span.at_end) for span in strict),
    )


def _is_meant(text: str, span: TimeSpan, today: date, *, looks_back: bool) -> bool:
    """Whether it looks back; "is it open on Monday?", "still used today" do not."""
    if not span.is_present or is_about_articles(text, span.at, span.at_end):
        return True
    if span.start == today:
        return _HAPPENED_TODAY.search(text[: span.at]) is not None
    return looks_back


def _is_strict(text: str, span: TimeSpan, today: date) -> bool:
    """Whether only what was published then can answer."""
    if is_about_articles(text, span.at, span.at_end):
        return True
    if not span.is_relative or span.start is None or _is_long(span, today):
        return False
    # "last year's budget" is the budget's name.
    return _ATTRIBUTE.match(text, span.at_end) is None


def _read_event(text: str) -> TimeWanted | None:
    for found in _EVENT.finditer(text):
        event = found["event"].strip()
        if _NO_EVENT.match(event) or "_" in event:
            continue
        relation = Relation.BEFORE if is_before(found["how"]) else Relation.AFTER
        newest = _NEWEST.search(text) is not None
        return TimeWanted(newest=newest, words=found[0], event=event, relation=relation)
    return None


def _is_long(span: TimeSpan, today: date) -> bool:
    return span.start is not None and (span.end or today) - span.start > _LONGEST_NEWS


def _length(span: TimeSpan) -> int:
    if span.start is None or span.end is None:
        return 366
    return max(7, (span.end - span.start).days + 1)
