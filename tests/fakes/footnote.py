"""``python -m tests.fakes.footnote``: the real command line over a service that answers at once."""

from __future__ import annotations

import os
import sys

from bot.cli import main
from tests.fakes.service import FakeService, make_parts

if __name__ == "__main__":
    service = FakeService(seconds=float(os.environ.get("FAKE_SECONDS", "0.05")))
    opening = float(os.environ.get("FAKE_OPENING_SECONDS", "0"))
    patience = float(os.environ.get("FAKE_PATIENCE", "15"))
    sys.exit(main(parts=make_parts(service, opening_seconds=opening, patience=patience)))
