"""What an add or a sync would change, as a value. Pure: nothing is read or written here.

First ``compare`` tells what is new, changed and gone by id; then ``examine`` looks at
those texts: which are the same article under another name, and which look wrong.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import zip_longest

from index.alike import are_alike
from index.editions import Member
from index.entries import EntryState
from index.likeness import Lookalikes, words_of
from index.models import FETCHED, Article, Problem, ReadResult, Source, SourceKind
from index.sources.selecting import is_wanted
from index.suspicion import find_suspicions

# A sync that would drop more than this share of a library is more likely a fault than a wish.
MAX_DROPPED_SHARE = 0.2
# Up to this many are a wish in any library.
FEW = 3
# A page that is gone this many times in a row leaves the answers.
GONE_AFTER = 2

Known = Mapping[int, Mapping[str, EntryState]]
LoadArticle = Callable[[str], Article]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What sources gave against an edition, by article id.

    Attributes:
        added: Ids that are new, in the order they were read.
        changed: Ids whose version differs.
        removed: Ids that their source no longer gives, each with the reason.
        kept: Ids that were not seen and stay all the same, each with the reason.
        unchanged: How many are as they were.
        articles: The new texts of ``added`` and ``changed``, and of what is left out later.
        sources: The source of each of ``articles``.
        entries: What to remember of each source that was read.
        untouched: Keys of entries whose memory stays as it is, by source.
        twice: Ids that two sources gave with different texts; the later one's was taken.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: Mapping[str, str]
    kept: Mapping[str, str]
    unchanged: int
    articles: Mapping[str, Article]
    sources: Mapping[str, int]
    entries: Mapping[int, tuple[EntryState, ...]]
    untouched: Mapping[int, frozenset[str]]
    twice: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    """What one pass over the results collects."""

    articles: dict[str, Article] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    kept: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    entries: dict[int, list[EntryState]] = field(default_factory=dict)
    untouched: dict[int, frozenset[str]] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    unsure: set[int] = field(default_factory=set)


def compare(
    current: Mapping[str, Member],
    results: Sequence[tuple[int, ReadResult]],
    known: Known | None = None,
    *,
    drop_missing: bool,
    withheld: AbstractSet[str] = frozenset(),
) -> Comparison:
    """Compare what sources gave with the current edition.

    Args:
        current: The edition's articles by id.
        results: Each source's key with what it gave.
        known: What is remembered of each source's entries.
        drop_missing: Whether an article that its source no longer gives is removed.
            What could not be read today is not gone, and a source that lists only its
            newest says nothing about the others.
        withheld: Ids that are passed over, since somebody removed them.
    """
    known = known or {}
    seen = _Seen()
    for source, result in results:
        _take(seen, source, result, current, known.get(source, {}), withheld)
    added = tuple(id_ for id_ in seen.articles if id_ not in current)
    changed = tuple(
        id_
        for id_, article in seen.articles.items()
        if id_ in current and current[id_].version_id != article.version_id
    )
    removed: dict[str, str] = {}
    kept = dict(seen.kept) if drop_missing else {}
    if drop_missing:
        by_source = dict(results)
        for id_, reason, goes in _missing(current, by_source, seen, known):
            (removed if goes else kept)[id_] = reason
    there = seen.confirmed | (seen.articles.keys() - set(added) - set(changed))
    return Comparison(
        added,
        changed,
        removed,
        {id_: reason for id_, reason in kept.items() if id_ in current and id_ not in removed},
        len(there - set(changed)),
        seen.articles,
        seen.sources,
        {source: tuple(states) for source, states in seen.entries.items()},
        seen.untouched,
        tuple(seen.twice),
    )


def _take(
    seen: _Seen,
    source: int,
    result: ReadResult,
    current: Mapping[str, Member],
    known: Mapping[str, EntryState],
    withheld: AbstractSet[str],
) -> None:
    states = seen.entries.setdefault(source, [])
    for article, state in zip_longest(result.articles, result.read):
        named = _with_free_id(article, source, result.source, current, seen.sources)
        if named.id in withheld:
            continue
        other = seen.articles.get(named.id)
        if other is not None and other.version_id != named.version_id:
            seen.twice.append(named.id)
        seen.articles[named.id], seen.sources[named.id] = named, source
        if state is not None:
            states.append(
                dataclasses.replace(state, article_id=named.id, version_id=named.version_id)
            )
    states.extend(result.unchanged)
    for state in result.unchanged:
        _prefer_unchanged(seen, state)
    seen.confirmed.update(s.article_id for s in result.unchanged if s.winner is None)
    failed = result.failed
    if failed is None:
        failed = frozenset(known) if result.problems else frozenset()
    seen.untouched[source] = failed
    if failed - known.keys():
        seen.unsure.add(source)
    for key in failed & known.keys():
        seen.kept.setdefault(known[key].article_id, "It could not be read today.")
    for state in result.gone:
        _take_gone(seen, states, state)


def _prefer_unchanged(seen: _Seen, state: EntryState) -> None:
    """An earlier source's text gives way to this later one's, though that need not be read."""
    other = seen.articles.get(state.article_id)
    if state.winner is None and other is not None and other.version_id != state.version_id:
        seen.twice.append(state.article_id)
        del seen.articles[state.article_id], seen.sources[state.article_id]


def _take_gone(seen: _Seen, states: list[EntryState], state: EntryState) -> None:
    if state.misses < GONE_AFTER:
        states.append(state)
        seen.kept[state.article_id] = (
            "The page is gone. Kept for now; it leaves the answers if it is still gone at the "
            "next sync."
        )
    else:
        seen.gone[state.article_id] = f"The page was gone {state.misses} times in a row."


def _missing(
    current: Mapping[str, Member],
    results: Mapping[int, ReadResult],
    seen: _Seen,
    known: Known,
) -> Iterator[tuple[str, str, bool]]:
    """Each article that its source did not give: its id, why, and whether it goes."""
    remembered: dict[int, dict[str, list[str]]] = {}
    for source, states in known.items():
        for state in states.values():
            remembered.setdefault(source, {}).setdefault(state.article_id, []).append(state.key)
    for id_, member in current.items():
        source = member.source or 0
        result = results.get(source)
        if result is None or id_ in seen.articles or id_ in seen.confirmed:
            continue
        if id_ in seen.gone:
            yield id_, seen.gone[id_], True
        elif result.source.kind in FETCHED and not any(
            is_wanted(key, result.options) for key in remembered.get(source, {}).get(id_, [id_])
        ):
            yield id_, "The source's options leave it out.", True
        elif id_ in seen.kept or not result.lists_all:
            continue
        elif (result.problems and result.failed is None) or (
            # What could not be read may be this one: after a rollback nothing tells its entry.
            source in seen.unsure and id_ not in remembered.get(source, {})
        ):
            yield id_, "The source no longer gives it, but not all of it could be read.", False
        else:
            yield id_, "The source no longer gives it.", True


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the texts of a comparison told.

    Attributes:
        moved: New id and old id of articles whose text came back under another id.
        duplicates: Ids of added articles that are left out, each with the id that wins.
        suspicions: What is odd, for those added, changed or moved articles where something is.
    """

    moved: Mapping[str, str]
    duplicates: Mapping[str, str]
    suspicions: Mapping[str, tuple[str, ...]]


def examine(
    comparison: Comparison,
    current: Mapping[str, Member],
    kinds: Mapping[int, SourceKind],
    *,
    lookalikes: Callable[[], Lookalikes],
    load: LoadArticle,
) -> Findings:
    """Find moves, duplicates and what looks wrong.

    Articles whose author named their id are never taken for duplicates: who names two ids
    means two articles. An address or a file name is not such a name.

    Args:
        comparison: What ``compare`` told.
        current: The same edition's articles by id.
        kinds: The kind of each source.
        lookalikes: Gives the edition's sketches by article id; asked only if needed.
        load: Gives a stored version as an article.
    """
    pairs = _Pairs(comparison, current, kinds, load)
    if comparison.added and (pairs.mergeable or comparison.removed):
        pairs.find(lookalikes())
    suspicions = {}
    for id_ in (*comparison.added, *comparison.changed):
        if id_ in pairs.duplicates:
            continue
        before = pairs.moved.get(id_, id_)
        old = load(current[before].version_id) if before in current else None
        fetched = kinds[comparison.sources[id_]] in FETCHED
        if found := find_suspicions(old, comparison.articles[id_], fetched=fetched):
            suspicions[id_] = found
    return Findings(pairs.moved, pairs.duplicates, suspicions)


class _Pairs:
    """Pairs each added article with the one whose text it has, if there is one."""

    def __init__(
        self,
        comparison: Comparison,
        current: Mapping[str, Member],
        kinds: Mapping[int, SourceKind],
        load: LoadArticle,
    ) -> None:
        self.moved: dict[str, str] = {}
        self.duplicates: dict[str, str] = {}
        self.mergeable = {
            id_
            for id_ in comparison.added
            if kinds[comparison.sources[id_]] in FETCHED or not comparison.articles[id_].id_is_given
        }
        self._comparison = comparison
        self._current = current
        self._load = load

    def find(self, among: Lookalikes) -> None:
        """Look at every added article; those that stay may win over later ones."""
        for id_ in self._comparison.added:
            article = self._comparison.articles[id_]
            for other in among.find(article.likeness):
                if self._may_pair(id_, other) and are_alike(_words(article), self._text_of(other)):
                    goes = other in self._comparison.removed
                    (self.moved if goes else self.duplicates)[id_] = other
                    break
            if id_ not in self.duplicates:
                among.add(id_, article.likeness)

    def _may_pair(self, id_: str, other: str) -> bool:
        if other in self._comparison.removed:
            return other not in self.moved.values()
        return id_ in self.mergeable and other != id_

    def _text_of(self, id_: str) -> str:
        if id_ in self._comparison.articles:
            return _words(self._comparison.articles[id_])
        return _words(self._load(self._current[id_].version_id))


def _words(article: Article) -> str:
    return words_of(article.title, article.text)


def drops_too_much(drops: int, articles: int) -> bool:
    """Whether dropping so many of a library of ``articles`` is more than is plausible."""
    return drops > max(FEW, MAX_DROPPED_SHARE * articles)


def tell_kept(kept: Mapping[str, str], limit: int = 3) -> list[Problem]:
    """A line for each reason why articles stay that were not seen."""
    by_reason: dict[str, list[str]] = {}
    for id_, reason in kept.items():
        by_reason.setdefault(reason, []).append(id_)
    lines = []
    for reason, ids in by_reason.items():
        names = ", ".join(ids[:limit]) + (", ..." if len(ids) > limit else "")
        count = f" ({len(ids)} articles)" if len(ids) > 1 else ""
        lines.append(Problem(names, f"Kept{count}. {reason}"))
    return lines


def _with_free_id(
    article: Article,
    source: int,
    where: Source,
    current: Mapping[str, Member],
    taken: Mapping[str, int],
) -> Article:
    """The article, under another id when a derived one belongs to another source's article."""
    if article.id_is_given:
        return article
    if article.id in current and current[article.id].version_id == article.version_id:
        return article  # the same file, reached by another way
    holder = taken.get(article.id)
    if holder is None and article.id in current:
        holder = current[article.id].source
    if holder is None or holder == source:
        return article
    mark = hashlib.sha256(where.location.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return dataclasses.replace(article, id=f"{article.id}~{mark}")
