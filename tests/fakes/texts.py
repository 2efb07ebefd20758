"""Makes texts as articles have them, and as nobody should write them, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

_PARTS = [
    "The council met in the U.S. on Jan. 5.",
    "Dr. J. R. Lund left!",
    "Why? he said",
    "It cost $3.50, or 2.5 per cent; see No. 7.",
    "“We won. We are happy,” said one.",
    'He asked "really? Yes." and went.',
    "It was ‘good.’ It’s fine.",
    "(Morning Post)",
    "(He did. Really.)",
    "A.",
    "12.",
    "1. The hull. 2. The mast.",
    "- and so",
    "—",
    "…",
    "*",
    "#",
    "# Roads",
    "## Roads and the bridges over them",
    "#hashtag",
    "* ",
    "  - ",
    "1) ",
    "> ",
    "| a | b. c |",
    "Mon | 9 to 5 | free. Or so",
    "|---|---|",
    "---",
    "```",
    '"',
    "“",
    "(",
    ")",
    "[1]",
    "See Vol.",
    "你好。我们走吧！",
    "「好。」",
    "यह अच्छा है।",
    "هل هذا جيد؟",
    "🎉",
    "e\u0301tat.",
    "x" * 130,
    "https://example.org/a.b?c=d",
    "Fish.Chips.Peas",
]
_ENDLESS = ["word " * 60, "a,b;c" * 40, "and so on, and so on " * 40, "x" * 700]
_BETWEEN = [" ", " ", " ", " ", "", "\n", "\n\n", "\r\n", "\n\n\n", "\t", "\u00a0", "\u2028"]


def texts(most: int = 25, *, endless: bool = True) -> st.SearchStrategy[str]:
    """Texts of up to ``most`` parts; some of them go on without an end if ``endless``."""
    parts = _PARTS + _ENDLESS if endless else _PARTS
    part = st.tuples(st.sampled_from(parts), st.sampled_from(_BETWEEN))
    return st.lists(part, max_size=most).map(lambda pairs: "".join(a + b for a, b in pairs))
