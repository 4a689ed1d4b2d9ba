"""What each generation of clients may name, must give, and is told when it is wrong."""

import pytest

from elanus.errors import DimensionMismatch, Error, IndexNotSupported, ParameterInvalid
from elanus.index.generation import NEWEST, Generation
from elanus.index.registry import index_type, index_type_of_code, index_types, offered
from elanus.index.request import IndexRequest, check_search, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

FLOATS = Field(100, "v", DataType.FLOAT_VECTOR, dim=32)
INVALID = "invalid parameter[expected=valid index params][actual=invalid index params]"
V1, V2_0, V2_2, V2_3, V2_4, V2_5, V2_6, V3_0 = Generation

COMMON = {"FLAT", "IVF_FLAT", "IVF_SQ8", "IVF_PQ", "HNSW", "BIN_FLAT", "BIN_IVF_FLAT"}
NAMES = {
    V1: COMMON | {"IVF_SQ8H", "RNSG", "ANNOY"},
    V2_0: COMMON | {"IVF_SQ8_HYBRID", "NSG", "RHNSW_FLAT", "RHNSW_PQ", "RHNSW_SQ", "ANNOY", "NGT_PANNG", "NGT_ONNG"},
    V2_2: COMMON
    | {"NSG", "RHNSW_FLAT", "RHNSW_PQ", "RHNSW_SQ", "ANNOY", "NGT_PANNG", "NGT_ONNG", "DISKANN", "AUTOINDEX"},
    V2_3: COMMON | {"SCANN", "DISKANN", "GPU_IVF_FLAT", "GPU_IVF_PQ", "AUTOINDEX"},
    V2_4: COMMON | {"SCANN", "DISKANN", "GPU_IVF_FLAT", "GPU_IVF_PQ", "GPU_CAGRA", "GPU_BRUTE_FORCE", "AUTOINDEX"},
}
NAMES[V2_4] |= {"SPARSE_INVERTED_INDEX", "SPARSE_WAND"}
NAMES[V2_5] = NAMES[V2_4] | {"HNSW_SQ", "HNSW_PQ", "HNSW_PRQ"}
NAMES[V2_6] = NAMES[V2_5] | {"IVF_RABITQ", "AISAQ", "MINHASH_LSH"}
NAMES[V3_0] = NAMES[V2_6] | {"IVF_RABITQ_FASTSCAN", "GPU_HNSW"}
"""Vector index types as the servers of that generation accept them."""


@pytest.mark.parametrize(("generation", "name"), [(g, n) for g, names in NAMES.items() for n in sorted(names)])
def test_a_generation_is_offered_its_names(generation, name):
    declared = offered(name, generation)
    assert declared.since <= generation <= declared.until


@pytest.mark.parametrize("generation", list(Generation))
def test_a_generation_began_or_went_on_with_no_other_name(generation):
    declared = {d.name for d in index_types().values() if d.since <= generation <= d.until}
    assert declared == {index_type(name).name for name in NAMES[generation]}


@pytest.mark.parametrize(("generation", "name"), [(g, n) for g, names in NAMES.items() for n in sorted(names)])
def test_a_withdrawn_name_is_refused_to_newer_clients_alone(generation, name):
    until = offered(name, generation).until
    for newer in Generation:
        if newer <= until:
            assert offered(name, newer).name == index_type(name).name
        else:
            with pytest.raises(ParameterInvalid) as caught:
                offered(name, newer)
            assert caught.value.message == f"invalid parameter[expected=valid index][actual=invalid index type: {name}]"
            assert caught.value.detail == f"{name} was withdrawn after Milvus {until}"


@pytest.mark.parametrize(
    "name",
    [
        "IVF_FLAT_CC",
        "IVF_SQ_CC",
        "SCANN_DVR",
        "SVS_FLAT",
        "SVS_VAMANA",
        "SVS_VAMANA_LVQ",
        "FAISS",
        "HYBRID",
        "BTREE",
        "MOL_PATTERN",
        "NOPE",
    ],
)
@pytest.mark.parametrize("generation", list(Generation))
def test_what_was_never_offered_is_refused_to_all(generation, name):
    with pytest.raises(Error, match=r"[Ii]nvalid index type") as caught:
        resolve(IndexRequest(name, "L2"), FLOATS, generation)
    assert caught.value.detail != caught.value.message


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (1, "FLAT"),
        (2, "IVF_FLAT"),
        (3, "IVF_SQ8"),
        (4, "RNSG"),
        (5, "IVF_SQ8H"),
        (6, "IVF_PQ"),
        (11, "HNSW"),
        (12, "ANNOY"),
    ],
)
def test_codes_of_1x(code, name):
    assert index_type_of_code(code).name == name


@pytest.mark.parametrize("code", [0, 7, 8, 13, -1])
def test_other_codes_of_1x_are_refused(code):
    with pytest.raises(IndexNotSupported) as caught:
        index_type_of_code(code)
    assert caught.value.message == f"Invalid index type: {code}. Make sure the index type is in IndexType list."


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("IVFFLAT", "IVF_FLAT"),
        ("NSG_MIX", "RNSG"),
        ("IVF_SQ8_H", "IVF_SQ8H"),
        ("FAISS_PQ", "IVF_PQ"),
        ("IDMAP", "FLAT"),
    ],
)
def test_aliases(alias, name):
    assert offered(alias, V1).name == name


def refusal(generation, name, **params) -> str:
    with pytest.raises(ParameterInvalid) as caught:
        resolve(IndexRequest(name, "L2", params), FLOATS, generation)
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "params", "text"),
    [
        ("IVF_FLAT", {}, "Parameter list must contain: nlist"),
        ("IVF_FLAT", {"nlist": 0}, "Invalid nlist value: 0. Valid range is [1, 999999]"),
        ("IVF_FLAT", {"nlist": 1_000_000}, "Invalid nlist value: 1000000. Valid range is [1, 999999]"),
        ("IVF_FLAT", {"nlist": "many"}, "Invalid nlist: type must be integer, but is many"),
        ("HNSW", {"M": 3, "efConstruction": 100}, "Invalid M value: 3. Valid range is [4, 64]"),
        ("HNSW", {"M": 16}, "Parameter list must contain: efConstruction"),
        ("HNSW", {"M": 16, "efConstruction": 513}, "Invalid efConstruction value: 513. Valid range is [8, 512]"),
        ("IVF_PQ", {"nlist": 8}, "Parameter list must contain: m"),
        ("IVF_PQ", {"nlist": 8, "m": 8, "nbits": 17}, "Invalid nbits value: 17. Valid range is [1, 16]"),
        ("ANNOY", {"n_trees": 1025}, "Invalid n_trees value: 1025. Valid range is [1, 1024]"),
        ("ANNOY", {"n_trees": 2**31}, "Invalid n_trees value: 2147483648. Valid range is [-2147483647, 2147483647]"),
        ("RNSG", {"search_length": 9, "out_degree": 5, "candidate_pool_size": 50, "knng": 5},
         "Invalid search_length value: 9. Valid range is [10, 300]"),
        ("RNSG", {"search_length": 10, "candidate_pool_size": 50}, "Parameter list must contain: out_degree"),
    ],
)  # fmt: skip
def test_1x_says_what_is_missing_or_out_of_range(name, params, text):
    assert refusal(V1, name, **params) == text


def test_1x_refuses_pieces_that_do_not_divide_as_a_wrong_dimension():
    with pytest.raises(DimensionMismatch, match=r"^Invalid collection dimension, dimension can not be divided by m$"):
        resolve(IndexRequest("IVF_PQ", "L2", {"nlist": 8, "m": 5}), FLOATS, V1)


@pytest.mark.parametrize(
    ("generation", "text"),
    [
        (V2_0, 'invalid index params: {"nlist": 0}'),
        (V2_2, 'invalid index params: {"nlist": 0}'),
        (V2_3, INVALID),
        (V2_4, INVALID),
        (V2_5, f"Out of range in json: param 'nlist' (0) should be in range [1, 65536]: {INVALID}"),
        (V3_0, f"Out of range in json: param 'nlist' (0) should be in range [1, 65536]: {INVALID}"),
    ],
)
def test_later_generations_word_an_out_of_range_value_as_they_did(generation, text):
    assert refusal(generation, "IVF_FLAT", nlist=0) == text


def test_a_refusal_without_words_says_why_in_its_detail():
    with pytest.raises(ParameterInvalid) as caught:
        resolve(IndexRequest("HNSW", "L2", {"M": 8}), FLOATS, V2_3)
    assert caught.value.detail == "param 'efConstruction' not exist in json"


@pytest.mark.parametrize("generation", list(Generation))
def test_nlist_is_required_before_2_5(generation):
    request = IndexRequest("IVF_FLAT", "L2")
    if generation < V2_5:
        with pytest.raises(ParameterInvalid):
            resolve(request, FLOATS, generation)
    else:
        assert resolve(request, FLOATS, generation).params["nlist"] == 128


@pytest.mark.parametrize(
    ("generation", "allowed", "refused"),
    [(V1, (4, 64), (3, 65)), (V2_3, (4, 64), (3, 65)), (V2_4, (1, 2048), (0, 2049)), (V3_0, (2, 2048), (1, 2049))],
)
def test_the_range_of_m_grew(generation, allowed, refused):
    for value in allowed:
        request = IndexRequest("HNSW", "L2", {"M": value, "efConstruction": 100})
        assert resolve(request, FLOATS, generation).params["M"] == value
    for value in refused:
        refusal(generation, "HNSW", M=value, efConstruction=100)


def test_parameters_newer_than_the_client_are_ignored_and_have_their_default():
    old = resolve(IndexRequest("IVF_SQ8", "L2", {"nlist": 8, "sq_type": "SQ4", "refine": True}), FLOATS, V2_3)
    assert old.params == {"nlist": 8, "sq_type": "SQ8", "refine": False}
    new = resolve(IndexRequest("IVF_SQ8", "L2", {"nlist": 8, "sq_type": "SQ4", "refine": True}), FLOATS, V2_6)
    assert new.params == {"nlist": 8, "sq_type": "SQ4", "refine": True}
    refusal(V2_3, "IVF_SQ8", nlist=8, nbits=4)
    assert "nbits" not in resolve(IndexRequest("IVF_SQ8", "L2", {"nbits": 4}), FLOATS).params


def test_a_type_newer_than_the_client_has_the_rules_it_began_with():
    spec = resolve(IndexRequest("HNSW_SQ", "L2", {"sq_type": "SQ6"}), FLOATS, V2_3)
    assert (spec.params["M"], spec.params["sq_type"]) == (30, "SQ6")
    with pytest.raises(ParameterInvalid):
        resolve(IndexRequest("HNSW_SQ", "L2", {"sq_type": "SQ4U"}), FLOATS, V2_3)
    assert resolve(IndexRequest("HNSW_SQ", "L2", {"sq_type": "SQ4U"}), FLOATS).params["sq_type"] == "SQ4U"


@pytest.mark.parametrize(
    ("generation", "metric"), [(V2_2, Metric.IP), (V2_4, Metric.IP), (V2_5, Metric.COSINE), (V3_0, Metric.COSINE)]
)
def test_the_metric_of_an_automatic_index(generation, metric):
    assert resolve(IndexRequest(), FLOATS, generation).metric is metric


def test_no_type_meant_ivf_pq_in_2_0():
    assert resolve(IndexRequest("", "L2", {"nlist": 8, "m": 8}), FLOATS, V2_0).type == "IVF_PQ"


HNSW = resolve(IndexRequest("HNSW", "L2"), FLOATS)
ANNOY = resolve(IndexRequest("ANNOY", "L2", {"n_trees": 8}), FLOATS, V1)


@pytest.mark.parametrize(
    ("spec", "given", "text"),
    [
        (HNSW, {}, "Parameter list must contain: ef"),
        (HNSW, {"ef": 9}, "Invalid ef value: 9. Valid range is [10, 32768]"),
        (HNSW, {"ef": 32769}, "Invalid ef value: 32769. Valid range is [1, 32768]"),
        (ANNOY, {}, "Parameter list must contain: search_k"),
    ],
)
def test_1x_search_parameters(spec, given, text):
    with pytest.raises(ParameterInvalid) as caught:
        check_search(spec, given, 10, V1)
    assert caught.value.message == text


def test_search_parameters_are_required_before_2_3_only():
    with pytest.raises(ParameterInvalid, match=r"^param 'ef' not exist in json$"):
        check_search(HNSW, {}, 10, V2_2)
    assert check_search(HNSW, {}, 10, V2_3) == {"ef": 16}
    assert check_search(ANNOY, {}, 10, NEWEST) == {"search_k": -1}


def test_the_search_list_of_diskann_has_two_names():
    spec = resolve(IndexRequest("DISKANN", "L2"), FLOATS)
    for key in ("search_list", "search_list_size"):
        assert check_search(spec, {key: 40}, 10)["search_list_size"] == 40
        with pytest.raises(ParameterInvalid, match=r"^search_list_size\(9\) should be larger than k\(10\)$"):
            check_search(spec, {key: 9}, 10)


GPU = [name for name, declared in index_types().items() if declared.needs_gpu]


@pytest.mark.parametrize("name", GPU)
def test_a_gpu_type_is_refused_unless_the_cpu_may_stand_in(name):
    with pytest.raises(ParameterInvalid) as caught:
        resolve(IndexRequest(name, "L2"), FLOATS)
    assert caught.value.message == f"invalid parameter[expected=valid index][actual=invalid index type: {name}]"
    assert "needs a GPU" in caught.value.detail
    assert resolve(IndexRequest(name, "L2", {"M": 8, "efConstruction": 8}, on_cpu=True), FLOATS).type == name


def test_parameters_that_are_wrong_together():
    assert refusal(V2_2, "NGT_PANNG", edge_size=9, forcedly_pruned_edge_size=20, selectively_pruned_edge_size=20)
    with pytest.raises(ParameterInvalid, match=r"^graph_degree\(64\) should not be larger than intermediate"):
        resolve(IndexRequest("GPU_CAGRA", "L2", {"intermediate_graph_degree": 32}, on_cpu=True), FLOATS)
