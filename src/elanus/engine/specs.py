"""Index specs: from a user's flat parameters, and as the JSON that the catalog keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elanus.index import request as index_request
from elanus.index.base import IndexSpec
from elanus.schema.field import Field
from elanus.schema.metric import Metric

AUTOMATIC = index_request.AUTOMATIC


def resolved(params: Mapping[str, str], field: Field) -> IndexSpec:
    """The spec of flat user parameters. Raises ParameterInvalid, Rejected."""
    build_params = {k: v for k, v in params.items() if k not in ("index_type", "metric_type")}
    asked = index_request.IndexRequest(params.get("index_type", ""), params.get("metric_type", ""), build_params)
    return index_request.resolve(asked, field)


def spec_to_json(spec: IndexSpec) -> dict[str, Any]:
    return {"type": spec.type, "metric": spec.metric.value, "dim": spec.dim, "params": dict(spec.params)}


def spec_from_json(data: Mapping[str, Any]) -> IndexSpec:
    return IndexSpec(data["type"], Metric(data["metric"]), data["dim"], data["params"])
