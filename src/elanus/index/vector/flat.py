"""FLAT: no index; every row is compared."""

from elanus.index.base import FLOATING, IndexType
from elanus.schema.metric import Metric

DECLARATION = IndexType(
    name="FLAT",
    aliases=("FAISS_IDMAP", "IDMAP"),
    about="Compares every row. Exact, ready at once, no memory; time grows with the number of rows.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(),
    search_params=(),
    builder=None,
    open=None,
    code_1x=1,
)
