"""AISAQ: DISKANN that leaves its codes on disk, too."""

from __future__ import annotations

from dataclasses import replace

from elanus.index._graph.disk import BUILD_LIST, DEGREE, SEARCH_LIST, DiskGraphBuilder, open_disk_graph
from elanus.index.base import FLOATING, IndexType
from elanus.index.generation import Generation
from elanus.index.params import Param
from elanus.schema.metric import Metric

_MAPPED = "Of the original's own reading from disk; everything is mapped here, so it is checked and without effect."


def _reading(name: str, low: int, high: int, default: int) -> Param:
    return Param(name, int, _MAPPED, low=low, high=high, default=default, inert=True)


DECLARATION = IndexType(
    name="AISAQ",
    aliases=(),
    about="DISKANN with nothing held in memory but what searches touch.",
    data_types=FLOATING,
    metrics=(Metric.L2, Metric.IP, Metric.COSINE),
    build_params=(
        replace(DEGREE, high=512),
        replace(BUILD_LIST, high=512),
        _reading("inline_pq", -1, 512, -1),
        Param("rearrange", bool, _MAPPED, default=True, inert=True),
        _reading("num_entry_points", 0, 1000, 100),
        _reading("pq_cache_size", 0, 1 << 30, 0),
    ),
    search_params=(
        SEARCH_LIST,
        _reading("beamwidth", 1, 16, 2),
        _reading("vectors_beamwidth", 1, 4, 1),
        _reading("pq_read_page_cache_size", 0, 1 << 25, 5 << 20),
        Param("pq_read_io_engine", str, _MAPPED, choices=("AIO", "URING"), inert=True),
    ),
    builder=DiskGraphBuilder,
    open=open_disk_graph,
    since=Generation.V2_6,
    stands_in="Served as DISKANN is: links and codes are mapped from the index file, vectors from the segment's.",
)
