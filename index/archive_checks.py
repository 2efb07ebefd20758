"""Whether an archive's rows make a sound library, before any of them is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from index.archive_format import (
    AUDIT,
    EDITIONS,
    ENTRIES,
    GOLDEN,
    MEMBERSHIPS,
    SOURCES,
    SUPERSESSIONS,
    VERSIONS,
    WITHHELD,
    Row,
)
from index.archive_reading import Archive
from index.chunking import CHUNKING
from index.models import Article, Heading, SourceKind
from index.library_rows import read_options
from index.reading.cleaning import (
    MAX_AUTHORS,
    MAX_DATE,
    MAX_ID,
    MAX_NAME,
    MAX_TITLE,
    clean_line,
    clean_url,
)

_KEY = re.compile(r"[0-9a-f]{32}")
_MOST_TEXT = 2_000_000
_MOST_FIELD = 20_000
_LEVELS = range(1, 7)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds. ``is_indexed``: all current articles have chunks and vectors."""

    articles: int
    versions: int
    editions: int
    golden: int
    is_indexed: bool
