"""Inputs of a target for hypothesis: noise, samples with damage, and its words in any order."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.target import Target

_NASTY = (
    "@everyone", "<@1>", "<#1>", "](https://evil.example)", "[1]", "**", "```", "||", "\n# ", "\n",
    "\u202e", "\u200b", "\u0301" * 4, "\ud800", "\x00", "1" * 40, "9,999.99 %", "2031-06-10",
    "\U0001f468\u200d\U0001f469", "日本語。", "ا", "ß", "İ", "ﬁ", "word " * 30, "(" * 30, "a-" * 40,
)  # fmt: skip


def inputs_of(target: Target) -> st.SearchStrategy[bytes]:
    """Bytes that a target is tried with."""
    texts = [word.encode("utf-8", "surrogatepass") for word in _NASTY]
    part = st.binary(max_size=40) | st.sampled_from([*texts, *target.words])
    part |= st.text(max_size=20).map(lambda text: text.encode())
    made = st.lists(part, max_size=30).map(b"".join)
    if not target.samples:
        return made
    damage = st.tuples(st.integers(0, 1 << 16), st.integers(0, 12), part)
    damaged = st.tuples(st.sampled_from(target.samples), st.lists(damage, max_size=5)).map(
        lambda drawn: _damage(*drawn)
    )
    return made | damaged


def _damage(sample: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, part in changes:
        at = place % (len(sample) + 1)
        sample = sample[:at] + part + sample[at + length :]
    return sample
