"""The tables of a library, as numbered steps that run once each.

``membership`` rows say from which edition on, and until which, an article had
which version, so that publishing costs what changed and any edition can be read.
``withheld`` names articles that somebody removed: a sync does not bring them back.
Chunk texts are not stored: a chunk is a span of its version's text.

``entry`` is what a source gave the last time, entry by entry. ``plan`` keeps what somebody
may publish: ``body`` is what people see, ``material`` the articles, packed. ``job`` and
``library_option`` go by the library's name, since both may come before its first article.
``page`` is the web page a version was last read from, as a browser shows it, packed.
``note`` says what a moderator's note corrects; ``looked_at`` is the version of the corrected
article that somebody compared it with ("gone" if there was none), ``told`` the one that
moderators were told of. ``early_audit`` is the audit of a library before its first article, by
its name; it moves into ``audit`` when the library is made. The ``place`` of a job or plan is its
number within its library: times are only to the second.
"""

from __future__ import annotations

SCHEMA = "index"

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE library (
        pk INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        edition INTEGER NOT NULL DEFAULT 0,
        fingerprint TEXT,
        collection TEXT
    );
    CREATE TABLE source (
        pk INTEGER PRIMARY KEY,
        library INTEGER NOT NULL REFERENCES library (pk),
        kind TEXT NOT NULL,
        location TEXT NOT NULL,
        added_by TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (library, kind, location)
    );
    CREATE TABLE version (
        pk INTEGER PRIMARY KEY,
        library INTEGER NOT NULL REFERENCES library (pk),
        version_id TEXT NOT NULL,
        article_id TEXT NOT NULL,
        title TEXT NOT NULL,
        text TEXT NOT NULL,
        published_at TEXT,
        authors TEXT NOT NULL,
        url TEXT,
        publisher TEXT,
        headings TEXT NOT NULL,
        fingerprint TEXT,
        collection TEXT,
        UNIQUE (library, version_id)
    );
    CREATE INDEX version_by_id ON version (version_id);
    CREATE TABLE chunk (
        pk INTEGER PRIMARY KEY,
        version INTEGER NOT NULL REFERENCES version (pk),
        chunk_id TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        heading TEXT NOT NULL,
        embedding TEXT NOT NULL,
        UNIQUE (version, ordinal)
    );
    CREATE INDEX chunk_by_id ON chunk (chunk_id);
    CREATE TABLE embedding (
        library INTEGER NOT NULL REFERENCES library (pk),
        key TEXT NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (library, key)
    ) WITHOUT ROWID;
    CREATE TABLE edition (
        library INTEGER NOT NULL REFERENCES library (pk),
        number INTEGER NOT NULL,
        published_at TEXT NOT NULL,
        actor TEXT NOT NULL,
        note TEXT NOT NULL,
        added INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        removed INTEGER NOT NULL,
        PRIMARY KEY (library, number)
    ) WITHOUT ROWID;
    CREATE TABLE membership (
        library INTEGER NOT NULL REFERENCES library (pk),
        article_id TEXT NOT NULL,
        version INTEGER NOT NULL REFERENCES version (pk),
        source INTEGER REFERENCES source (pk),
        from_edition INTEGER NOT NULL,
        to_edition INTEGER,
        PRIMARY KEY (library, article_id, from_edition)
    ) WITHOUT ROWID;
    CREATE INDEX membership_by_version ON membership (version, to_edition);
    CREATE UNIQUE INDEX membership_open ON membership (library, article_id)
        WHERE to_edition IS NULL;
    """,
    """
    CREATE TABLE withheld (
        library INTEGER NOT NULL REFERENCES library (pk),
        article_id TEXT NOT NULL,
        PRIMARY KEY (library, article_id)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE source ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE source ADD COLUMN schedule TEXT;
    ALTER TABLE source ADD COLUMN next_run TEXT;
    ALTER TABLE source ADD COLUMN last_run TEXT;
    ALTER TABLE source ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
    ALTER TABLE source ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE source ADD COLUMN removed_at TEXT;
    ALTER TABLE version ADD COLUMN likeness BLOB;
    ALTER TABLE edition ADD COLUMN reason TEXT NOT NULL DEFAULT '';
    CREATE INDEX membership_by_from ON membership (library, from_edition);
    CREATE INDEX membership_by_to ON membership (library, to_edition);
    CREATE INDEX chunk_by_embedding ON chunk (embedding);
    CREATE TABLE entry (
        source INTEGER NOT NULL REFERENCES source (pk) ON DELETE CASCADE,
        key TEXT NOT NULL,
        article_id TEXT NOT NULL,
        version_id TEXT NOT NULL,
        stamp TEXT,
        etag TEXT,
        last_modified TEXT,
        misses INTEGER NOT NULL,
        checked_at TEXT,
        winner TEXT,
        reading INTEGER NOT NULL,
        PRIMARY KEY (source, key)
    ) WITHOUT ROWID;
    CREATE TABLE plan (
        id TEXT PRIMARY KEY,
        library INTEGER NOT NULL REFERENCES library (pk),
        created_at TEXT NOT NULL,
        state TEXT NOT NULL,
        body TEXT NOT NULL,
        material BLOB NOT NULL
    );
    CREATE TABLE golden (
        pk INTEGER PRIMARY KEY,
        library INTEGER NOT NULL REFERENCES library (pk),
        question TEXT NOT NULL,
        article_id TEXT NOT NULL,
        title TEXT NOT NULL,
        added_by TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (library, question, article_id)
    );
    CREATE TABLE supersession (
        library INTEGER NOT NULL REFERENCES library (pk),
        article_id TEXT NOT NULL,
        by_article TEXT NOT NULL,
        by_title TEXT NOT NULL,
        actor TEXT NOT NULL,
        at TEXT NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (library, article_id)
    ) WITHOUT ROWID;
    CREATE TABLE audit (
        pk INTEGER PRIMARY KEY,
        library INTEGER NOT NULL REFERENCES library (pk),
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        detail TEXT NOT NULL,
        reason TEXT NOT NULL,
        edition INTEGER
    );
    CREATE INDEX audit_by_library ON audit (library, pk);
    CREATE TABLE job (
        id TEXT PRIMARY KEY,
        library TEXT NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        actor TEXT NOT NULL,
        params TEXT NOT NULL,
        state TEXT NOT NULL,
        created_at TEXT NOT NULL,
        started_at TEXT,
        finished_at TEXT,
        stage TEXT NOT NULL DEFAULT '',
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER,
        outcome TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX job_by_library ON job (library, created_at);
    CREATE TABLE library_option (
        library TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (library, name)
    ) WITHOUT ROWID;
    """,
    """
    CREATE INDEX version_by_date ON version (library, published_at);
    """,
    """
    CREATE TABLE page (
        version INTEGER PRIMARY KEY REFERENCES version (pk) ON DELETE CASCADE,
        digest TEXT NOT NULL,
        packed BLOB NOT NULL
    );
    """,
    """
    CREATE TABLE note (
        library INTEGER NOT NULL REFERENCES library (pk),
        article_id TEXT NOT NULL,
        corrects TEXT NOT NULL,
        title_then TEXT NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        quote TEXT NOT NULL,
        quoted_version TEXT NOT NULL,
        looked_at TEXT NOT NULL,
        author TEXT NOT NULL,
        approved_by TEXT NOT NULL,
        at TEXT NOT NULL,
        told TEXT,
        PRIMARY KEY (library, article_id)
    ) WITHOUT ROWID;
    CREATE INDEX note_by_corrected ON note (library, corrects);
    CREATE INDEX version_titles ON version (library, published_at, title, article_id);
    """,
    """
    CREATE TABLE early_audit (
        pk INTEGER PRIMARY KEY,
        library TEXT NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        detail TEXT NOT NULL,
        reason TEXT NOT NULL,
        edition INTEGER
    );
    CREATE INDEX early_audit_by_library ON early_audit (library, pk);
    """,
    """
    ALTER TABLE job ADD COLUMN process TEXT NOT NULL DEFAULT '';
    ALTER TABLE job ADD COLUMN cancelled_by TEXT NOT NULL DEFAULT '';
    ALTER TABLE library ADD COLUMN laid_out TEXT NOT NULL DEFAULT '';
    ALTER TABLE library ADD COLUMN times_back INTEGER NOT NULL DEFAULT 0;
    """,
    """
    ALTER TABLE plan ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE job ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX plan_by_library ON plan (library, created_at);
    """,
)
