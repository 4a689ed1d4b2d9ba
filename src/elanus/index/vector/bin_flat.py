"""BIN_FLAT: no index; every binary row is compared."""

from elanus.index.base import IndexType
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DECLARATION = IndexType(
    name="BIN_FLAT",
    aliases=("FAISS_BIN_IDMAP", "BIN_IDMAP"),
    about="Compares every binary row. Exact, ready at once, no memory; a million rows of 1024 bits take a few ms.",
    data_types=(DataType.BINARY_VECTOR,),
    metrics=(Metric.HAMMING, Metric.JACCARD, Metric.TANIMOTO, Metric.SUBSTRUCTURE, Metric.SUPERSTRUCTURE),
    build_params=(),
    search_params=(),
    builder=None,
    open=None,
    code_1x=9,
)
