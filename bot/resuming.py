"""Goes on with what a restart cut off, and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog

from bot.outcomes import describe_report
from index.errors import FootnoteIndexError, PlanBlocked
from index.jobs import Recovered
from index.models import SyncReport
from index.plans import Consent
from index.records import JobInfo


class Resumes(Protocol):
    """The service, as far as jobs can be begun anew from what was written down."""

    async def sync(
        self, library: str, *, actor: str, sources: Sequence[int] = (), reason: str = ""
    ) -> SyncReport:
        """Read sources again and publish what changed."""
        ...

    async def publish(
        self, library: str, plan_id: str, *, actor: str, reason: str = "", consent: Consent
    ) -> SyncReport:
        """Publish a plan."""
        ...


class TellsOfJobs(Protocol):
    """Says in a library's place what becomes of a job."""

    async def post_interrupted(self, library: str, job: JobInfo, *, resumed: bool) -> bool:
        """Say that it was cut off; whether there was a place."""
        ...

    async def post_resumed(
        self, library: str, job: JobInfo, sentence: str, *, held: str | None = None
    ) -> bool:
        """Say how it ended, and which plan waits."""
        ...


async def resume_jobs(
    recovered: Sequence[Recovered], service: Resumes, poster: TellsOfJobs
) -> None:
    """Run again what can be, one after the other; say of each what becomes of it.

    An attached file is gone with the process that had it, so its job is only told of.
    """
    log = structlog.get_logger(__name__)
    for one in recovered:
        job = one.job
        resumes = job.kind in _AGAIN
        log.warning("job_cut_off", library=job.library, job=job.title, resumed=resumes)
        await poster.post_interrupted(job.library, job, resumed=resumes)
        if not resumes:
            continue
        held = None
        try:
            report = await _AGAIN[job.kind](service, job, one.params)
            sentence, held = describe_report(report), report.held
        except PlanBlocked as error:
            sentence, held = str(error), error.plan_id
        except FootnoteIndexError as error:
            sentence = str(error)
        except Exception:  # one job must not stop the others
            log.exception("resumed_job_failed", library=job.library)
            sentence = "It failed unexpectedly; the log says why."
        await poster.post_resumed(job.library, job, sentence, held=held)


async def _sync(service: Resumes, job: JobInfo, params: Mapping[str, Any]) -> SyncReport:
    return await service.sync(
        job.library,
        actor=job.actor,
        sources=tuple(int(key) for key in params.get("sources", ())),
        reason=str(params.get("reason", "")),
    )


async def _publish(service: Resumes, job: JobInfo, params: Mapping[str, Any]) -> SyncReport:
    return await service.publish(
        job.library,
        str(params.get("plan", "")),
        actor=job.actor,
        reason=str(params.get("reason", "")),
        consent=Consent(
            drop=bool(params.get("drop")),
            suspicious=bool(params.get("suspicious")),
            golden=bool(params.get("golden")),
        ),
    )


_AGAIN = {"sync": _sync, "publish": _publish}
