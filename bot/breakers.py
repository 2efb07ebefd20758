"""Tells the log when something outside stopped working, and when it came back."""

from __future__ import annotations

import structlog

from index.breaker import BreakerSnapshot, BreakerState


def log_breaker(changed: BreakerSnapshot) -> None:
    """Log a change of a breaker's state; trials are everyday and go to the debug level."""
    log = structlog.get_logger(__name__)
    if changed.state is BreakerState.OPEN:
        log.warning("breaker_opened", part=changed.name, rest_s=round(changed.seconds_left, 1))
    elif changed.state is BreakerState.CLOSED:
        log.info("breaker_closed", part=changed.name)
    else:
        log.debug("breaker_tries", part=changed.name)
