"""From a request to a spec: every rule and every text of CreateIndex on a vector field."""

import pytest

from elanus.errors import NotImplementedYet, ParameterInvalid, Rejected
from elanus.index.registry import index_type, index_types
from elanus.index.request import IndexRequest, check_search, resolve
from elanus.schema.field import Field
from elanus.schema.metric import Metric
from elanus.schema.types import DataType

FLOATS = Field(100, "v", DataType.FLOAT_VECTOR, dim=32)
BITS = Field(101, "b", DataType.BINARY_VECTOR, dim=32)
NUMBER = Field(102, "n", DataType.INT64)
WRAPPED = ": invalid parameter[expected=valid index params][actual=invalid index params]"


def test_all_types_of_this_milestone_are_found():
    assert len(index_types()) == 27


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


def test_automatic_takes_no_parameters():
    with pytest.raises(Rejected, match=r"^only metric type can be passed when use AutoIndex$"):
        resolve(IndexRequest("AUTOINDEX", "L2", {"M": 8}), FLOATS)


@pytest.mark.parametrize(
    ("request_", "field", "text"),
    [
        (IndexRequest("HNSW"), FLOATS, "metric type not set for vector index"),
        (IndexRequest("HNSW", "HAMMING"), FLOATS, "float vector index does not support metric type: HAMMING"),
        (IndexRequest("HNSW", "L2"), BITS, "data type BinaryVector can't build with this index HNSW"),
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


def test_automatic_on_a_scalar_field_is_not_offered_yet():
    with pytest.raises(NotImplementedYet, match="scalar"):
        resolve(IndexRequest(), NUMBER)


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
