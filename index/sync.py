"""What an add or a sync would change, as a value. Pure: nothing is read or written here."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from index.editions import Changes, Member
from index.models import Article, ReadResult, Source

# A sync that would drop more than this share of a library is more likely a fault than a wish.
MAX_DROPPED_SHARE = 0.2
# Up to this many are a wish in any library.
FEW = 3
# A version's name covers its id, so each pair must be tried; more than this takes too long.
_PAIRS = 10_000


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What would change, by article id. ``articles`` holds the new texts to store.

    ``kept`` are articles that a source no longer gives, but that stay because it could
    not be read whole. ``moved`` counts removed ones whose text came back under a new id.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    moved: int
    unchanged: int
    articles: Mapping[str, Article]
    sources: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether the current edition already says all this."""
        return not (self.added or self.changed or self.removed)

    def changes(self) -> Changes:
        """The plan as the step from the current edition to the next."""
        put = {
            id_: Member(self.articles[id_].version_id, self.sources[id_])
            for id_ in (*self.added, *self.changed)
        }
        return Changes(put, self.removed, len(self.added), len(self.changed))


def plan_sync(
    current: Mapping[str, Member],
    results: Sequence[tuple[int, ReadResult]],
    *,
    drop_missing: bool,
    withheld: AbstractSet[str] = frozenset(),
) -> SyncPlan:
    """Compare what sources gave with the current edition.

    Args:
        current: The edition's articles by id.
        results: Each source's key with what it gave.
        drop_missing: Whether an article that its source no longer gives is removed.
            Sources that reported problems keep theirs: a file that cannot be read
            today is not a file that is gone.
        withheld: Ids that are passed over, since somebody removed them.
    """
    articles: dict[str, Article] = {}
    sources: dict[str, int] = {}
    for source, result in results:
        for article in result.articles:
            named = _with_free_id(article, source, result.source, current, sources)
            if named.id not in withheld:
                articles[named.id], sources[named.id] = named, source
    added = tuple(id_ for id_ in articles if id_ not in current)
    changed = tuple(
        id_
        for id_, article in articles.items()
        if id_ in current and current[id_].version_id != article.version_id
    )
    whole = {source for source, result in results if not result.problems}
    read = {source for source, _ in results if drop_missing}
    missing = [id_ for id_, m in current.items() if id_ not in articles and m.source in read]
    removed = tuple(id_ for id_ in missing if current[id_].source in whole)
    kept = tuple(id_ for id_ in missing if current[id_].source not in whole)
    unchanged = len(articles) - len(added) - len(changed)
    moved = _count_moved(removed, added, current, articles)
    return SyncPlan(added, changed, removed, kept, moved, unchanged, articles, sources)


def drops_too_much(plan: SyncPlan, current: int) -> bool:
    """Whether the plan removes more of a library of ``current`` articles than is plausible."""
    dropped = len(plan.removed) - plan.moved
    return dropped > max(FEW, MAX_DROPPED_SHARE * current)


def _count_moved(
    removed: Sequence[str],
    added: Sequence[str],
    current: Mapping[str, Member],
    articles: Mapping[str, Article],
) -> int:
    """How many removed articles came back, with the same version but for the id."""
    if len(removed) * len(added) > _PAIRS:
        return 0
    gone = {current[id_].version_id for id_ in removed}
    return sum(
        any(dataclasses.replace(articles[new], id=old).version_id in gone for old in removed)
        for new in added
    )


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
