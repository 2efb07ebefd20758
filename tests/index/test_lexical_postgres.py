"""The lexical half in PostgreSQL finds what SQLite FTS5 finds, with the same scores."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical, lexical_postings, lexical_segments, schema, spelling
from index.connections import Connection
from index.lexical import ColumnWeights, LexicalRow
from index.scope import WHOLE, Scope
from index.sqlite_upgrade import split_statements
from tests.fakes.stores import SERVERS

psycopg = pytest.importorskip("psycopg", reason="of the extra `postgres`")

_LIBRARY = 1
_WORDS = (
    *"harbour Harbours harbouring pilot's pilot’s don't l'été ÉCOLE école naïve über ß".split(),
    *"İstanbul ﬁne U.S. u.s well-known 2,000 2000 3.14 10:30 foo_bar a an running ran".split(),
    *"中文 東京都 한국어 привет Привета אבג ١٢٣ e\u0301cole 👩‍🚀 — … ' \" * NEAR".split(),
    *"AND col:on (x) ^a \0 \1 ministry ministries minister government goverment".split(" "),
    *("x" * 300, "x" * 300 + "y", "long" * 60),
)
_DATES = (None, "2025-03-01", "2026-10", "2026-11-20T10:00")


@dataclass
class Twins:
    """The same chunks in both databases; an article has two chunks."""

    sqlite: sqlite3.Connection
    postgres: Connection
    rows: dict[int, LexicalRow] = field(default_factory=dict)
    next_row: int = 1

    @property
    def both(self) -> tuple[Connection, Connection]:
        return self.sqlite, self.postgres

    def add(self, texts: Sequence[tuple[str, str, str]]) -> None:
        added = []
        for title, heading, body in texts:
            row = LexicalRow(self.next_row, title, heading, body)
            self.next_row += 1
            self._store(row.row)
            self.rows[row.row] = row
            added.append(row)
        for connection in self.both:
            lexical.add_rows(connection, _LIBRARY, added)

    def _store(self, row: int) -> None:
        article = f"a{row // 2}"
        version = row // 2 + 1
        for connection in self.both:
            connection.execute(
                "INSERT INTO version (pk, library, version_id, article_id, title, text, "
                "published_at, authors, headings) VALUES (?, 1, ?, ?, '', '', ?, '', '') "
                "ON CONFLICT DO NOTHING",
                (version, f"v{version}", article, _DATES[version % len(_DATES)]),
            )
            # Every third article left the second edition.
            connection.execute(
                "INSERT INTO membership (library, article_id, version, from_edition, to_edition) "
                "VALUES (1, ?, ?, 1, ?) ON CONFLICT DO NOTHING",
                (article, version, 2 if version % 3 == 0 else None),
            )
            # Ids do not go up with keys: equal scores are told apart by them.
            connection.execute(
                'INSERT INTO chunk (pk, version, chunk_id, ordinal, start, "end", heading, '
                "embedding) VALUES (?, ?, ?, ?, 0, 1, '', '')",
                (row, version, f"{row * 7919 % 1000:04}-{row}", row % 2),
            )

    def remove(self, rows: Sequence[int]) -> None:
        gone = [self.rows.pop(row) for row in rows]
        for connection in self.both:
            lexical.remove_rows(connection, _LIBRARY, gone)
            for row in gone:
                connection.execute("DELETE FROM chunk WHERE pk = ?", (row.row,))

    def check(self, words: Sequence[str]) -> None:
        for connection in self.both:
            assert lexical.count_rows(connection, _LIBRARY) == len(self.rows)
            assert lexical.check_integrity(connection, _LIBRARY) is None
            assert lexical.count_strays(connection, _LIBRARY) == (0, 0)
        one, other = (lexical.weigh_terms(c, _LIBRARY, words, len(self.rows)) for c in self.both)
        assert one == other
        for letter in "aghmpx中":
            one_like, other_like = (
                sorted(lexical.terms_like(c, _LIBRARY, letter, 1, 60)) for c in self.both
            )
            assert one_like == other_like
        unknown = ["goverment", "harbuor", "ministrys", *words]
        assert len({str(spelling.respell(c, _LIBRARY, unknown)) for c in self.both}) == 1

    def search(
        self,
        words: Sequence[str],
        limit: int = 10,
        weights: ColumnWeights = ColumnWeights(),  # noqa: B008 - a frozen value
        scope: Scope = WHOLE,
        edition: int = 1,
    ) -> list[tuple[int, float]]:
        """What both find: the very same."""
        one, other = (
            lexical.search_rows(c, _LIBRARY, words, edition, limit, weights, scope)
            for c in self.both
        )
        assert [row for row, _ in other] == [row for row, _ in one]
        assert [score for _, score in other] == pytest.approx([s for _, s in one], rel=1e-9)
        return other

    def titled(self, words: Sequence[str]) -> list[int]:
        """The chunks whose title holds all words, as both say."""
        found = []
        for connection in self.both:
            condition, values = lexical.write_title_condition(connection, _LIBRARY, words)
            rows = connection.execute(
                f"SELECT c.pk FROM chunk AS c WHERE {condition} ORDER BY c.pk", values
            )
            found.append([int(row[0]) for row in rows])
        assert found[0] == found[1]
        return found[1]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Connection]:
    """A connection to an empty database of its own, with the program's tables."""
    from index import postgres_schema  # noqa: PLC0415 - its driver is an extra
    from index.postgres_connection import PostgresConnection, prepare  # noqa: PLC0415

    address = SERVERS.server().create_database()
    with psycopg.connect(address) as raw:
        prepare(raw)
        connection = PostgresConnection(raw)
        postgres_schema.migrate(connection, schema.SCHEMA, schema.STEPS, within="public")
        connection.execute("INSERT INTO library (pk, name) VALUES (1, 'default')")
        lexical.create_table(connection, _LIBRARY)
        raw.commit()
        yield connection
    SERVERS.server().drop_database(address)


@pytest.fixture
def twins(postgres: Connection) -> Iterator[Twins]:
    with sqlite3.connect(":memory:", isolation_level=None) as sqlite:
        yield make_twins(sqlite, postgres)
    sqlite.close()


def make_twins(sqlite: sqlite3.Connection, postgres: Connection) -> Twins:
    """Both empty."""
    sqlite.row_factory = sqlite3.Row
    for step in schema.STEPS:
        for statement in split_statements(step):
            sqlite.execute(statement)
    sqlite.execute("INSERT INTO library (pk, name) VALUES (1, 'default')")
    lexical.create_table(sqlite, _LIBRARY)
    lexical.clear_table(postgres, _LIBRARY)
    for table in ("chunk", "membership", "version"):
        postgres.execute(f"DELETE FROM {table}")
    return Twins(sqlite, postgres)


_text = st.one_of(
    st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
_rows = st.lists(st.tuples(_text, _text, _text), min_size=1, max_size=4)
_word = st.one_of(st.sampled_from(_WORDS), st.text(st.characters(codec="utf-8"), max_size=8)).map(
    lambda word: word.replace("\0", "")
)
_weights = st.builds(ColumnWeights, *(st.sampled_from((0.0, 0.5, 1.0, 2.0)) for _ in range(3)))
_scopes = st.sampled_from((WHOLE, Scope(article_id="a1"), Scope(since=date(2026, 1, 1))))


@given(
    steps=st.lists(st.one_of(_rows, st.just("remove"), st.just("merge")), min_size=1, max_size=14),
    questions=st.lists(st.lists(_word, min_size=1, max_size=6), min_size=1, max_size=3),
    weights=_weights,
    scope=_scopes,
    limit=st.integers(1, 9),
    luck=st.randoms(use_true_random=False),
)
@settings(max_examples=25)
def test_both_find_the_same_with_the_same_scores_whatever_came_and_went(
    postgres: Connection,
    steps: list[list[tuple[str, str, str]] | str],
    questions: list[list[str]],
    weights: ColumnWeights,
    scope: Scope,
    limit: int,
    luck: random.Random,
) -> None:
    with sqlite3.connect(":memory:", isolation_level=None) as sqlite:
        twins = make_twins(sqlite, postgres)
        for step in steps:
            if step == "merge":
                lexical.merge_some(postgres, _LIBRARY, -500)
            elif step == "remove":
                twins.remove(luck.sample(sorted(twins.rows), len(twins.rows) // 2))
            else:
                assert not isinstance(step, str)
                twins.add(step)
        for words in questions:
            for edition in (1, 2):
                twins.search(words, limit, weights, scope, edition)
            twins.titled(words)
        twins.check(questions[0])
    sqlite.close()


def test_hundreds_of_chunks_are_merged_and_found_as_before(twins: Twins) -> None:
    luck = random.Random(7)
    vocabulary = [f"{stem}{n}" for stem in ("pier", "tide", "crew", "lamp") for n in range(80)]
    common = ["harbour", "pilot", "the", "U.S.", "well-known"]

    def text(words: int) -> str:
        return " ".join(luck.choices(vocabulary, k=words) + luck.choices(common, k=words))

    for _ in range(150):
        twins.add([(text(2), text(1), text(10)) for _ in range(4)])
        if luck.random() < 0.3:
            twins.remove(luck.sample(sorted(twins.rows), 3))

    (segments,) = twins.postgres.execute("SELECT count(*) FROM lexical_segment").fetchone()
    assert segments < 30
    for words in (["harbour", "pilot", "the"], ["u.s", "tide7"], ["pier1", "well-known", "lamp3"]):
        assert twins.search(words, 60)
    assert twins.search(["harbour", "pilot"], 5000)
    while lexical.merge_some(twins.postgres, _LIBRARY, 500):
        pass
    assert twins.search(["harbour", "u.s", "crew5"], 60)
    twins.check(["harbour", "tide7"])


def test_what_was_taken_out_leaves_no_trace_behind_a_merge(twins: Twins) -> None:
    twins.add([("", "", "harbour pilot"), ("", "", "secretword pilot")])
    twins.remove([2])

    while lexical.merge_some(twins.postgres, _LIBRARY, 500):
        pass

    terms = [r[0] for r in twins.postgres.execute("SELECT term FROM lexical_posting")]
    assert sorted(terms) == ["harbour", "pilot"]


@pytest.mark.parametrize(
    ("harm", "sign"),
    [
        ("UPDATE lexical_posting SET live = live + 1 WHERE term = 'pilot'", "was counted"),
        ("DELETE FROM lexical_posting WHERE term = 'pilot'", "miss words"),
        ("UPDATE lexical_posting SET places = '\\xffffffff' WHERE term = 'pilot'", "damaged"),
        ("UPDATE lexical_posting SET places = ''", "damaged"),
        ("UPDATE lexical_posting SET places = '\\x01'", "damaged"),
        ("UPDATE lexical_segment SET lengths = '\\x0000'", "damaged"),
    ],
)
def test_what_was_tampered_with_is_noticed(twins: Twins, harm: str, sign: str) -> None:
    twins.add([("Boats", "", "the pilot came"), ("", "", "a pilot")])

    twins.postgres.execute(harm)

    assert sign in (lexical.check_integrity(twins.postgres, _LIBRARY) or "")


def test_chunks_that_are_missing_or_too_many_are_counted(twins: Twins) -> None:
    twins.add([("", "", "one"), ("", "", "two"), ("", "", "three")])

    twins.postgres.execute("DELETE FROM chunk WHERE pk = 1")
    lexical.remove_rows(twins.postgres, _LIBRARY, [twins.rows[2], twins.rows[3]])

    assert lexical.count_strays(twins.postgres, _LIBRARY) == (2, 1)


def test_libraries_do_not_see_each_other(twins: Twins) -> None:
    twins.add([("", "", "harbour")])

    lexical.add_rows(twins.postgres, 2, [LexicalRow(50, "", "", "harbour harbour lighthouse")])

    assert [row for row, _ in twins.search(["harbour"])] == [1]
    assert lexical.count_rows(twins.postgres, 2) == 1
    assert lexical.terms_like(twins.postgres, 1, "l", 1, 60) == []
    assert lexical.weigh_terms(twins.postgres, 1, ["lighthouse"], 1) == {"lighthouse": 1.0}
    twins.add([("", "", "harbour pilot"), ("", "", "harbour tide")])
    lexical.add_rows(twins.postgres, 2, [LexicalRow(51, "", "", "harbour quay")])
    twins.remove([2])
    assert lexical.check_integrity(twins.postgres, 2) is None
    lexical.clear_table(twins.postgres, 2)
    twins.remove([3])
    assert [row for row, _ in twins.search(["harbour"])] == [1]


def test_a_title_holds_all_words_or_is_not_meant(twins: Twins) -> None:
    twins.add([("Harbour strike in U.S.", "", ""), ("Harbour", "", "strike"), ("", "", "")])

    assert twins.titled(["harbours", "strikes"]) == [1]
    assert twins.titled(["harbour"]) == [1, 2]
    assert twins.titled(["u.s"]) == [1]
    assert twins.titled(["lighthouse"]) == []


def test_equal_scores_are_told_apart_by_their_ids_however_many_they_are(twins: Twins) -> None:
    twins.add([("", "", "the harbour pilot")] * 700)

    for limit in (5, 300, 900):
        assert len(twins.search(["harbour"], limit)) == min(limit, 700)


def test_many_chunks_of_many_words_at_once_are_written_in_parts(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_segments, "_ROWS_A_SEGMENT", 3)
    monkeypatch.setattr(lexical_segments, "_PAGE", 3)

    twins.add([("", "pier", f"word{n} word{n + 1} harbour") for n in range(20)])

    (segments,) = twins.postgres.execute("SELECT count(*) FROM lexical_segment").fetchone()
    assert segments == 7
    twins.search(["harbour", "word7", "word20"], 30)
    twins.check(["harbour", "word7"])


def test_a_merge_reads_and_writes_in_parts_and_never_parts_a_word(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_postings, "_PAGE_BYTES", 8)

    for n in range(20):
        twins.add([("", "", f"harbour pilot tide{n}"), ("", "", "harbour harbour")])

    twins.search(["harbour", "tide3"], 50)
    twins.check(["harbour", "pilot"])


def test_no_merge_makes_a_segment_that_writers_would_wait_long_for(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_segments, "_MOST_MERGED", 40)

    for n in range(80):
        twins.add([("", "", f"harbour pilot{n}"), ("", "", "tide")])

    (largest,) = twins.postgres.execute("SELECT max(live) FROM lexical_segment").fetchone()
    assert 16 < largest <= 40
    twins.search(["harbour", "pilot3"], 200)


def test_words_far_back_count_and_never_run_into_the_next_column(twins: Twins) -> None:
    twins.add(
        [
            (f"{'pier ' * 16_500}well", "known harbour", ""),
            ("", "well known", "harbour"),
            ("pier", "", ""),
        ]
    )

    assert [row for row, _ in twins.search(["well-known"])] == [2]
    twins.search(["pier", "harbour"])
    twins.check(["pier", "well-known"])
