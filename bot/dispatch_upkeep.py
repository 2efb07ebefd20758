"""What is asked of the service beside publishing: golden questions, labels, jobs, archives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bot import contract_index as contract
from bot.contract_index import Json
from bot.errors import CommandError
from bot.params import ACTOR, Params
from bot.ports import Service
from index.models import OnProgress


async def _supersede(service: Service, params: Params, _: OnProgress) -> Json:
    made = await service.supersede(
        params.library, params.article, by=params.newer, actor=ACTOR, reason=params.reason
    )
    return {
        "article_id": params.article,
        "supersession": contract.supersession_to_json(made) if made else None,
    }


async def _supersessions(service: Service, params: Params, _: OnProgress) -> Json:
    found = await service.supersessions(params.library)
    return {"supersessions": [contract.supersession_to_json(one) for one in found]}


async def _recency(service: Service, params: Params, _: OnProgress) -> Json:
    setting = params.recency
    if setting is None:
        found = await service.recency(params.library)
    else:
        found = await service.set_recency(params.library, setting, actor=ACTOR)
    return contract.recency_to_json(found)


async def _golden(service: Service, params: Params, _: OnProgress) -> Json:
    found = await service.golden(params.library)
    return {"golden": [contract.golden_to_json(golden) for golden in found]}


async def _add_golden(service: Service, params: Params, _: OnProgress) -> Json:
    text = params.question.text
    golden = await service.add_golden(params.library, text, params.article, actor=ACTOR)
    return contract.golden_to_json(golden)


async def _remove_golden(service: Service, params: Params, _: OnProgress) -> Json:
    golden = await service.remove_golden(params.library, params.key, actor=ACTOR)
    return contract.golden_to_json(golden)


async def _check_golden(service: Service, params: Params, on_progress: OnProgress) -> Json:
    checks = await service.check_golden(params.library, on_progress=on_progress)
    return contract.checks_to_json(checks)


async def _jobs(service: Service, params: Params, _: OnProgress) -> Json:
    jobs = await service.jobs(params.library, params.lines)
    return {"jobs": [contract.job_to_json(job) for job in jobs]}


async def _cancel(service: Service, params: Params, _: OnProgress) -> Json:
    return contract.job_to_json(await service.cancel(params.library, params.job, actor=ACTOR))


async def _collect(service: Service, params: Params, on_progress: OnProgress) -> Json:
    report = await service.collect(params.library, actor=ACTOR, on_progress=on_progress)
    return contract.collect_to_json(report)


async def _export(service: Service, params: Params, on_progress: OnProgress) -> Json:
    path = params.path
    _check_target(Path(path), may_replace=params.flag("force"))
    report = await service.export(params.library, path, actor=ACTOR, on_progress=on_progress)
    return contract.archive_to_json(report, path)


async def _import(service: Service, params: Params, on_progress: OnProgress) -> Json:
    path = params.path
    report = await service.import_archive(
        params.library, path, actor=ACTOR, on_progress=on_progress
    )
    return contract.archive_to_json(report, path)


def _check_target(path: Path, *, may_replace: bool) -> None:
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
    if is_folder:
        raise CommandError(f"{path} is a folder; name a file.")
    if exists and not may_replace:
        raise CommandError(f"{path} exists; name another file, or replace it with --force.")


UPKEEP_COMMANDS: Mapping[str, Callable[[Service, Params, OnProgress], Awaitable[Json]]] = {
    "supersede": _supersede,
    "supersessions": _supersessions,
    "recency": _recency,
    "golden": _golden,
    "golden add": _add_golden,
    "golden remove": _remove_golden,
    "golden check": _check_golden,
    "jobs": _jobs,
    "cancel": _cancel,
    "collect": _collect,
    "export": _export,
    "import": _import,
}
