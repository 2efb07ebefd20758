"""The parameters of a command, which may come over the socket: taken, or refused in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import CommandError
from bot.params import Params
from bot.state.gap_causes import Cause

_ANYTHING: dict[str, Any] = {
    "text": "no_such_cause", "nothing": "", "number": 1, "truth": True, "list": ["no_article"],
    "object": {"no_article": 1},
}  # fmt: skip


@pytest.mark.parametrize("value", _ANYTHING.values(), ids=_ANYTHING.keys())
def test_a_cause_that_is_none_is_refused_with_those_there_are(value: object) -> None:
    with pytest.raises(CommandError, match="no_article, not_supported, disagree, too_old"):
        _ = Params({"cause": value}).cause


def test_a_cause_is_taken_by_its_name_and_need_not_be_given() -> None:
    assert [Params({"cause": str(cause)}).cause for cause in Cause] == list(Cause)
    assert Params({"cause": None}).cause is None
    assert Params({}).cause is None


_NO_UTF_8 = "caf\udce9"
"""As the command line gives a word whose bytes are no UTF-8."""
_KEPT = (
    ("articles", {"articles": ["a", _NO_UTF_8]}),
    ("article", {"article": _NO_UTF_8}),
    ("newer", {"by": _NO_UTF_8}),
    ("question", {"question": "When?", "only_article": _NO_UTF_8}),
    ("options", {"include": [_NO_UTF_8]}),
    ("options", {"exclude": [_NO_UTF_8]}),
    ("recency", {"recency": _NO_UTF_8}),
    ("schedule", {"schedule": _NO_UTF_8}),
)


@pytest.mark.parametrize(("name", "given"), _KEPT, ids=[next(reversed(g)) for _, g in _KEPT])
def test_a_word_that_no_database_can_hold_is_refused(name: str, given: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        getattr(Params(given), name)


def test_a_file_may_have_a_name_that_is_no_utf_8() -> None:
    path = f"/{_NO_UTF_8}"
    assert Params({"path": path}).path == path
    assert Params({"targets": [path]}).targets == (path,)


@pytest.mark.parametrize("path", [None, "", " ", 1, ["/a"], "a", "/a\0b"], ids=repr)
def test_a_file_is_named_by_its_absolute_path(path: object) -> None:
    with pytest.raises(CommandError, match="Name a file"):
        _ = Params({"path": path}).path
