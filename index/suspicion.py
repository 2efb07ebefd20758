"""What looks wrong about a new version of an article, as sentences for moderators."""

from __future__ import annotations

import re

from index.language import detect_language, language_name
from index.models import Article
from index.page_signs import PAGE_KINDS, PageKind, plain_words

# Under a fifth of its old length is no ordinary edit.
SMALLEST_SHARE = 0.2
# Pages that are no articles say many of their signs in few words: two within the first
# length, three within the next, and so on. An article about such pages is longer.
_LONGEST_WITH = {2: 400, 3: 900, 4: 1_600, 5: 2_500}
_FIRST_LINES = 3
_LONGEST = max(_LONGEST_WITH.values())
_SITE_NAME = re.compile(r"\s+[|·»–—-]\s+.*")
# A small edit may tip the scales between languages that are written much alike.
_ALIKE = (frozenset("bs hr sr".split()), frozenset("da no".split()), frozenset("id ms".split()))


def find_suspicions(old: Article | None, new: Article, *, fetched: bool) -> tuple[str, ...]:
    """Says what a moderator should look at before ``new`` is published.

    Args:
        old: the version that readers find now; None if there is none.
        new: the version to publish.
        fetched: whether it came from a web site, which may have sent something else
            than its article.

    Returns:
        Whole sentences; none for an ordinary article.
    """
    found = []
    kind = _page_kind(new) if fetched else None
    # Who accepted such a page before is not asked again.
    if kind and not (old and _page_kind(old) == kind):
        found.append(f"It looks like {kind.name}, not like an article.")
    if old:
        found += _losses(old, new)
    return tuple(found)


def _losses(old: Article, new: Article) -> list[str]:
    found = []
    before, after = len(old.text), len(new.text)
    if after < before * SMALLEST_SHARE:
        share = 100 * (before - after) // before
        found.append(f"It shrank from {before:,} to {after:,} characters ({share} % less).")
    if old.published_at and not new.published_at:
        found.append("It has lost its date.")
    if old.text != new.text:
        was, became = detect_language(old.text), detect_language(new.text)
        if was and became and was != became and not any({was, became} <= a for a in _ALIKE):
            names = f"{language_name(was)} to {language_name(became)}"
            found.append(f"Its language changed from {names}.")
    return found


def _page_kind(article: Article) -> PageKind | None:
    """The kind of page that is no article, if a fetched text is one."""
    if len(article.text) > _LONGEST:
        return None
    first = article.text.strip().split("\n", _FIRST_LINES)[:_FIRST_LINES]
    titles = {plain_words(line).rstrip() for line in (_SITE_NAME.sub("", article.title), *first)}
    words = plain_words(f"{article.title}\n{article.text}")
    counts = {kind: _count_signs(kind, titles, words) for kind in PAGE_KINDS}
    best = max(PAGE_KINDS, key=counts.__getitem__)
    most = min(counts[best], max(_LONGEST_WITH))
    return best if len(article.text) <= _LONGEST_WITH.get(most, 0) else None


def _count_signs(kind: PageKind, titles: set[str], words: str) -> int:
    says_so = not kind.titles.isdisjoint(titles)
    return says_so + sum(any(phrase in words for phrase in sign) for sign in kind.signs)
