"""Every parameter of every index type changes something that can be measured, unless its declaration says it cannot.

``BUILD_PAIRS`` and ``SEARCH_PAIRS`` hold a low and a high value for each name; a parameter without an entry fails.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from conformance.types import (
    GENEROUS,
    ROWS,
    TYPES,
    K,
    built,
    distances_by_row,
    recall,
    sample_of,
    spec_of,
    truth,
)
from elanus.index import _postings
from elanus.index.build import read_report
from elanus.index.curve import aimed, effort_of
from elanus.index.registry import index_type
from elanus.index.request import check_search
from elanus.schema.metric import Metric

BUILD_PAIRS = {
    "M": ({"M": 4}, {"M": 24}, "bytes"),
    "PQM": ({"PQM": 4}, {"PQM": 16}, "bytes"),
    "bm25_avgdl": ({"bm25_avgdl": 10}, {"bm25_avgdl": 1000}, "answers"),
    "bm25_b": ({"bm25_b": 0}, {"bm25_b": 1}, "answers"),
    "bm25_k1": ({"bm25_k1": 0}, {"bm25_k1": 3}, "answers"),
    "candidate_pool_size": (
        {"out_degree": 6, "candidate_pool_size": 50},
        {"out_degree": 6, "candidate_pool_size": 400},
        "answers",
    ),
    "drop_ratio_build": ({"drop_ratio_build": 0.5}, {"drop_ratio_build": 0.0}, "bytes"),
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
    "inverted_index_algo": ({"inverted_index_algo": "SINDI"}, {"inverted_index_algo": "TAAT_NAIVE"}, "effort"),
    "kmeans_n_iters": ({"kmeans_n_iters": 1}, {"kmeans_n_iters": 30}, "answers"),
    "kmeans_trainset_fraction": ({"kmeans_trainset_fraction": 0.03}, {"kmeans_trainset_fraction": 1}, "answers"),
    "mh_element_bit_width": (
        {"mh_lsh_band": 8, "mh_element_bit_width": 32},
        {"mh_lsh_band": 8, "mh_element_bit_width": 8},
        "answers",
    ),
    "mh_lsh_band": ({"mh_lsh_band": 2}, {"mh_lsh_band": 16}, "bytes"),
    "m": ({"m": 4}, {"m": 16}, "bytes"),
    "max_degree": ({"max_degree": 8}, {"max_degree": 60}, "bytes"),
    "n_trees": ({"n_trees": 1}, {"n_trees": 4}, "bytes"),
    "nbits": ({"nbits": 4}, {"nbits": 6}, "bytes"),
    "nlist": ({"nlist": 2}, {"nlist": 32}, "bytes"),
    "nrq": ({"nrq": 1}, {"nrq": 2}, "bytes"),
    "out_degree": ({"out_degree": 8}, {"out_degree": 60}, "bytes"),
    "outgoing_edge_size": ({"outgoing_edge_size": 4}, {"outgoing_edge_size": 40}, "bytes"),
    "pq_code_budget_gb_ratio": ({"pq_code_budget_gb_ratio": 0.04}, {"pq_code_budget_gb_ratio": 0.25}, "bytes"),
    "quant_type": ({"quant_type": "fp16"}, {"quant_type": "fp32"}, "bytes"),
    "rbq_bits": ({"rbq_bits": 1}, {"rbq_bits": 4}, "bytes"),
    "refine": ({"refine": False}, {"refine": True}, "precision"),
    "search_list_size": (
        {"max_degree": 6, "search_list_size": 4},
        {"max_degree": 6, "search_list_size": 200},
        "recall",
    ),
    "sq_type": ({"sq_type": "SQ6"}, {"sq_type": "SQ8"}, "bytes"),
    "sub_dim": ({"sub_dim": 4}, {"sub_dim": 2}, "bytes"),
    "target_recall": ({"target_recall": 0.5}, {"target_recall": 0.999}, "aim"),
    "with_raw_data": ({"with_raw_data": False}, {"with_raw_data": True}, "precision"),
}
COARSE = {
    "IVF_SQ8": {"sq_type": "SQ4"},
    "HNSW_SQ": {"sq_type": "SQ4U"},
    "IVF_RABITQ": {"rbq_bits": 1},
    "MINHASH_LSH": {"mh_lsh_band": 8},
}
"""What makes the error of the codes large enough to see what refine does about it."""
OF_BM25 = frozenset({"bm25_avgdl", "bm25_b", "bm25_k1"})
"""Parameters that only an index of this metric has a use for."""
SEARCH_PAIRS = {
    "bm25_avgdl": (10, 100),
    "drop_ratio_search": (0.8, 0.0),
    "ef": (K, 300),
    "epsilon": (-0.2, 0.4),
    "itopk_size": (K, 300),
    "mh_search_with_jaccard": (False, True),
    "nprobe": (1, 64),
    "rbq_bits_query": (1, 0),
    "refine_factor": (1, 20),
    "refine_k": (1, 10),
    "refine_ratio": (1, 10),
    "reorder_k": (K, 200),
    "search_k": (20, ROWS),
    "search_length": (10, 300),
    "search_list_size": (K, 300),
}
SEARCH_PAIRS["MINHASH_LSH", "refine_k"] = (1, 500)
"""There a count, elsewhere a multiple of k."""
BESIDE = {
    ("MINHASH_LSH", "refine_k"): {"mh_search_with_jaccard": True},
    "mh_search_with_jaccard": {"refine_k": 500},
    "rbq_bits_query": {"refine_k": 1, "nprobe": 64},
    "refine_factor": {"drop_ratio_search": 0.8},
    "refine_k": {"nprobe": 64},
    "refine_ratio": {"nprobe": 64},
    "reorder_k": {"nprobe": 64},
}
"""What must be said beside a search parameter for it to be seen."""
HASTY = {
    "dim_max_score_ratio": 0.5,
    "ef": K,
    "epsilon": -0.2,
    "itopk_size": K,
    "mh_search_with_jaccard": True,
    "nprobe": 1,
    "search_length": 10,
    "search_list": K,
}
"""Search parameters that show how good the index itself is."""
DECIDES = frozenset({"rbq_bits_query", "refine_k", "refine_ratio", "reorder_k", "bm25_avgdl"})
"""Search parameters whose better answers are not those at smaller distances."""
ON_CODES = frozenset({"refine_k", "mh_search_with_jaccard"})
"""Search parameters that are seen where the index alone is coarse."""


def effective(params) -> list[str]:
    return [param.name for param in params if not param.inert]


BUILD_CASES = [(name, param) for name in TYPES for param in effective(index_type(name).build_params)]
SEARCH_CASES = [(name, param) for name in TYPES for param in effective(index_type(name).search_params)]
EFFORTS = {"dim_max_score_ratio": (0.5, 1.3), "search_algo": ("DAAT_WAND", "TAAT_NAIVE")}
"""Search parameters that decide how much is read, with no better answer for it on most data."""


@pytest.fixture(autouse=True)
def skip_lists_of_any_length(monkeypatch):
    """Lists of a thousand rows are read in no time; here they are skipped as long ones are."""
    monkeypatch.setattr(_postings, "WORTH_SKIPPING", 0)
    monkeypatch.setattr(_postings, "LOOKUP_COST", 0)


@pytest.mark.parametrize(("name", "param"), BUILD_CASES)
def test_a_build_parameter_changes_something(tmp_path, name, param):
    low, high, what = BUILD_PAIRS[param]
    measured = []
    for i, given in enumerate((low, high)):
        metric = Metric.BM25 if param in OF_BM25 else None
        spec = spec_of(name, metric, **(COARSE.get(name, {}) | given if param == "refine" else given))
        path = tmp_path / f"{i}.idx"
        measured.append(MEASURES[what](path, spec, built(path, spec)))
    if what == "answers":
        assert (measured[0] != measured[1]).any()
    else:
        assert measured[1] > measured[0]


def _bytes(path: Path, spec, index) -> int:
    return path.stat().st_size


def _recall(path: Path, spec, index) -> float:
    return recall(_answers(path, spec, index), truth(spec, K).rows)


def _precision(path: Path, spec, index) -> float:
    """Minus the largest error of a distance."""
    hits = index.search(sample_of(spec.type).asked, K, mask=None, params=check_search(spec, GENEROUS, K))
    return -float(np.abs(hits.distances - np.take_along_axis(distances_by_row(spec), hits.rows, 1)).max())


def _answers(path: Path, spec, index):
    return index.search(sample_of(spec.type).asked, K, mask=None, params=check_search(spec, HASTY, K)).rows


def _effort(path: Path, spec, index) -> int:
    """Lists of a sparse index that were read whole."""
    with pytest.MonkeyPatch.context() as patch:
        read, add = [], _postings.Scoring._add
        patch.setattr(_postings.Scoring, "_add", lambda *given: (read.append(given), add(*given)))
        _answers(path, spec, index)
    return len(read)


def _aim(path: Path, spec, index) -> float:
    """The effort that a search is given."""
    values = aimed(check_search(spec, {}, K), {}, spec, K, read_report(path).curve)
    return values[effort_of(spec).name]


MEASURES = {
    "aim": _aim,
    "answers": _answers,
    "bytes": _bytes,
    "effort": _effort,
    "precision": _precision,
    "recall": _recall,
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("params")

    @cache
    def get(name: str, coarse: bool = False, metric: Metric | None = None):
        spec = spec_of(name, metric, **(COARSE.get(name, {}) | {"refine": True} if coarse else {}))
        return spec, built(folder / f"{name}-{coarse}-{metric}.idx", spec)

    return get


@pytest.mark.parametrize(("name", "param"), [case for case in SEARCH_CASES if case[1] not in EFFORTS])
def test_a_search_parameter_changes_something(opened, name, param):
    """The answers of the high value are the better ones, by recall, or by the distances of codes."""
    spec, index = opened(name, param in ON_CODES, Metric.BM25 if param in OF_BM25 else None)
    beside = BESIDE.get((name, param), BESIDE.get(param, {}))
    few, many = (
        index.search(sample_of(name).asked, K, mask=None, params=check_search(spec, {**beside, param: value}, K))
        for value in SEARCH_PAIRS.get((name, param), SEARCH_PAIRS.get(param))
    )
    wanted = truth(spec, K).rows
    nearer = bool(many.distances.mean() < few.distances.mean()) and param not in DECIDES
    assert nearer or recall(many.rows, wanted) > recall(few.rows, wanted)


@pytest.mark.parametrize(("name", "param"), [case for case in SEARCH_CASES if case[1] in EFFORTS])
def test_a_search_parameter_decides_what_is_read(opened, name, param, monkeypatch):
    spec, index = opened(name)
    efforts = []
    for value in EFFORTS[param]:
        monkeypatch.setitem(HASTY, param, value)
        efforts.append(_effort(Path(), spec, index))
    assert efforts[0] < efforts[1]


@pytest.mark.parametrize("param", sorted({param for _, param in SEARCH_CASES} & OF_BM25))
def test_what_is_for_bm25_changes_nothing_else(opened, param):
    spec, index = opened("SPARSE_INVERTED_INDEX")
    asked = sample_of(spec.type).asked
    plain = index.search(asked, K, mask=None, params=check_search(spec, {}, K))
    given = index.search(asked, K, mask=None, params=check_search(spec, {param: SEARCH_PAIRS[param][0]}, K))
    np.testing.assert_array_equal(plain.distances, given.distances)


@pytest.mark.parametrize("algorithm", ["TAAT_NAIVE", "DAAT_WAND", "DAAT_MAXSCORE", "BLOCK_MAX_WAND", "SINDI"])
@pytest.mark.parametrize("metric", [Metric.IP, Metric.BM25])
def test_every_algorithm_gives_the_same_answer(opened, algorithm, metric):
    spec, index = opened("SPARSE_INVERTED_INDEX", metric=metric)
    asked = sample_of(spec.type).asked
    given = index.search(asked, K, mask=None, params=check_search(spec, {"search_algo": algorithm}, K))
    np.testing.assert_array_equal(given.rows, truth(spec, K).rows)


@pytest.mark.parametrize("name", [name for name in TYPES if "refine" in effective(index_type(name).build_params)])
def test_refine_type_is_served_by_full_vectors(opened, name):
    spec, index = opened(name, True)
    hits = index.search(sample_of(name).asked, K, mask=None, params=check_search(spec, {"refine_k": 4}, K))
    np.testing.assert_allclose(hits.distances, np.take_along_axis(distances_by_row(spec), hits.rows, 1), rtol=1e-5)
    allowed = next(p for p in index_type(name).build_params if p.name == "refine_type")
    assert all(
        spec_of(name, refine=True, refine_type=text.lower()).params["refine_type"] == text for text in allowed.choices
    )
