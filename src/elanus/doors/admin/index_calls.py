"""The server's side of the admin door for indexes: the methods and what answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from elanus.doors.admin import wire
from elanus.engine.collection import Collection
from elanus.engine.indexes.advice import Advice
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.requests import IndexRequest, IndexStatus
from elanus.search.explain import Explanation
from elanus.service import Service


@dataclass(frozen=True, slots=True)
class Method:
    """What is asked, and what answers it."""

    request: type[Any]
    answer: Callable[[Service, Any], object]


def named(service: Service, target: wire.Target) -> Collection:
    """The collection. Raises CollectionNotFound."""
    return service.collections.get(target.database, target.collection)


def _create(service: Service, new: wire.NewIndex) -> None:
    collection = named(service, new.target)
    params = service.tuning.with_metric(collection, new.field, new.params)
    service.indexes.create(collection, new.field, new.target.index, params)


def _add(service: Service, new: wire.NewIndex) -> None:
    asked = IndexRequest(new.field, new.target.index, new.params)
    service.tuning.add(named(service, new.target), asked, new.role)


def _list(service: Service, target: wire.Target) -> list[IndexStatus]:
    return service.tuning.indexes(named(service, target), target.index)


def _switch(service: Service, switch: wire.Switch) -> None:
    service.admin.switch_index(named(service, switch.target), switch.target.index, switch.params)


def _change_role(service: Service, change: wire.RoleChange) -> None:
    service.tuning.change_role(named(service, change.target), change.target.index, change.role)


def _promote(service: Service, target: wire.Target) -> None:
    service.tuning.promote(named(service, target), target.index)


def _roll_back(service: Service, target: wire.Target) -> str:
    return service.tuning.roll_back(named(service, target), target.index)


def _drop(service: Service, target: wire.Target) -> None:
    service.tuning.drop(named(service, target), target.index)


def _report(service: Service, target: wire.Target) -> IndexReport:
    return service.tuning.report(named(service, target), target.index)


def _history(service: Service, target: wire.Target) -> tuple[IndexReport, ...]:
    return service.tuning.history(named(service, target), target.index)


def _compare(service: Service, target: wire.Target) -> list[IndexReport]:
    return service.tuning.compare(named(service, target), target.index)


def _advise(service: Service, asked: wire.AdviceRequest) -> list[Advice]:
    return service.tuning.advise(named(service, asked.target), asked.field, asked.wish)


def _verify(service: Service, target: wire.Target) -> list[VerifiedIndex]:
    return service.tuning.verify(named(service, target), target.index)


def _explain(service: Service, question: wire.Question) -> Explanation:
    return service.tuning.explain(named(service, question.target), question.search, question.vector)


def _pause(service: Service, target: wire.Target) -> None:
    service.admin.pause_index(named(service, target), target.index)


def _resume(service: Service, target: wire.Target) -> None:
    service.admin.resume_index(named(service, target), target.index)


def _cancel_builds(service: Service, target: wire.Target) -> int:
    return service.admin.cancel_builds(named(service, target), target.index)


INDEX_METHODS: Mapping[str, Method] = {
    "CreateIndex": Method(wire.NewIndex, _create),
    "AddIndex": Method(wire.NewIndex, _add),
    "ListIndexes": Method(wire.Target, _list),
    "SwitchIndex": Method(wire.Switch, _switch),
    "ChangeIndexRole": Method(wire.RoleChange, _change_role),
    "PromoteIndex": Method(wire.Target, _promote),
    "RollBackIndex": Method(wire.Target, _roll_back),
    "DropIndex": Method(wire.Target, _drop),
    "ReportIndex": Method(wire.Target, _report),
    "IndexHistory": Method(wire.Target, _history),
    "CompareIndexes": Method(wire.Target, _compare),
    "AdviseIndex": Method(wire.AdviceRequest, _advise),
    "VerifyIndexes": Method(wire.Target, _verify),
    "ExplainSearch": Method(wire.Question, _explain),
    "PauseIndex": Method(wire.Target, _pause),
    "ResumeIndex": Method(wire.Target, _resume),
    "CancelBuilds": Method(wire.Target, _cancel_builds),
}
