"""The commands that a person is told to give next. Pure."""

from __future__ import annotations

import shlex

from index.errors import PlanBlocked
from index.plans import Consent, Plan

_FLAGS = (
    ("drop", "--accept-drop"),
    ("suspicious", "--accept-suspicious"),
    ("golden", "--override-golden"),
)


def publish_line(plan_id: str, consent: Consent, *, reason: str = "", repeated: str = "") -> str:
    """The command that publishes a plan with this consent.

    ``repeated`` holds common options as they were given, each behind a space.
    """
    flags = "".join(f" {flag}" for flag in flags_of(consent))
    why = f" --reason {shlex.quote(reason)}" if reason else ""
    return f"footnote index publish {plan_id}{flags}{why}{repeated}"


def flags_of(consent: Consent) -> list[str]:
    """The words that give this consent on the command line."""
    return [flag for name, flag in _FLAGS if getattr(consent, name)]


def consent_for(plan: Plan) -> Consent:
    """What a plan needs said yes to, as far as it can be told before publishing it."""
    return Consent(drop=plan.drops_too_much, suspicious=bool(plan.suspicious))


def describe_block(
    error: PlanBlocked, given: Consent, *, reason: str = "", repeated: str = ""
) -> str:
    """Why a plan was not published, and the command that publishes it all the same."""
    consent = Consent(
        drop=given.drop or error.drop,
        suspicious=given.suspicious or error.suspicious,
        golden=given.golden or error.golden,
    )
    line = publish_line(error.plan_id, consent, reason=reason, repeated=repeated)
    return (
        f"{str(error).rstrip()} To look at it: footnote index plans {error.plan_id}{repeated}; "
        f"to publish it all the same: {line}"
    )
