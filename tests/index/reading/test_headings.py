from hypothesis import given, settings
from hypothesis import strategies as st

from index.reading.headings import find_headings


def found(text: str) -> list[tuple[int, str]]:
    return [(h.level, text[h.start : h.end]) for h in find_headings(text)]


def test_marked_lines_are_headings_without_their_marks() -> None:
    text = "# One\n\ntext\r\n  ### Two words ##\r\n####### seven\n#tag\n## C#\n    # code\n#### "

    assert found(text) == [(1, "One"), (3, "Two words"), (2, "C#")]


def test_marks_in_fenced_code_are_no_headings() -> None:
    assert found("```\n# a\n~~~\n# b\n```\n# c") == [(1, "c")]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="# \tab\r\n`~", max_size=60))
def test_spans_hold_words_and_no_line_end(text: str) -> None:
    for heading in find_headings(text):
        words = text[heading.start : heading.end]
        assert words.strip(" \t") == words != ""
        assert "\n" not in words
        assert "\r" not in words
        assert text[: heading.start].rstrip(" \t").endswith("#")
