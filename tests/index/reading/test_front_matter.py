from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import SourceError
from index.reading.front_matter import read_metadata, split_front_matter
from index.reading.metadata import Metadata


def metadata_of(text: str) -> Metadata:
    return read_metadata(split_front_matter(text)[0])


def test_fields_are_read_and_the_body_is_what_follows() -> None:
    fields, body = split_front_matter("---\nTitle: A\ndate: 2025-04-29\n---\n\nBody\n---\nmore")

    assert fields == {"title": "A", "date": "2025-04-29"}
    assert body == "\n\nBody\n---\nmore"


@pytest.mark.parametrize(
    "date",
    ["2025", "2025-04", "2025-04-29", "2025-04-29 10:00:16 -0400", "2025-4-29", "29 April 2025"],
)
def test_a_date_keeps_its_characters(date: str) -> None:
    assert metadata_of(f"---\ndate: {date}\n---\n").published_at == date


def test_a_flag_is_not_taken_for_a_date() -> None:
    assert metadata_of("---\npublished: true\ncreated: 2024-01\n---\n").published_at == "2024-01"


def test_titles_are_plain_lines() -> None:
    assert metadata_of("---\ntitle: 1984\n---").title == "1984"
    assert metadata_of("---\ntitle: yes\n---").title == "yes"
    assert metadata_of("---\ntitle: Valentine&#8217;s\n---").title == "Valentine’s"
    assert metadata_of("---\ntitle: >\n  Two\n  lines\n---").title == "Two lines"
    assert metadata_of("---\ntitle: ~\n---").title == ""
    assert metadata_of(f"---\ntitle: {'x' * 500}\n---").title == "x" * 299 + "…"


@pytest.mark.parametrize(
    ("yaml", "authors"),
    [
        ("author: Ann Lee", ("Ann Lee",)),
        ("authors: [Ann Lee, Bo]", ("Ann Lee", "Bo")),
        ("authors:\n  - name: Ann Lee\n    role: editor\n  - Bo", ("Ann Lee", "Bo")),
        ("author:\n  name: Ann Lee", ("Ann Lee",)),
        ("authors: [[nested], {a: b}, '']", ()),
        ("authors:", ()),
    ],
)
def test_authors_come_in_many_shapes(yaml: str, authors: tuple[str, ...]) -> None:
    assert metadata_of(f"---\n{yaml}\n---\n").authors == authors


def test_an_address_must_be_absolute_and_without_credentials() -> None:
    assert metadata_of("---\npermalink: /x/\nlink: https://e.org/x\n---").url == "https://e.org/x"
    assert metadata_of("---\nurl: javascript:alert(1)\n---").url is None
    assert metadata_of("---\nurl: https://a:b@e.org/\n---").url is None


def test_publisher_and_id_are_read() -> None:
    metadata = metadata_of("---\nid: 007\nsource: https://e.org\npublisher: The Gull\n---")

    assert (metadata.id, metadata.publisher) == ("007", "The Gull")


def test_broken_yaml_names_its_line_in_the_file() -> None:
    with pytest.raises(SourceError, match=r"not valid YAML, line 3: mapping values"):
        split_front_matter("---\ndate: 2025-01-01\ntitle: News: today\n---\n\nText.")


def test_front_matter_that_never_ends_is_an_error() -> None:
    with pytest.raises(SourceError, match="never closed"):
        split_front_matter("---\ntitle: A\n\nText without an end.")


@pytest.mark.parametrize("text", ["---\nJust a line\n---\nText", "Text\n---\na: b\n---", "---", ""])
def test_thematic_breaks_are_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]

    with pytest.raises(SourceError, match="not valid YAML, line"):
        split_front_matter("---\n" + "\n".join(lines) + "\n---\nText")


@pytest.mark.parametrize(
    "yaml",
    [
        "[" * 5000,
        "a: &a [*a]",
        "? [1]\n: 2",
        "a: !!python/object/apply:os.system [x]\n  b",
        "%TAG ! x\n",
        "a: *missing",
        "\t- a",
    ],
)
def test_odd_yaml_gives_fields_or_one_clear_error(yaml: str) -> None:
    with suppress(SourceError):
        assert metadata_of(f"---\n{yaml}\n---\nText") == Metadata()


def test_yaml_tags_build_nothing() -> None:
    fields, _ = split_front_matter("---\ntitle: !!python/name:os.system x\n---\n")

    assert fields == {"title": "x"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_front_matter_is_read_or_refused(yaml: str) -> None:
    try:
        metadata = metadata_of(f"---\ntitle: t\n{yaml}\n---\nText")
    except SourceError:
        return
    assert isinstance(metadata, Metadata)
