"""The ways in which fetching fails that decide what is done next."""

from __future__ import annotations

from index.errors import FetchError


class SiteDown(FetchError):
    """The site did not answer, or asked to come back later.

    ``retry_after`` is how many seconds it asked for, if it did; ``may_retry`` is false where
    another try at once is of no use.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, may_retry: bool = True
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.may_retry = may_retry


class ComeBackLater(SiteDown):
    """The site is well, and asks for fewer requests."""


class Refused(FetchError):
    """The address may not be asked: it is not public, or robots.txt forbids it."""
