"""Whether a time in a question is that of the articles: "posts from March"; pure."""

from __future__ import annotations

import re

# Written small: "Articles" and "News" may be part of a name.
_NOUNS = (
    r"(?:(?-i:articles|news|headlines|stories|(?:blog |press )?posts|press releases|coverage"
    r"|actualités|nouvelles|noticias|artículos)|(?-i:Artikeln?|Nachrichten|Meldungen|Berichten?"
    r"|Beiträgen?|Schlagzeilen))"
)
_PUBLISHED = r"(?:published|posted|written|dated|reported|veröffentlicht|publiés?|publicad[oa]s)"
_PUT = (
    r"(?:from|of|in|on|since|between|before|after|until|by|during|over"
    r"|vom|von|aus|im|am|seit|de|du|del)"
)
_ABOUT_ARTICLES = re.compile(
    # "posts from", "articles that were published in"
    rf"\b{_NOUNS}(?: (?:that|which))?(?: (?:was|were|are|is))?(?: {_PUBLISHED})?"
    rf"(?: {_PUT})?(?: the)? $"
    # "any news about parking in"
    rf"|^\W*(?:which|what|any|are there|is there|show|list|find|give|do you have|welche|gibt es"
    rf"|quelles?|qué|hay)\b(?: \w+){{0,2}} {_NOUNS}(?: (?:about|on|from|mention\w*|are|were|that"
    rf"|over|by|with|zu|über|sur|sobre)\b[^.?!]{{0,80}})? (?:{_PUBLISHED} )?(?:{_PUT} )?(?:the )?$"
    # "what was reported about the harbour in"
    r"|\b(?:what|anything|something|was|que|qué) (?:was|were|has been|have been|had been|wurde"
    rf"|a été|se ha) {_PUBLISHED}\b[^.?!]{{0,60}}$"
    rf"|^\W*(?i:{_NOUNS}|news|articles|posts|headlines|stories)(?: about[^.?!]{{1,60}}?)?"
    rf"(?: {_PUBLISHED})?(?: {_PUT})?(?: the)? $",
    re.IGNORECASE,
)
_NEWS_AFTER = re.compile(rf"(?:['’]s?)?\s+{_NOUNS}\b", re.IGNORECASE)
# "articles that mention the 2nd of May": the day is what they tell of.
_TOLD_OF = re.compile(
    r"\b(?:about|mention\w*|discuss\w*|describ\w*|cover(?:s|ed)?|call(?:s|ed)?|named?|over|zu|über"
    r"|sur|sobre)(?: the| le| la| el| den| der)? $",
    re.IGNORECASE,
)
_OF_ARTICLES = re.compile(
    rf"\b{_NOUNS}(?: (?:that|which))?(?: (?:was|were|are|is))?(?: {_PUBLISHED})?"
    r" (?:from|of|in|since|vom|von|aus|im|de|du|del)(?: the)? $",
    re.IGNORECASE,
)


def is_about_articles(text: str, at: int, at_end: int) -> bool:
    """Whether a time between two places of a text is when articles were published."""
    if _NEWS_AFTER.match(text, at_end):
        return True
    front = text[:at]
    return _TOLD_OF.search(front) is None and _ABOUT_ARTICLES.search(front) is not None


def follows_articles(text: str, at: int) -> bool:
    """Whether "articles from" stands before a place, so that "March" there is a month."""
    return _OF_ARTICLES.search(text[:at]) is not None


_WORD = re.compile(r"[^\W_]+")
_REPORTING = frozenset(
    """
    what which who whats s is are was were be been did do does has have had there any anything
    something everything all the a an of on in at from for to by during about that it you me us
    happen happens happened happening occur occurred took take place go going went new news
    article articles post posts story stories headline headlines coverage report reports reported
    publish published posted written dated announced day date events event show list find give
    tell please and
    was wer welche welcher gibt gab es ist sind war waren wurde wurden hat haben passiert passierte
    geschah geschehen neues los artikel nachrichten meldungen berichte veröffentlicht am im vom
    von aus den dem der die das zum
    que qu quoi quels quelles quel quelle est sont il y a été s se passé passe le la les du de des
    actualités nouvelles articles publié publiés en un une
    qué que cuáles hay hubo fue fueron ha han se pasó pasado ocurrió noticias artículos publicado
    publicó publicados el los las del
    """.split()
)


def asks_only_when(text: str, words: str) -> bool:
    """Whether a question has nothing to look for but a time, of these words: "what happened"."""
    named = frozenset(_WORD.findall(words.lower()))
    return not frozenset(_WORD.findall(text.lower())) - named - _REPORTING
