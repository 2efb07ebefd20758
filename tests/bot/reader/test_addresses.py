from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.reader.addresses import (
    Asked,
    Place,
    ReaderAddresses,
    is_signed,
    read_address,
    relative_address,
    sign,
)

SECRET = bytes(range(32))
NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
VERSION = "0123456789abcdef" * 2
PLACE = Place("paper", VERSION, 10, 60, part=5, expires=int(NOW.timestamp()) + 60)


def read_link(link: str) -> Asked | None:
    parts = urlsplit(link)
    library, version = parts.path.split("/")[-2:]
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return read_address(library, version, query)


def make_link(days: int = 30, *, public: bool = False, library: str = "paper") -> str:
    addresses = ReaderAddresses("https://read.example.org", SECRET, days, lambda: NOW)
    return addresses.link(library, VERSION, 10, 60, public=public)


def test_a_link_opens_its_place_until_it_ends() -> None:
    asked = read_link(make_link())

    assert asked is not None
    assert asked.place.quote is not None
    assert is_signed(SECRET, asked, NOW + timedelta(days=30))
    assert not is_signed(SECRET, asked, NOW + timedelta(days=31))


@pytest.mark.parametrize(
    "change",
    [
        {"library": "paper2"},
        {"version_id": "f" * 32},
        {"start": 11},
        {"end": 61},
        {"part": 6},
        {"part": None},
        {"expires": PLACE.expires and PLACE.expires + 1},
    ],
)
def test_each_field_changed_alone_voids_the_signature(change: dict[str, object]) -> None:
    asked = Asked(PLACE, sign(SECRET, PLACE))

    assert is_signed(SECRET, asked, NOW)
    assert not is_signed(SECRET, replace(asked, place=replace(PLACE, **change)), NOW)  # type: ignore[arg-type]


def test_another_secret_or_no_signature_opens_nothing() -> None:
    assert not is_signed(bytes(32), Asked(PLACE, sign(SECRET, PLACE)), NOW)
    assert not is_signed(SECRET, Asked(PLACE, None), NOW)
    assert not is_signed(SECRET, Asked(PLACE, "A" * 43), NOW)
    endless = replace(PLACE, expires=None)
    assert not is_signed(SECRET, Asked(endless, sign(SECRET, endless)), NOW)


def test_a_link_never_tells_at_what_second_somebody_asked() -> None:
    later = ReaderAddresses(
        "https://read.example.org", SECRET, 30, lambda: NOW + timedelta(hours=5)
    )

    assert later.link("paper", VERSION, 10, 60) == make_link()


def test_a_public_library_has_plain_links() -> None:
    assert make_link(public=True) == f"https://read.example.org/paper/{VERSION}?s=10&e=60#quote"


def test_the_longest_link_fits_a_button() -> None:
    base = "https://" + "a" * 191
    addresses = ReaderAddresses(base, SECRET, 365, lambda: NOW)

    assert len(base) == 199
    assert len(addresses.link("l" * 64, VERSION, 999_999_998, 999_999_999)) <= 512


def test_an_address_without_a_quote_has_no_anchor_and_is_signed_all_the_same() -> None:
    addresses = ReaderAddresses("https://read.example.org", SECRET, 30, lambda: NOW)
    link = addresses.link("paper", VERSION, 7, 7)
    asked = read_link(link)

    assert "#" not in link
    assert asked is not None
    assert is_signed(SECRET, asked, NOW)


def test_what_a_page_links_to_is_read_back_as_it_was_signed() -> None:
    link = "/paper/" + relative_address(PLACE, SECRET, anchor="quote")
    asked = read_link(link)

    assert asked is not None
    assert asked.place == PLACE
    assert is_signed(SECRET, asked, NOW)


@pytest.mark.parametrize(
    ("library", "version", "query"),
    [
        ("Paper", VERSION, {}),
        ("../x", VERSION, {}),
        ("paper\n", VERSION, {}),
        ("paper", VERSION[:-1], {}),
        ("paper", VERSION.upper(), {}),
        ("paper", VERSION, {"s": "-1"}),
        ("paper", VERSION, {"s": "01"}),
        ("paper", VERSION, {"e": "9999999999"}),
        ("paper", VERSION, {"e": "١٢"}),
        ("paper", VERSION, {"p": "x"}),
        ("paper", VERSION, {"x": "1e9"}),
        ("paper", VERSION, {"k": "short"}),
        ("paper", VERSION, {"k": "é" * 43}),
    ],
)
def test_what_is_no_address_of_ours_is_not_read(
    library: str, version: str, query: dict[str, str]
) -> None:
    assert read_address(library, version, query) is None
