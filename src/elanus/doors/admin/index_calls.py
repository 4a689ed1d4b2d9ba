"""The server's side of the admin door for indexes: method -> function of the service and the request's JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from elanus.doors.admin import wire
from elanus.engine.collection import Collection
from elanus.engine.indexes.advice import Advice
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.requests import IndexRequest, IndexStatus
from elanus.search.explain import Explanation
from elanus.service import Service

Method = Callable[[Service, Any], object]


def named(service: Service, target: wire.Target) -> Collection:
    """The collection. Raises CollectionNotFound."""
    return service.collections.get(target.database, target.collection)


def _create(service: Service, request: Mapping[str, Any]) -> None:
    new = wire.read_new_index(request)
    collection = named(service, new.target)
    params = service.tuning.with_metric(collection, new.field, new.params)
    service.indexes.create(collection, new.field, new.target.index, params)


def _add(service: Service, request: Mapping[str, Any]) -> None:
    new = wire.read_new_index(request)
    asked = IndexRequest(new.field, new.target.index, new.params)
    service.tuning.add(named(service, new.target), asked, new.role)


def _list(service: Service, request: Mapping[str, Any]) -> list[IndexStatus]:
    target = wire.read_target(request)
    return service.tuning.indexes(named(service, target), target.index)


def _switch(service: Service, request: Mapping[str, Any]) -> None:
    switch = wire.read_switch(request)
    service.admin.switch_index(named(service, switch.target), switch.target.index, switch.params)


def _change_role(service: Service, request: Mapping[str, Any]) -> None:
    change = wire.read_role_change(request)
    service.tuning.change_role(named(service, change.target), change.target.index, change.role)


def _promote(service: Service, request: Mapping[str, Any]) -> None:
    target = wire.read_target(request)
    service.tuning.promote(named(service, target), target.index)


def _roll_back(service: Service, request: Mapping[str, Any]) -> str:
    target = wire.read_target(request)
    return service.tuning.roll_back(named(service, target), target.index)


def _drop(service: Service, request: Mapping[str, Any]) -> None:
    target = wire.read_target(request)
    service.tuning.drop(named(service, target), target.index)


def _report(service: Service, request: Mapping[str, Any]) -> IndexReport:
    target = wire.read_target(request)
    return service.tuning.report(named(service, target), target.index)


def _history(service: Service, request: Mapping[str, Any]) -> tuple[IndexReport, ...]:
    target = wire.read_target(request)
    return service.tuning.history(named(service, target), target.index)


def _compare(service: Service, request: Mapping[str, Any]) -> list[IndexReport]:
    target = wire.read_target(request)
    return service.tuning.compare(named(service, target), target.index)


def _advise(service: Service, request: Mapping[str, Any]) -> list[Advice]:
    asked = wire.read_advice_request(request)
    return service.tuning.advise(named(service, asked.target), asked.field, asked.wish)


def _verify(service: Service, request: Mapping[str, Any]) -> list[VerifiedIndex]:
    target = wire.read_target(request)
    return service.tuning.verify(named(service, target), target.index)


def _explain(service: Service, request: Mapping[str, Any]) -> Explanation:
    question = wire.read_question(request)
    return service.tuning.explain(named(service, question.target), question.search, question.vector)


def _pause(service: Service, request: Mapping[str, Any]) -> None:
    target = wire.read_target(request)
    service.admin.pause_index(named(service, target), target.index)


def _resume(service: Service, request: Mapping[str, Any]) -> None:
    target = wire.read_target(request)
    service.admin.resume_index(named(service, target), target.index)


def _cancel_builds(service: Service, request: Mapping[str, Any]) -> int:
    target = wire.read_target(request)
    return service.admin.cancel_builds(named(service, target), target.index)


INDEX_METHODS: Mapping[str, Method] = {
    "CreateIndex": _create,
    "AddIndex": _add,
    "ListIndexes": _list,
    "SwitchIndex": _switch,
    "ChangeIndexRole": _change_role,
    "PromoteIndex": _promote,
    "RollBackIndex": _roll_back,
    "DropIndex": _drop,
    "ReportIndex": _report,
    "IndexHistory": _history,
    "CompareIndexes": _compare,
    "AdviseIndex": _advise,
    "VerifyIndexes": _verify,
    "ExplainSearch": _explain,
    "PauseIndex": _pause,
    "ResumeIndex": _resume,
    "CancelBuilds": _cancel_builds,
}
