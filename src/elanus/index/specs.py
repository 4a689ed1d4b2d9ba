"""What can be built, over a vector field or a scalar one, as the JSON that files, orders and the catalog keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elanus.index.base import IndexSpec
from elanus.index.scalar.base import ScalarSpec
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

Spec = IndexSpec | ScalarSpec


def spec_to_json(spec: Spec) -> dict[str, Any]:
    if isinstance(spec, ScalarSpec):
        return {"type": spec.type, "params": dict(spec.params)}
    return {
        "type": spec.type,
        "metric": spec.metric.value,
        "dim": spec.dim,
        "params": dict(spec.params),
        "data_type": spec.data_type.name,
    }


def spec_from_json(data: Mapping[str, Any]) -> Spec:
    """Only a vector index has a metric."""
    if "metric" not in data:
        return ScalarSpec(data["type"], data["params"])
    data_type = DataType[data.get("data_type", DataType.FLOAT_VECTOR.name)]  # the first files have none
    return IndexSpec(data["type"], Metric(data["metric"]), data["dim"], data["params"], data_type)
