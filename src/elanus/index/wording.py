"""How each generation words the refusal of a parameter.

source  Milvus 1.1 ValidationUtil; knowhere config.h, whose texts 2.3 and later show for searches and 2.5 and later for
        builds. What 2.0 and 2.1 said to a search is not on record: the newer texts, which say more, serve them too.
"""

from __future__ import annotations

from dataclasses import dataclass

from elanus.index.generation import Generation
from elanus.schema.types import DataType


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates; ``{name}`` is the parameter, ``{value}`` what was given, ``{range}`` what is allowed."""

    missing: str
    wrong_type: str
    out_of_range: str
    overflow: str
    no_choice: str
    below_k: str


_FIRST = Wording(
    missing="Parameter list must contain: {name}",
    wrong_type="Invalid {name}: type must be {kind}, but is {value}",
    out_of_range="Invalid {name} value: {value}. Valid range is {range}",
    overflow="Invalid {name} value: {value}. Valid range is {range}",
    no_choice="Invalid {name} value: {value}. Valid values are {range}",
    below_k="Invalid {name} value: {value}. Valid range is {range}",
)
_LATER = Wording(
    missing="param '{name}' not exist in json",
    wrong_type="Type conflict in json: param '{name}' ({value}) should be {kind}",
    out_of_range="Out of range in json: param '{name}' ({value}) should be in range {range}",
    overflow="Arithmetic overflow: param '{name}' ({value}) should be in range {range}",
    no_choice="invalid value of param '{name}' ({value}), should be one of {range}",
    below_k="{name}({value}) should be larger than k({k})",
)


_METRIC_REFUSALS = {
    DataType.BINARY_VECTOR: "binary vector index does not support metric type: ",
    DataType.INT8_VECTOR: "int vector index does not support metric type: ",
}


def metric_refusal(kind: DataType, metric: str) -> str:
    """What is said of a metric that vectors of this type do not have."""
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        return "only IP&BM25 is the supported metric type for sparse index"
    return _METRIC_REFUSALS.get(kind, "float vector index does not support metric type: ") + metric


def wording(generation: Generation) -> Wording:
    return _FIRST if generation is Generation.V1 else _LATER
