"""What a restart cut off goes on where it can, and people are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.resuming import resume_jobs
from index.errors import NothingToSync, PlanBlocked
from index.jobs import Recovered
from index.models import SyncReport
from index.plans import Consent
from index.records import JobInfo, JobState


class Service:
    """Remembers what it was asked to do."""

    def __init__(self, error: Exception | None) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self._error = error

    async def sync(
        self, library: str, *, actor: str, sources: Sequence[int] = (), reason: str = ""
    ) -> SyncReport:
        self.asked.append(("sync", library, actor, tuple(sources), reason))
        if self._error is not None:
            raise self._error
        return SyncReport(2, published=True, changed=("a",))

    async def publish(
        self, library: str, plan_id: str, *, actor: str, reason: str = "", consent: Consent
    ) -> SyncReport:
        self.asked.append(("publish", library, plan_id, actor, reason, consent))
        return SyncReport(2, published=True, changed=("a",))


def recovered(kind: str, **params: object) -> Recovered:
    job = JobInfo("j1", "discord-7", kind, kind, "discord:9", JobState.INTERRUPTED, "2031-05-02")
    return Recovered(job, params)


class Poster:
    """Remembers what was said."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []
        self.ends: list[tuple[str, str | None]] = []

    async def post_interrupted(self, library: str, job: JobInfo, *, resumed: bool) -> bool:
        self.told.append((job.kind, resumed))
        return True

    async def post_resumed(
        self, library: str, job: JobInfo, sentence: str, *, held: str | None = None
    ) -> bool:
        self.ends.append((sentence, held))
        return True


async def run(*jobs: Recovered, error: Exception | None = None) -> tuple[Service, Poster]:
    service, poster = Service(error), Poster()
    await resume_jobs(jobs, service, poster)
    return service, poster


async def test_a_sync_goes_on_with_its_sources() -> None:
    service, poster = await run(recovered("sync", sources=[3, 4], reason="news"))

    assert service.asked == [("sync", "discord-7", "discord:9", (3, 4), "news")]
    assert poster.told == [("sync", True)]


async def test_a_publication_goes_on_with_the_consent_it_had() -> None:
    service, _ = await run(recovered("publish", plan="p2", drop=True))

    assert service.asked == [("publish", "discord-7", "p2", "discord:9", "", Consent(drop=True))]


async def test_an_upload_is_only_told_of() -> None:
    service, poster = await run(recovered("upload"))

    assert service.asked == []
    assert poster.told == [("upload", False)]


async def test_one_that_fails_does_not_stop_the_next() -> None:
    service, poster = await run(
        recovered("sync"), recovered("publish", plan="p"), error=NothingToSync("No source left.")
    )

    assert [asked[0] for asked in service.asked] == ["sync", "publish"]
    assert poster.ends == [("No source left.", None), ("Published edition 2: 1 changed.", None)]


async def test_a_plan_that_waits_after_the_restart_is_shown() -> None:
    blocked = PlanBlocked("Too much would go.", plan_id="p7", drop=True)
    _, poster = await run(recovered("sync"), error=blocked)

    assert poster.ends == [("Too much would go.", "p7")]


async def test_a_mistake_of_ours_is_told_without_its_words() -> None:
    _, poster = await run(recovered("sync"), error=RuntimeError("secret"))

    assert "secret" not in poster.ends[0][0]
