"""GPU_BRUTE_FORCE, served by FLAT."""

from elanus.index._gpu import SINCE_GRAPH, served_by
from elanus.index.base import IndexType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARATION = IndexType(
    name="GPU_BRUTE_FORCE",
    aliases=(),
    about="Compares every row, on a GPU. Exact.",
    data_types=(DataType.FLOAT_VECTOR, DataType.FLOAT16_VECTOR),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(),
    search_params=(),
    builder=None,
    open=None,
    since=SINCE_GRAPH,
    stands_in=served_by("FLAT"),
    needs_gpu=True,
)
