"""What an add or a sync would change, as a value. Pure: nothing is read or written here."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.editions import Changes, Member
from index.models import Article, ReadResult, Source

# A sync that would drop more than this share of a library is more likely a fault than a wish.
MAX_DROPPED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What would change, by article id. ``articles`` holds the new texts to store."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
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
) -> SyncPlan:
    """Compare what sources gave with the current edition.

    Args:
        current: The edition's articles by id.
        results: Each source's key with what it gave.
        drop_missing: Whether an article that its source no longer gives is removed.
            Sources that reported problems keep theirs: a file that cannot be read
            today is not a file that is gone.
    """
    articles: dict[str, Article] = {}
    sources: dict[str, int] = {}
    for source, result in results:
        for article in result.articles:
            named = _with_free_id(article, source, result.source, current, sources)
            articles[named.id], sources[named.id] = named, source
    added = tuple(id_ for id_ in articles if id_ not in current)
    changed = tuple(
        id_
        for id_, article in articles.items()
        if id_ in current and current[id_].version_id != article.version_id
    )
    whole = {source for source, result in results if drop_missing and not result.problems}
    removed = tuple(
        id_ for id_, member in current.items() if id_ not in articles and member.source in whole
    )
    unchanged = len(articles) - len(added) - len(changed)
    return SyncPlan(added, changed, removed, unchanged, articles, sources)


def drops_too_much(plan: SyncPlan, current: int) -> bool:
    """Whether the plan removes more of a library of ``current`` articles than is plausible."""
    return len(plan.removed) > 1 and len(plan.removed) > MAX_DROPPED_SHARE * current


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
    holder = taken.get(article.id)
    if holder is None and article.id in current:
        holder = current[article.id].source
    if holder is None or holder == source:
        return article
    mark = hashlib.sha256(where.location.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return dataclasses.replace(article, id=f"{article.id}~{mark}")
