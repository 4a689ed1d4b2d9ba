"""From a request to a spec: every rule and every text of CreateIndex on a vector field."""

import pytest

from elanus.errors import ParameterInvalid, Rejected
from elanus.index.generation import Generation
from elanus.index.registry import index_type, index_types
from elanus.index.request import IndexRequest, check_search, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

FLOATS = Field(100, "v", DataType.FLOAT_VECTOR, dim=32)
BITS = Field(101, "b", DataType.BINARY_VECTOR, dim=32)
BYTES = Field(103, "i", DataType.INT8_VECTOR, dim=32)
SPARSE = Field(104, "s", DataType.SPARSE_FLOAT_VECTOR)
COUNTS = Field(105, "c", DataType.SPARSE_FLOAT_VECTOR, is_function_output=True)
NUMBER = Field(102, "n", DataType.INT64)
WRAPPED = ": invalid parameter[expected=valid index params][actual=invalid index params]"


@pytest.mark.parametrize("name", ["IVFFLAT", "IVF_FLAT"])
def test_an_alias_is_the_same_type(name):
    assert index_type(name).name == "IVF_FLAT"


@pytest.mark.parametrize("name", ["ivf_flat", "NOPE", "HYBRID"])
def test_an_unknown_type_is_refused(name):
    with pytest.raises(ParameterInvalid) as caught:
        resolve(IndexRequest(name, "L2"), FLOATS)
    assert caught.value.message == f"invalid parameter[expected=valid index][actual=invalid index type: {name}]"


def test_defaults_are_part_of_the_spec():
    spec = resolve(IndexRequest("HNSW", "l2", {"M": "8", "dim": "32", "extra": "ignored"}), FLOATS)
    assert (spec.type, spec.metric, spec.dim) == ("HNSW", Metric.L2, 32)
    assert spec.params == {"M": 8, "efConstruction": 360}


@pytest.mark.parametrize("name", ["", "AUTOINDEX"])
def test_automatic_keeps_its_name_and_takes_cosine(name):
    spec = resolve(IndexRequest(name, "", {"mmap.enabled": "true"}), FLOATS)
    assert (spec.type, spec.metric) == ("AUTOINDEX", Metric.COSINE)
    assert resolve(IndexRequest(name, "IP"), FLOATS).metric is Metric.IP


@pytest.mark.parametrize(
    ("field", "metric", "chosen", "measured"),
    [
        (BYTES, "", "AUTOINDEX", Metric.COSINE),
        (BITS, "", "BIN_FLAT", Metric.HAMMING),
        (BITS, "jaccard", "BIN_FLAT", Metric.JACCARD),
        (BITS, "MHJACCARD", "MINHASH_LSH", Metric.MHJACCARD),
        (SPARSE, "", "SPARSE_INVERTED_INDEX", Metric.IP),
    ],
)
def test_automatic_stands_for_the_type_that_fits_the_rows(field, metric, chosen, measured):
    spec = resolve(IndexRequest("AUTOINDEX", metric), field)
    assert (spec.type, spec.metric, spec.data_type) == (chosen, measured, field.type)
    assert spec == resolve(IndexRequest(chosen, measured.value), field)


def test_a_binary_index_without_a_metric_means_what_it_meant_to_that_generation():
    assert resolve(IndexRequest("AUTOINDEX"), BITS, Generation.V2_4).metric is Metric.JACCARD
    assert resolve(IndexRequest("AUTOINDEX"), BITS, Generation.V2_5).metric is Metric.HAMMING


def test_automatic_takes_no_parameters():
    with pytest.raises(Rejected, match=r"^only metric type can be passed when use AutoIndex$"):
        resolve(IndexRequest("AUTOINDEX", "L2", {"M": 8}), FLOATS)


@pytest.mark.parametrize(
    ("request_", "field", "text"),
    [
        (IndexRequest("HNSW"), FLOATS, "metric type not set for vector index"),
        (IndexRequest("HNSW", "HAMMING"), FLOATS, "float vector index does not support metric type: HAMMING"),
        (IndexRequest("IVF_SQ8", "HAMMING"), BITS, "data type BinaryVector can't build with this index IVF_SQ8"),
        (IndexRequest("IVF_SQ8", "L2"), BITS, "binary vector index does not support metric type: L2"),
        (IndexRequest("BIN_FLAT", "L2"), FLOATS, "data type FloatVector can't build with this index BIN_FLAT"),
        (IndexRequest("BIN_FLAT", "HAMMING"), FLOATS, "float vector index does not support metric type: HAMMING"),
        (
            IndexRequest("BIN_IVF_FLAT", "SUBSTRUCTURE"),
            BITS,
            "binary vector index does not support metric type: SUBSTRUCTURE",
        ),
        (IndexRequest("IVF_SQ8", "L2"), BYTES, "data type Int8Vector can't build with this index IVF_SQ8"),
        (IndexRequest("HNSW", "HAMMING"), BYTES, "int vector index does not support metric type: HAMMING"),
        (
            IndexRequest("SPARSE_INVERTED_INDEX", "L2"),
            SPARSE,
            "only IP&BM25 is the supported metric type for sparse index",
        ),
        (
            IndexRequest("SPARSE_INVERTED_INDEX", "BM25"),
            SPARSE,
            "only BM25 Function output field support BM25 metric type",
        ),
        (
            IndexRequest("SPARSE_INVERTED_INDEX", "IP"),
            COUNTS,
            "index metric type of BM25 function output field must be BM25, got IP",
        ),
        (IndexRequest("HNSW", "IP"), SPARSE, "data type SparseFloatVector can't build with this index HNSW"),
        (IndexRequest("SPARSE_WAND", "IP"), FLOATS, "data type FloatVector can't build with this index SPARSE_WAND"),
        (
            IndexRequest("SPARSE_WAND", "IP", {"drop_ratio_build": 1}),
            SPARSE,
            "Out of range in json: param 'drop_ratio_build' (1.0) should be in range [0, 1)",
        ),
        (
            IndexRequest("SPARSE_INVERTED_INDEX", "IP", {"inverted_index_algo": "NOPE"}),
            SPARSE,
            "invalid value of param 'inverted_index_algo' (NOPE), should be one of TAAT_NAIVE, DAAT_WAND, "
            "DAAT_MAXSCORE, BLOCK_MAX_MAXSCORE, BLOCK_MAX_WAND, SINDI",
        ),
        (
            IndexRequest("SPARSE_INVERTED_INDEX", "IP", {"quant_type": "u16"}),
            SPARSE,
            "quant_type(u16) should be one of fp32, fp16 for metric IP",
        ),
        (
            IndexRequest("MINHASH_LSH", "MHJACCARD", {"mh_element_bit_width": 24}),
            BITS,
            "mh_element_bit_width(24) should be a multiple of 8 and a divisor of the dimension(32)",
        ),
        (
            IndexRequest("MINHASH_LSH", "MHJACCARD", {"mh_lsh_band": 5}),
            BITS,
            "mh_lsh_band(5) should not be larger than the number of elements(4)",
        ),
        (IndexRequest("HNSW", "BM25"), BITS, "binary vector index does not support metric type: BM25"),
        (IndexRequest("HNSW", "L2"), NUMBER, "data type Int64 can't build with this index HNSW"),
        (
            IndexRequest("HNSW", "L2", {"dim": 64}),
            FLOATS,
            "dimension mismatch, dimension in schema: 32, dimension: 64",
        ),
        (
            IndexRequest("IVF_FLAT", "L2", {"nlist": 0}),
            FLOATS,
            "Out of range in json: param 'nlist' (0) should be in range [1, 65536]",
        ),
        (IndexRequest("IVF_PQ", "L2"), FLOATS, "param 'm' not exist in json"),
        (
            IndexRequest("IVF_PQ", "L2", {"m": 5}),
            FLOATS,
            "The dimension of a vector (dim) should be a multiple of the number of subquantizers (m). "
            "Dimension: 32, m: 5",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_milvus_text(request_, field, text):
    with pytest.raises(ParameterInvalid) as caught:
        resolve(request_, field)
    assert caught.value.message == text + WRAPPED
    assert caught.value.code == 1100


@pytest.mark.parametrize("name", ["", "AUTOINDEX", "SPARSE_INVERTED_INDEX", "SPARSE_WAND"])
def test_the_output_of_a_bm25_function_is_measured_by_bm25(name):
    assert resolve(IndexRequest(name), COUNTS).metric is Metric.BM25
    assert resolve(IndexRequest(name, "bm25"), COUNTS).metric is Metric.BM25


def test_search_parameters_follow_the_type_of_the_spec():
    assert check_search(resolve(IndexRequest("IVF_FLAT", "L2"), FLOATS), {"nprobe": "3", "ef": 1}, 10) == {"nprobe": 3}
    assert check_search(resolve(IndexRequest("AUTOINDEX"), FLOATS), {"level": 2}, 100) == {"ef": 100}
    with pytest.raises(ParameterInvalid, match=r"^ef\(9\) should be larger than k\(10\)$"):
        check_search(resolve(IndexRequest("HNSW", "L2"), FLOATS), {"ef": 9}, 10)


def test_every_declared_parameter_explains_itself():
    for declared in index_types().values():
        for param in (*declared.build_params, *declared.search_params):
            assert param.about.endswith("."), f"{declared.name}.{param.name}"
            if param.default is not None:
                assert param.read(param.default) == param.default
