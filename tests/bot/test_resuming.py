"""What a restart cut off goes on where it can, and people are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.resuming import resume_jobs
from index.errors import NothingToSync
from index.jobs import Recovered
from index.models import SyncReport
from index.plans import Consent
from index.records import JobInfo, JobState


class Service:
    """Remembers what it was asked to do."""

    def __init__(self, *, fails: bool = False) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self._fails = fails

    async def sync(
        self, library: str, *, actor: str, sources: Sequence[int] = (), reason: str = ""
    ) -> SyncReport:
        self.asked.append(("sync", library, actor, tuple(sources), reason))
        if self._fails:
            raise NothingToSync("No source could be read.")
        return SyncReport(2, published=True)

    async def publish(
        self, library: str, plan_id: str, *, actor: str, reason: str = "", consent: Consent
    ) -> SyncReport:
        self.asked.append(("publish", library, plan_id, actor, reason, consent))
        return SyncReport(2, published=True)


def recovered(kind: str, **params: object) -> Recovered:
    job = JobInfo("j1", "discord-7", kind, kind, "discord:9", JobState.INTERRUPTED, "2031-05-02")
    return Recovered(job, params)


async def run(*jobs: Recovered, fails: bool = False) -> tuple[Service, list[tuple[str, bool]]]:
    service, told = Service(fails=fails), []

    async def tell(library: str, job: JobInfo, *, resumed: bool) -> bool:
        told.append((job.kind, resumed))
        return True

    await resume_jobs(jobs, service, tell)
    return service, told


async def test_a_sync_goes_on_with_its_sources() -> None:
    service, told = await run(recovered("sync", sources=[3, 4], reason="news"))

    assert service.asked == [("sync", "discord-7", "discord:9", (3, 4), "news")]
    assert told == [("sync", True)]


async def test_a_publication_goes_on_with_the_consent_it_had() -> None:
    service, _ = await run(recovered("publish", plan="p2", drop=True))

    assert service.asked == [("publish", "discord-7", "p2", "discord:9", "", Consent(drop=True))]


async def test_an_upload_is_only_told_of() -> None:
    service, told = await run(recovered("upload"))

    assert service.asked == []
    assert told == [("upload", False)]


async def test_one_that_fails_does_not_stop_the_next() -> None:
    service, told = await run(recovered("sync"), recovered("publish", plan="p"), fails=True)

    assert [asked[0] for asked in service.asked] == ["sync", "publish"]
    assert len(told) == 2
