"""Every parameter of every index type changes something that can be measured, unless its declaration says it cannot.

``BUILD_PAIRS`` and ``SEARCH_PAIRS`` hold a low and a high value for each name; a parameter without an entry fails.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from conformance.types import ASKED, GENEROUS, ROWS, TYPES, VECTORS, K, built, recall, spec_of
from elanus.index.exact import exact_search
from elanus.index.registry import index_type
from elanus.index.request import check_search
from elanus.schema.metric import Metric

BUILD_PAIRS = {
    "M": ({"M": 4}, {"M": 24}, "bytes"),
    "PQM": ({"PQM": 4}, {"PQM": 16}, "bytes"),
    "candidate_pool_size": (
        {"out_degree": 6, "candidate_pool_size": 50},
        {"out_degree": 6, "candidate_pool_size": 400},
        "answers",
    ),
    "edge_size": ({"edge_size": 1}, {"edge_size": 50}, "recall"),
    "efConstruction": ({"M": 5, "efConstruction": 8}, {"M": 5, "efConstruction": 200}, "recall"),
    "forcedly_pruned_edge_size": ({"forcedly_pruned_edge_size": 21}, {"forcedly_pruned_edge_size": 60}, "bytes"),
    "graph_degree": ({"graph_degree": 8}, {"graph_degree": 50}, "bytes"),
    "incoming_edge_size": ({"incoming_edge_size": 4}, {"incoming_edge_size": 40}, "bytes"),
    "intermediate_graph_degree": (
        {"graph_degree": 8, "intermediate_graph_degree": 8},
        {"graph_degree": 8, "intermediate_graph_degree": 200},
        "recall",
    ),
    "kmeans_n_iters": ({"kmeans_n_iters": 1}, {"kmeans_n_iters": 30}, "answers"),
    "kmeans_trainset_fraction": ({"kmeans_trainset_fraction": 0.03}, {"kmeans_trainset_fraction": 1}, "answers"),
    "m": ({"m": 4}, {"m": 16}, "bytes"),
    "max_degree": ({"max_degree": 8}, {"max_degree": 60}, "bytes"),
    "n_trees": ({"n_trees": 1}, {"n_trees": 4}, "bytes"),
    "nbits": ({"nbits": 4}, {"nbits": 6}, "bytes"),
    "nlist": ({"nlist": 2}, {"nlist": 32}, "bytes"),
    "nrq": ({"nrq": 1}, {"nrq": 2}, "bytes"),
    "out_degree": ({"out_degree": 8}, {"out_degree": 60}, "bytes"),
    "outgoing_edge_size": ({"outgoing_edge_size": 4}, {"outgoing_edge_size": 40}, "bytes"),
    "pq_code_budget_gb_ratio": ({"pq_code_budget_gb_ratio": 0.04}, {"pq_code_budget_gb_ratio": 0.25}, "bytes"),
    "rbq_bits": ({"rbq_bits": 1}, {"rbq_bits": 4}, "bytes"),
    "refine": ({"refine": False}, {"refine": True}, "precision"),
    "search_list_size": (
        {"max_degree": 6, "search_list_size": 4},
        {"max_degree": 6, "search_list_size": 200},
        "recall",
    ),
    "sq_type": ({"sq_type": "SQ6"}, {"sq_type": "SQ8"}, "bytes"),
    "sub_dim": ({"sub_dim": 4}, {"sub_dim": 2}, "bytes"),
    "with_raw_data": ({"with_raw_data": False}, {"with_raw_data": True}, "precision"),
}
COARSE = {"IVF_SQ8": {"sq_type": "SQ4"}, "HNSW_SQ": {"sq_type": "SQ4U"}, "IVF_RABITQ": {"rbq_bits": 1}}
"""What makes the error of the codes large enough to see what refine does about it."""
SEARCH_PAIRS = {
    "ef": (K, 300),
    "epsilon": (-0.2, 0.4),
    "itopk_size": (K, 300),
    "nprobe": (1, 64),
    "rbq_bits_query": (1, 0),
    "refine_k": (1, 10),
    "refine_ratio": (1, 10),
    "reorder_k": (K, 200),
    "search_k": (20, ROWS),
    "search_length": (10, 300),
    "search_list_size": (K, 300),
}
HASTY = {"ef": K, "itopk_size": K, "search_length": 10, "search_list": K, "epsilon": -0.2, "nprobe": 1}
"""Search parameters that show how good the index itself is."""
DECIDES = frozenset({"rbq_bits_query", "refine_k", "refine_ratio", "reorder_k"})
"""Search parameters that are seen only where all lists are visited."""


def effective(params) -> list[str]:
    return [param.name for param in params if not param.inert]


BUILD_CASES = [(name, param) for name in TYPES for param in effective(index_type(name).build_params)]
SEARCH_CASES = [(name, param) for name in TYPES for param in effective(index_type(name).search_params)]


@cache
def exact():
    return exact_search(VECTORS, ASKED, ROWS, Metric.L2)


@pytest.mark.parametrize(("name", "param"), BUILD_CASES)
def test_a_build_parameter_changes_something(tmp_path, name, param):
    low, high, what = BUILD_PAIRS[param]
    measured = []
    for i, given in enumerate((low, high)):
        spec = spec_of(name, **(COARSE.get(name, {}) | given if param == "refine" else given))
        path = tmp_path / f"{i}.idx"
        measured.append(MEASURES[what](path, spec, built(path, spec)))
    if what == "answers":
        assert (measured[0] != measured[1]).any()
    else:
        assert measured[1] > measured[0]


def _bytes(path: Path, spec, index) -> int:
    return path.stat().st_size


def _recall(path: Path, spec, index) -> float:
    hits = index.search(ASKED, K, mask=None, params=check_search(spec, HASTY, K))
    return recall(hits.rows, exact().rows[:, :K])


def _precision(path: Path, spec, index) -> float:
    """Minus the largest error of a distance."""
    hits = index.search(ASKED, K, mask=None, params=check_search(spec, GENEROUS, K))
    by_row = np.take_along_axis(exact().distances, exact().rows.argsort(axis=1), 1)
    return -float(np.abs(hits.distances - np.take_along_axis(by_row, hits.rows, 1)).max())


def _answers(path: Path, spec, index):
    return index.search(ASKED, K, mask=None, params=check_search(spec, HASTY, K)).rows


MEASURES = {"bytes": _bytes, "recall": _recall, "precision": _precision, "answers": _answers}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("params")

    @cache
    def get(name: str, refine: bool):
        spec = spec_of(name, **(COARSE.get(name, {}) | {"refine": True} if refine else {}))
        return spec, built(folder / f"{name}-{refine}.idx", spec)

    return get


@pytest.mark.parametrize(("name", "param"), SEARCH_CASES)
def test_a_search_parameter_changes_something(opened, name, param):
    """The answers of the high value are the better ones, by recall, or by the distances of codes."""
    spec, index = opened(name, param == "refine_k")
    common = {"nprobe": 64} if param in DECIDES else {}
    if param == "rbq_bits_query":
        common["refine_k"] = 1
    few, many = (
        index.search(ASKED, K, mask=None, params=check_search(spec, {**common, param: value}, K))
        for value in SEARCH_PAIRS[param]
    )
    wanted = exact().rows[:, :K]
    nearer = bool(many.distances.mean() < few.distances.mean()) and param not in DECIDES
    assert nearer or recall(many.rows, wanted) > recall(few.rows, wanted)


@pytest.mark.parametrize("name", [name for name in TYPES if "refine" in effective(index_type(name).build_params)])
def test_refine_type_is_served_by_full_vectors(opened, name):
    spec, index = opened(name, True)
    hits = index.search(ASKED, K, mask=None, params=check_search(spec, {"refine_k": 4}, K))
    by_row = np.take_along_axis(exact().distances, exact().rows.argsort(axis=1), 1)
    np.testing.assert_allclose(hits.distances, np.take_along_axis(by_row, hits.rows, 1), rtol=1e-5)
    allowed = next(p for p in index_type(name).build_params if p.name == "refine_type")
    assert all(
        spec_of(name, refine=True, refine_type=text.lower()).params["refine_type"] == text for text in allowed.choices
    )
