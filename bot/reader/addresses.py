"""Addresses of the reader's pages, and the signatures that open those of private libraries.

``BASE/LIBRARY/VERSION?s=START&e=END[&p=PART][&x=EXPIRES&k=SIGNATURE]#quote``
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from index.models import Span

# A key of ours signs nothing but these, and nothing that is read in another way one day.
_PURPOSE = "footnote-reader-1"
_LIBRARY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_VERSION = re.compile(r"[0-9a-f]{32}")
_OFFSET = re.compile(r"0|[1-9][0-9]{0,8}")
_EXPIRES = re.compile(r"[1-9][0-9]{0,11}")
_SIGNATURE = re.compile(r"[\w-]{43}", re.ASCII)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Place:
    """What a page shows.

    Attributes:
        library: The library's name.
        version_id: The version of the article.
        start: Where the quote begins in its text; ``start == end`` is no quote.
        end: Where the quote ends.
        part: An offset in the part of a long article that is shown; None: where the quote is.
        expires: Seconds since 1970 at which a signature ends; None: the place is not signed.
    """

    library: str
    version_id: str
    start: int = 0
    end: int = 0
    part: int | None = None
    expires: int | None = None

    @property
    def quote(self) -> Span | None:
        """The quote's span, None where there is none."""
        return Span(self.start, self.end) if self.start < self.end else None


@dataclass(frozen=True, slots=True)
class Asked:
    """An address as it was asked for: its place, and the signature that came with it, or None."""

    place: Place
    signature: str | None


def sign(secret: bytes, place: Place) -> str:
    """The signature of a place, 43 characters; every field of it counts."""
    fields = (
        _PURPOSE, place.library, place.version_id, place.start, place.end, place.part, place.expires
    )  # fmt: skip
    message = "\n".join(map(str, fields)).encode()
    made = hmac.new(secret, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def is_signed(secret: bytes, asked: Asked, now: datetime) -> bool:
    """Whether the signature is ours, for exactly this place, and has not ended."""
    expires = asked.place.expires
    if expires is None or asked.signature is None:
        return False
    genuine = hmac.compare_digest(sign(secret, asked.place), asked.signature)
    return genuine and now.timestamp() < expires


def read_address(library: str, version_id: str, query: Mapping[str, str]) -> Asked | None:
    """The place that an address names; None where it is none of ours."""
    part, expires, signature = query.get("p"), query.get("x"), query.get("k")
    checks = (
        (_LIBRARY, library), (_VERSION, version_id),
        (_OFFSET, query.get("s", "0")), (_OFFSET, query.get("e", "0")),
        (_OFFSET, part), (_EXPIRES, expires), (_SIGNATURE, signature),
    )  # fmt: skip
    if not all(text is None or shape.fullmatch(text) for shape, text in checks):
        return None
    place = Place(
        library,
        version_id,
        int(query.get("s", "0")),
        int(query.get("e", "0")),
        None if part is None else int(part),
        None if expires is None else int(expires),
    )
    return Asked(place, signature)


def relative_address(place: Place, secret: bytes | None = None, *, anchor: str = "") -> str:
    """The address as seen from another page of the same library; signed if there is a secret."""
    query = []
    if place.quote is not None:
        query += [f"s={place.start}", f"e={place.end}"]
    if place.part is not None:
        query.append(f"p={place.part}")
    if secret is not None:
        query += [f"x={place.expires}", f"k={sign(secret, _as_read(place))}"]
    question = "?" + "&".join(query) if query else ""
    return f"{place.version_id}{question}" + (f"#{anchor}" if anchor else "")


def _as_read(place: Place) -> Place:
    """An empty quote is not written, so it is read back as none."""
    return place if place.quote is not None else replace(place, start=0, end=0)


class ReaderAddresses:
    """Makes the links that answers carry into the reader.

    Args:
        base_url: The reader's public address, without a slash at its end, at most 200 characters.
        secret: Signs the links; see ``bot.reader.secret``.
        days: For how long a link opens its page.
        now: The time of day, with its time zone.
    """

    def __init__(
        self, base_url: str, secret: bytes, days: int, now: Callable[[], datetime]
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._days = timedelta(days=days)
        self._now = now

    def link(
        self, library: str, version_id: str, start: int, end: int, *, public: bool = False
    ) -> str:
        """The link to a quote, at most 512 characters.

        Signed, unless the library is public. It lasts to the end of its last day, so that it
        does not tell to the second when somebody asked.
        """
        until = int((self._now() + self._days).timestamp())
        place = Place(library, version_id, start, end, expires=-(-until // _DAY) * _DAY)
        address = relative_address(
            place, None if public else self._secret, anchor="quote" if place.quote else ""
        )
        return f"{self._base_url}/{library}/{address}"
