"""The server's side of the admin door for indexes: the methods and what answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from elanus.doors.admin import wire
from elanus.engine.collection import Collection
from elanus.engine.indexes.advice import Advice
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.requests import IndexRequest, IndexStatus
from elanus.search.explain import Explanation
from elanus.search.requests import SearchSpec
from elanus.service import Service
from elanus.service.access import Caller
from elanus.service.search.query_texts import SentQueries, Texts


@dataclass(frozen=True, slots=True)
class Method:
    """What is asked, what answers it, and the privilege that the caller needs ("" = none)."""

    request: type[wire.Request]
    answer: Callable[[Service, Any, Caller], object]
    privilege: str


def named(service: Service, target: wire.Target) -> Collection:
    """The collection. Raises CollectionNotFound."""
    return service.collections.get(target.database, target.collection)


def _create(service: Service, new: wire.NewIndex, _caller: Caller) -> None:
    collection = named(service, new.target)
    params = service.tuning.with_metric(collection, new.field, new.params)
    service.indexes.create(collection, new.field, new.target.index, params)


def _add(service: Service, new: wire.NewIndex, _caller: Caller) -> None:
    asked = IndexRequest(new.field, new.target.index, new.params)
    service.tuning.add(named(service, new.target), asked, new.role)


def _list(service: Service, target: wire.Target, _caller: Caller) -> list[IndexStatus]:
    return service.tuning.indexes(named(service, target), target.index)


def _switch(service: Service, switch: wire.Switch, _caller: Caller) -> None:
    service.admin.switch_index(named(service, switch.target), switch.target.index, switch.params)


def _change_role(service: Service, change: wire.RoleChange, _caller: Caller) -> None:
    service.tuning.change_role(named(service, change.target), change.target.index, change.role)


def _promote(service: Service, target: wire.Target, _caller: Caller) -> None:
    service.tuning.promote(named(service, target), target.index)


def _roll_back(service: Service, target: wire.Target, _caller: Caller) -> str:
    return service.tuning.roll_back(named(service, target), target.index)


def _drop(service: Service, target: wire.Target, _caller: Caller) -> None:
    service.tuning.drop(named(service, target), target.index)


def _report(service: Service, target: wire.Target, _caller: Caller) -> IndexReport:
    return service.tuning.report(named(service, target), target.index)


def _history(service: Service, target: wire.Target, _caller: Caller) -> tuple[IndexReport, ...]:
    return service.tuning.history(named(service, target), target.index)


def _compare(service: Service, target: wire.Target, _caller: Caller) -> list[IndexReport]:
    return service.tuning.compare(named(service, target), target.index)


def _advise(service: Service, asked: wire.AdviceRequest, _caller: Caller) -> list[Advice]:
    return service.tuning.advise(named(service, asked.target), asked.field, asked.wish)


def _verify(service: Service, target: wire.Target, _caller: Caller) -> list[VerifiedIndex]:
    return service.tuning.verify(named(service, target), target.index)


def _explain(service: Service, question: wire.Question, _caller: Caller) -> Explanation:
    return service.tuning.explain(named(service, question.target), _search(question), _sent(question))


def _search(question: wire.Question) -> SearchSpec:
    analyzer = str(question.params.get("analyzer_name", ""))
    return SearchSpec(
        field=question.field, k=question.k, filter=question.filter, params=question.params, analyzer=analyzer
    )


def _sent(question: wire.Question) -> SentQueries | None:
    """The query; None = that of some stored row."""
    if question.text:
        return Texts((question.text,))
    return np.array([question.vector], np.float32) if question.vector else None


def _pause(service: Service, target: wire.Target, _caller: Caller) -> None:
    service.admin.pause_index(named(service, target), target.index)


def _resume(service: Service, target: wire.Target, _caller: Caller) -> None:
    service.admin.resume_index(named(service, target), target.index)


def _cancel_builds(service: Service, target: wire.Target, _caller: Caller) -> int:
    return service.admin.cancel_builds(named(service, target), target.index)


INDEX_METHODS: Mapping[str, Method] = {
    "CreateIndex": Method(wire.NewIndex, _create, "CreateIndex"),
    "AddIndex": Method(wire.NewIndex, _add, "CreateIndex"),
    "ListIndexes": Method(wire.Target, _list, "IndexDetail"),
    "SwitchIndex": Method(wire.Switch, _switch, "CreateIndex"),
    "ChangeIndexRole": Method(wire.RoleChange, _change_role, "CreateIndex"),
    "PromoteIndex": Method(wire.Target, _promote, "CreateIndex"),
    "RollBackIndex": Method(wire.Target, _roll_back, "CreateIndex"),
    "DropIndex": Method(wire.Target, _drop, "DropIndex"),
    "ReportIndex": Method(wire.Target, _report, "Search"),
    "IndexHistory": Method(wire.Target, _history, "IndexDetail"),
    "CompareIndexes": Method(wire.Target, _compare, "Search"),
    "AdviseIndex": Method(wire.AdviceRequest, _advise, "CreateIndex"),
    "VerifyIndexes": Method(wire.Target, _verify, "CreateIndex"),
    "ExplainSearch": Method(wire.Question, _explain, "Search"),
    "PauseIndex": Method(wire.Target, _pause, "CreateIndex"),
    "ResumeIndex": Method(wire.Target, _resume, "CreateIndex"),
    "CancelBuilds": Method(wire.Target, _cancel_builds, "CreateIndex"),
}
