"""Which type a refused build could be of: one that goes through the rows twice, for the same rows and metric."""

from __future__ import annotations

import pytest

from elanus.index.alternative import built_in_passes
from elanus.index.base import IndexSpec
from elanus.index.build import estimate
from elanus.index.params import read_values
from elanus.index.registry import index_type
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

ROWS, MEMORY = 5_000_000, 1 << 30
FLOAT, BINARY = DataType.FLOAT_VECTOR, DataType.BINARY_VECTOR
SPARSE, INT8 = DataType.SPARSE_FLOAT_VECTOR, DataType.INT8_VECTOR


@pytest.mark.parametrize(
    ("name", "metric", "kind", "dim", "wanted"),
    [
        ("HNSW", Metric.COSINE, FLOAT, 768, "IVF_FLAT"),
        ("HNSW", Metric.L2, DataType.BFLOAT16_VECTOR, 768, "IVF_FLAT"),
        ("HNSW", Metric.HAMMING, BINARY, 1024, "BIN_IVF_FLAT"),
        ("HNSW", Metric.L2, INT8, 768, ""),
        ("SPARSE_INVERTED_INDEX", Metric.IP, SPARSE, 0, ""),
    ],
    ids=["float", "bfloat16", "binary", "int8", "sparse"],
)
def test_a_type_that_fits_where_this_one_does_not(
    name: str, metric: Metric, kind: DataType, dim: int, wanted: str
) -> None:
    spec = IndexSpec(name, metric, dim, read_values(index_type(name).build_params, {}), kind)
    assert estimate(spec, ROWS).peak_bytes > MEMORY
    assert built_in_passes(spec, ROWS, MEMORY) == wanted


def test_none_where_even_a_process_does_not_fit() -> None:
    spec = IndexSpec("HNSW", Metric.L2, 768, {"M": 30, "efConstruction": 360})
    assert built_in_passes(spec, ROWS, 1 << 24) == ""


def test_an_estimate_says_how_many_passes() -> None:
    assert estimate(IndexSpec("IVF_FLAT", Metric.L2, 8, {"nlist": 4}), 100).passes == 2
    assert estimate(IndexSpec("HNSW", Metric.L2, 8, {"M": 8, "efConstruction": 20}), 100).passes == 1
    assert estimate(IndexSpec("FLAT", Metric.L2, 8, {}), 100).passes == 1
