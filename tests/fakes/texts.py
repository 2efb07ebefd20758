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
    "word " * 60,
    "x" * 130,
    "a,b;c" * 40,
    "and so on, and so on " * 40,
    "https://example.org/a.b?c=d",
    "Fish.Chips.Peas",
]
_BETWEEN = [" ", " ", " ", " ", "", "\n", "\n\n", "\r\n", "\n\n\n", "\t", "\u00a0", "\u2028"]


def texts(most: int = 25) -> st.SearchStrategy[str]:
    """Texts of up to ``most`` parts."""
    part = st.tuples(st.sampled_from(_PARTS), st.sampled_from(_BETWEEN))
    return st.lists(part, max_size=most).map(lambda parts: "".join(a + b for a, b in parts))
