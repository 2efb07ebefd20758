"""What the index commands ask of the service. Each takes checked parameters and gives JSON.

What they publish is here; what goes on beside it is in ``dispatch_upkeep.py``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot import contract_index as contract
from bot.contract_index import Json
from bot.errors import CommandError
from bot.next_steps import consent_for, flags_of, publish_line
from bot.params import ACTOR, Params
from bot.ports import Service
from index.models import OnProgress, SyncReport
from index.plans import Consent, Plan
from index.records import SourceInfo


async def _add(service: Service, params: Params, on_progress: OnProgress) -> Json:
    report = await service.add(
        params.library,
        params.targets,
        actor=ACTOR,
        options=params.options,
        accept_suspicious=params.consent.suspicious,
        reason=params.reason,
        on_progress=on_progress,
    )
    return _report(report, params)


async def _sync(service: Service, params: Params, on_progress: OnProgress) -> Json:
    report = await service.sync(
        params.library,
        actor=ACTOR,
        sources=params.sources,
        reason=params.reason,
        on_progress=on_progress,
    )
    return _report(report, params)


async def _plan(service: Service, params: Params, on_progress: OnProgress) -> Json:
    plan = await service.plan(
        params.library,
        actor=ACTOR,
        targets=params.targets_if_any,
        sources=params.sources,
        options=params.options,
        on_progress=on_progress,
    )
    return _show(plan, params)


async def _show_plan(service: Service, params: Params, _: OnProgress) -> Json:
    return _show(await service.show_plan(params.library, params.plan), params)


async def _plans(service: Service, params: Params, _: OnProgress) -> Json:
    plans = await service.plans(params.library)
    return {"plans": [_show(plan, params, diffs=False) for plan in plans]}


async def _publish(service: Service, params: Params, on_progress: OnProgress) -> Json:
    report = await service.publish(
        params.library,
        params.plan,
        actor=ACTOR,
        reason=params.reason,
        consent=params.consent,
        on_progress=on_progress,
    )
    return _report(report, params)


async def _discard(service: Service, params: Params, _: OnProgress) -> Json:
    plan = params.plan
    await service.discard(params.library, plan, actor=ACTOR)
    return {"discarded": plan}


async def _rollback(service: Service, params: Params, on_progress: OnProgress) -> Json:
    report = await service.rollback(
        params.library,
        params.edition,
        actor=ACTOR,
        reason=params.reason,
        on_progress=on_progress,
    )
    return _report(report, params)


async def _remove(service: Service, params: Params, _: OnProgress) -> Json:
    report = await service.remove(
        params.library, params.articles, actor=ACTOR, reason=params.reason
    )
    return _report(report, params)


async def _remove_source(service: Service, params: Params, _: OnProgress) -> Json:
    report = await service.remove_source(
        params.library, params.source, actor=ACTOR, reason=params.reason
    )
    return _report(report, params)


async def _status(service: Service, params: Params, _: OnProgress) -> Json:
    status = await service.status(params.library)
    return contract.status_to_json(status, await service.sources(params.library))


async def _verify(service: Service, params: Params, _: OnProgress) -> Json:
    return contract.verify_to_json(await service.verify(params.library))


async def _rebuild(service: Service, params: Params, on_progress: OnProgress) -> Json:
    return {"vectors": await service.rebuild(params.library, on_progress)}


async def _history(service: Service, params: Params, _: OnProgress) -> Json:
    editions = await service.history(params.library)
    return {"editions": [contract.edition_to_json(edition) for edition in editions]}


async def _audit(service: Service, params: Params, _: OnProgress) -> Json:
    entries = await service.audit(params.library, params.lines)
    return {"entries": [contract.audit_to_json(entry) for entry in entries]}


async def _sources(service: Service, params: Params, _: OnProgress) -> Json:
    found = await service.sources(params.library)
    return {"sources": [contract.source_to_json(source) for source in found]}


async def _options(service: Service, params: Params, _: OnProgress) -> Json:
    """Only what was given changes; without anything given it is shown as it is."""
    source = await _find_source(service, params)
    if params.changes_options:
        options = params.change_options(source.options)
        await service.set_options(params.library, source.key, options, actor=ACTOR)
        source = await _find_source(service, params)
    return contract.source_to_json(source)


async def _schedule(service: Service, params: Params, _: OnProgress) -> Json:
    source = await service.set_schedule(params.library, params.source, params.schedule, actor=ACTOR)
    return contract.source_to_json(source)


def _report(report: SyncReport, params: Params) -> Json:
    held = report.held and publish_line(
        report.held, Consent(suspicious=True), repeated=params.repeated
    )
    return contract.report_to_json(report, held)


def _show(plan: Plan, params: Params, *, diffs: bool = True) -> Json:
    # The line is without what has to be accepted: that is said yes to in a second step.
    line = publish_line(plan.id, Consent(), repeated=params.repeated)
    return contract.plan_to_json(
        plan,
        publish_with=None if plan.is_empty else line,
        needs=flags_of(consent_for(plan)),
        diffs=diffs and not params.flag("no_diff"),
    )


async def _find_source(service: Service, params: Params) -> SourceInfo:
    key = params.source
    for source in await service.sources(params.library):
        if source.key == key:
            return source
    raise CommandError(f"There is no source {key:,}; footnote index sources lists them.")


Perform = Callable[[Service, Params, OnProgress], Awaitable[Json]]

INDEX_COMMANDS: Mapping[str, Perform] = {
    "add": _add,
    "sync": _sync,
    "plan": _plan,
    "show plan": _show_plan,
    "plans": _plans,
    "publish": _publish,
    "discard": _discard,
    "rollback": _rollback,
    "remove": _remove,
    "remove source": _remove_source,
    "status": _status,
    "verify": _verify,
    "rebuild": _rebuild,
    "history": _history,
    "audit": _audit,
    "sources": _sources,
    "options": _options,
    "schedule": _schedule,
}
