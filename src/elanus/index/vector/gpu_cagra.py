"""GPU_CAGRA, served by an HNSW graph."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from elanus.errors import ParameterInvalid
from elanus.index._gpu import CACHE_ON_DEVICE, SINCE_GRAPH, kernel_param, served_by
from elanus.index._graph.base import EF, FEWEST_LINKS, GraphIndex
from elanus.index._graph.rows import RowGraphBuilder, open_row_graph
from elanus.index.base import IndexSpec, IndexType
from elanus.index.params import INT_MAX, Param, Values
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

DEGREE = Param(
    "graph_degree",
    int,
    "Links per row, at most intermediate_graph_degree: more gives better recall, for memory and build time.",
    low=1,
    high=4096,
    default=64,
)
CANDIDATES = Param(
    "intermediate_graph_degree",
    int,
    "Candidates looked at while a row is linked: more gives a better graph for a slower build.",
    low=1,
    high=4096,
    default=128,
)
KEPT = Param(
    "itopk_size",
    int,
    "Candidates looked at in a search, at least k: more gives better recall for a slower search.",
    low=1,
    high=INT_MAX,
    default=64,
    at_least_k=True,
)
CPU_EF = replace(EF, default=None, earlier=(), about="Candidates looked at, in place of itopk_size where it is given.")


class CagraBuilder(RowGraphBuilder):
    @classmethod
    def links(cls, spec: IndexSpec) -> int:
        return max(FEWEST_LINKS, int(spec.params[DEGREE.name]) // 2)

    @classmethod
    def ef_construction(cls, spec: IndexSpec) -> int:
        return int(spec.params[CANDIDATES.name])


class CagraIndex(GraphIndex):
    effort_name = CPU_EF.name

    def effort(self, params: Values) -> int:
        return int(params.get(CPU_EF.name, params[KEPT.name]))


def _check(spec: IndexSpec) -> None:
    degree, candidates = spec.params[DEGREE.name], spec.params[CANDIDATES.name]
    if int(degree) > int(candidates):
        raise ParameterInvalid(f"{DEGREE.name}({degree}) should not be larger than {CANDIDATES.name}({candidates})")


DECLARATION = IndexType(
    name="GPU_CAGRA",
    aliases=(),
    about="A graph over the full vectors, built and searched on a GPU.",
    data_types=(DataType.FLOAT_VECTOR, DataType.FLOAT16_VECTOR, DataType.INT8_VECTOR, DataType.BINARY_VECTOR),
    metrics=(Metric.L2, Metric.IP, Metric.COSINE, Metric.HAMMING),
    build_params=(
        CANDIDATES,
        DEGREE,
        CACHE_ON_DEVICE,
        kernel_param("build_algo", str, choices=("IVF_PQ", "NN_DESCENT"), default="NN_DESCENT"),
        kernel_param("nn_descent_niter", int, low=1, default=20),
        kernel_param("adapt_for_cpu", bool, default=False),
    ),
    search_params=(
        KEPT,
        CPU_EF,
        kernel_param("search_width", int, low=1),
        kernel_param("search_algo", str, default="AUTO"),
        kernel_param("refine_ratio", float, low=1, default=1.0),
        kernel_param("num_random_samplings", int, low=1, default=1),
        kernel_param("hashmap_mode", str, default="AUTO"),
        kernel_param("hashmap_min_bitlen", int, low=0, default=0),
        kernel_param("hashmap_max_fill_rate", float, low=0.1, high=0.9, default=0.5),
        kernel_param("min_iterations", int, low=0, default=0),
        kernel_param("max_iterations", int, low=0, default=0),
        kernel_param("team_size", int, low=0, high=32, default=0),
    ),
    builder=CagraBuilder,
    open=partial(open_row_graph, kind=CagraIndex),
    since=SINCE_GRAPH,
    stands_in=served_by("an HNSW graph with graph_degree links"),
    needs_gpu=True,
    check_build=_check,
)
