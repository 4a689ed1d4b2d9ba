"""DISKANN: small codes in memory, links and full vectors on disk."""

from __future__ import annotations

from elanus.index._graph.disk import BUILD_LIST, DEFAULT_SHARE, DEGREE, SEARCH_LIST, DiskGraphBuilder, open_disk_graph
from elanus.index.base import FLOATING, IndexSpec, IndexType
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX, Param
from elanus.schema.metric import Metric

SHARE = Param(
    "pq_code_budget_gb_ratio",
    float,
    "Size of the codes in memory as a share of the vectors': more gives better recall for the same search_list.",
    low=0,
    default=DEFAULT_SHARE,
    since=Generation.V2_5,
)
CACHE = Param(
    "search_cache_budget_gb_ratio",
    float,
    "Share of the vectors kept in memory; the pages in use stay there by themselves, so it is checked and without "
    "effect.",
    low=0,
    default=0.1,
    inert=True,
    since=Generation.V2_5,
)
DISK_PIECES = Param(
    "disk_pq_dims",
    int,
    "Pieces of the vectors on disk; these are full vectors here, so it is checked and without effect.",
    low=0,
    high=INT_MAX,
    default=0,
    inert=True,
    since=Generation.V2_5,
)
ACCELERATE = Param(
    "accelerate_build",
    bool,
    "Link rows by their codes; links are always measured on full vectors, so it is checked and without effect.",
    default=False,
    inert=True,
    since=Generation.V2_5,
)
BEAM = Param(
    "beamwidth",
    int,
    "Pages asked of the disk at once; the system reads ahead of mapped files, so it is checked and without effect.",
    low=1,
    high=128,
    default=8,
    inert=True,
)


class DiskannBuilder(DiskGraphBuilder):
    @classmethod
    def share(cls, spec: IndexSpec) -> float:
        return float(spec.params[SHARE.name])


DECLARATION = IndexType(
    name="DISKANN",
    aliases=(),
    about="A graph over small codes, measured again on vectors read from disk: the least memory at high recall.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(DEGREE, BUILD_LIST, SHARE, CACHE, DISK_PIECES, ACCELERATE),
    search_params=(SEARCH_LIST, BEAM),
    builder=DiskannBuilder,
    open=open_disk_graph,
    since=Generation.V2_2,
    stands_in="The graph is linked as HNSW links its rows, not as Vamana does; codes in memory, full vectors on disk "
    "and the second measure are those of DiskANN.",
)
