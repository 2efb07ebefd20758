"""All fuzz targets by name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fuzz import (
    targets_answering,
    targets_archives,
    targets_commands,
    targets_reader,
    targets_reading,
    targets_rendering,
)
from tests.fuzz.target import Target

TARGETS: Mapping[str, Target] = {
    **targets_reading.TARGETS,
    **targets_archives.TARGETS,
    **targets_reader.TARGETS,
    **targets_rendering.TARGETS,
    **targets_answering.TARGETS,
    **targets_commands.TARGETS,
}
