"""Simulated manifests: what a source of very many tiny articles lists, and what is known of it."""

from __future__ import annotations

from dataclasses import replace

from index.editions import Member
from index.entries import EntryState
from index.models import Article, ReadResult, Source, SourceKind

SOURCE = Source(SourceKind.FOLDER, "/tiny")
KEY = 1


def make_state(number: int) -> EntryState:
    """What is remembered of the entry of that number."""
    name = f"tiny-{number:07}"
    return EntryState(f"{name}.md", name, version_id=f"v{number:015}", stamp=f"{number}:12")


def make_current(states: list[EntryState]) -> dict[str, Member]:
    """The edition that holds these."""
    return {state.article_id: Member(state.version_id, KEY) for state in states}


def list_unchanged(states: list[EntryState]) -> ReadResult:
    """A reading in which nothing had changed."""
    return ReadResult(SOURCE, (), read=(), unchanged=tuple(states), failed=frozenset())


def list_new(count: int) -> ReadResult:
    """A first reading: each article is one short sentence."""
    articles = tuple(
        Article(id=f"tiny-{n:07}", title=f"Tiny {n}", text=f"Boat {n} sails.", id_is_given=True)
        for n in range(count)
    )
    read = tuple(replace(make_state(n), version_id="") for n in range(count))
    return ReadResult(SOURCE, articles, read=read, unchanged=(), failed=frozenset())
