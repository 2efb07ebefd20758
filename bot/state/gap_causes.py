"""Why a question was left open, and in which order that is listed; cheap to import."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why the articles left a question open."""

    NO_ARTICLE = "no_article"
    NOT_SUPPORTED = "not_supported"
    DISAGREE = "disagree"
    TOO_OLD = "too_old"


class Order(StrEnum):
    """Which gaps come first."""

    NEWEST = "newest"
    MOST_ASKED = "asked"
