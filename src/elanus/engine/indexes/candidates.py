"""Which indexes are worth trying on a field: one spec of each kind, by the type of its vectors. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from elanus.engine.indexes.specs import resolved
from elanus.index.base import DENSE, IndexSpec
from elanus.index.registry import index_type
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

LISTS_PER_ROOT = 4
GRAPH = {"M": "16", "efConstruction": "200"}
DROPPED_SHARES = ("0", "0.2", "0.5")
RABITQ_BITS = "4"
Asked = Mapping[str, str]


def candidates(field: Field, metric: Metric, rows: int, *, memory_is_short: bool = False) -> list[IndexSpec]:
    """For so many rows; with little memory also what keeps less of it. Only types that take the field and metric."""
    lists = {"nlist": str(max(1, int(LISTS_PER_ROOT * math.sqrt(rows))))}
    asked = list(_asked(field.type, lists))
    if memory_is_short:
        asked += [{"index_type": "IVF_RABITQ", "rbq_bits": RABITQ_BITS, **lists}, {"index_type": "DISKANN"}]
    specs = [resolved({**one, "metric_type": metric.value}, field) for one in asked if _takes(one, field, metric)]
    return [spec for spec in specs if isinstance(spec, IndexSpec)]


def _asked(kind: DataType, lists: Asked) -> Iterable[Asked]:
    if kind is DataType.SPARSE_FLOAT_VECTOR:
        return [{"index_type": "SPARSE_INVERTED_INDEX", "drop_ratio_build": share} for share in DROPPED_SHARES]
    if kind not in DENSE:
        binary = ({"index_type": "BIN_FLAT"}, {"index_type": "BIN_IVF_FLAT", **lists})
        return [*binary, {"index_type": "HNSW", **GRAPH}]
    graphs = ({"index_type": "HNSW", **GRAPH}, {"index_type": "HNSW_SQ", "sq_type": "SQ8", **GRAPH})
    return [
        {"index_type": "AUTOINDEX"},
        *graphs,
        *({"index_type": name, **lists} for name in ("IVF_FLAT", "IVF_SQ8", "SCANN")),
    ]


def _takes(asked: Asked, field: Field, metric: Metric) -> bool:
    declared = index_type(asked["index_type"])
    return field.type in declared.data_types and metric in declared.metrics
