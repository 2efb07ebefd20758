"""What every process of a fork server would load anew, loaded where this is imported.

Nothing else may import it: it is the one module that does something at import.
"""

from __future__ import annotations

import chromadb  # noqa: F401 - so that it is there
import pytest  # noqa: F401 - every process imports what the tests were started with

from index import libraries, probe  # noqa: F401 - so that they are there
from index.language import detect_language
from tests.fakes import cutting  # noqa: F401 - so that it is there

detect_language("The model that tells one language from another takes a moment to load. " * 3)
