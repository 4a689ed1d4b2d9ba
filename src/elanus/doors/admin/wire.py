"""Requests and answers of the admin door as values, and as JSON.

An answer is ``{"result": ...}`` or ``{"error": {"kind": a class of elanus.errors, "message": ...}}``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from elanus import errors
from elanus.engine.indexes.advice import Advice, Wish
from elanus.engine.requests import BuildState, BuildStatus, IndexState, IndexStatus, SegmentInfo
from elanus.schema.metric import Metric
from elanus.search.explain import Explanation, PartPlan, StepTimes
from elanus.search.plan import Step
from elanus.search.requests import SearchSpec

SERVICE = "elanus.Admin"


def path(method: str) -> str:
    return f"/{SERVICE}/{method}"


@dataclass(frozen=True, slots=True)
class Target:
    """A collection, and of it an index ("" = all)."""

    database: str
    collection: str
    index: str = ""


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """load_state is that of Milvus in lower case; indexes by name and type."""

    name: str
    row_count: int
    load_state: str
    fields: tuple[str, ...]
    indexes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewIndex:
    """An index to declare on a field; ``params`` as in CreateIndex; target.index is its name, "" = the field's.

    role  of one that is added beside another: shadow or hidden; "" for one that serves
    """

    target: Target
    field: str
    params: Mapping[str, str]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Build an index anew with other parameters while the old one serves; ``params`` as in CreateIndex."""

    target: Target
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoleChange:
    """role: shadow or hidden."""

    target: Target
    role: str


@dataclass(frozen=True, slots=True)
class Question:
    """How would a search be done?

    field   "" = the only vector field
    vector  of a dense field; () = that of some stored row
    """

    target: Target
    field: str = ""
    k: int = 10
    filter: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    vector: tuple[float, ...] = ()

    @property
    def search(self) -> SearchSpec:
        return SearchSpec(field=self.field, k=self.k, filter=self.filter, params=self.params)


@dataclass(frozen=True, slots=True)
class AdviceRequest:
    """Which index would serve this field as wished?"""

    target: Target
    field: str
    wish: Wish


def encoded(value: object) -> bytes:
    """A request, from dataclasses."""
    return orjson.dumps(value, default=dict)


def result(value: object) -> bytes:
    return orjson.dumps({"result": value}, default=dict)


def refusal(error: errors.Error) -> bytes:
    return orjson.dumps({"error": {"kind": type(error).__name__, "message": error.message}})


def opened(answer: bytes) -> Any:
    """The result in an answer. Raises the error that the other side raised."""
    content = orjson.loads(answer)
    if "error" in content:
        kind = getattr(errors, content["error"]["kind"], errors.Unexpected)
        raise kind(content["error"]["message"])
    return content["result"]


def read_target(data: Mapping[str, Any]) -> Target:
    return Target(**data)


def read_collection(data: Mapping[str, Any]) -> CollectionSummary:
    return CollectionSummary(**{**data, "fields": tuple(data["fields"])})


def read_new_index(data: Mapping[str, Any]) -> NewIndex:
    return NewIndex(**{**data, "target": Target(**data["target"])})


def read_switch(data: Mapping[str, Any]) -> Switch:
    return Switch(Target(**data["target"]), data["params"])


def read_role_change(data: Mapping[str, Any]) -> RoleChange:
    return RoleChange(Target(**data["target"]), data["role"])


def read_question(data: Mapping[str, Any]) -> Question:
    return Question(**{**data, "target": Target(**data["target"]), "vector": tuple(data["vector"])})


def read_explanation(data: Mapping[str, Any]) -> Explanation:
    parts = tuple(
        PartPlan(**{**part, "step": Step(part["step"]), "filtered_by": tuple(part["filtered_by"])})
        for part in data["parts"]
    )
    times = StepTimes(**data["times"])
    return Explanation(**{**data, "metric": Metric(data["metric"]), "parts": parts, "times": times})


def read_advice_request(data: Mapping[str, Any]) -> AdviceRequest:
    return AdviceRequest(Target(**data["target"]), data["field"], Wish(**data["wish"]))


def read_advice(data: Mapping[str, Any]) -> Advice:
    name, value = data["effort"]
    return Advice(**{**data, "effort": (name, value), "points": tuple((x, y) for x, y in data["points"])})


def read_index_status(data: Mapping[str, Any]) -> IndexStatus:
    builds = tuple(BuildStatus(**{**build, "state": BuildState(build["state"])}) for build in data["builds"])
    return IndexStatus(**{**data, "state": IndexState(data["state"]), "builds": builds})


def read_segment(data: Mapping[str, Any]) -> SegmentInfo:
    return SegmentInfo(**{**data, "index_ids": tuple(data["index_ids"])})
