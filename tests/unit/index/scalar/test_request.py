"""What may be asked of a scalar field, and in which words the rest is refused."""

from __future__ import annotations

import pytest

from elanus.errors import NotImplementedYet, ParameterInvalid
from elanus.index.generation import Generation
from elanus.index.request import IndexRequest, resolve
from elanus.index.scalar.request import resolve_scalar
from elanus.index.scalar.types import scalar_types
from elanus.schema.field import Field
from elanus.schema.types import DataType

WRAPPED = ": invalid parameter[expected=valid index params][actual=invalid index params]"
KEY = Field(100, "pk", DataType.INT64, is_primary=True)
FLAG = Field(101, "flag", DataType.BOOL)
NUMBER = Field(102, "number", DataType.INT32)
PRICE = Field(103, "price", DataType.DOUBLE)
TITLE = Field(104, "title", DataType.VARCHAR, max_length=64)
INFO = Field(105, "info", DataType.JSON)
TAGS = Field(106, "tags", DataType.ARRAY, element_type=DataType.VARCHAR)
PRICES = Field(107, "prices", DataType.ARRAY, element_type=DataType.FLOAT)
VECTOR = Field(108, "vector", DataType.FLOAT_VECTOR, dim=4)
PATH = {"json_path": '["k"]'}


def of_json(**params: str) -> IndexRequest:
    return IndexRequest("INVERTED", params={**PATH, **params})


@pytest.mark.parametrize("declared", scalar_types().values(), ids=lambda d: d.name)
def test_a_declaration_is_complete(declared):
    assert declared.about.endswith(".")
    assert not declared.stands_in or declared.stands_in.endswith(".")
    assert declared.data_types
    assert (DataType.ARRAY in declared.data_types) == bool(declared.element_types)
    assert (DataType.JSON in declared.data_types) == bool(declared.cast_types)
    assert declared.since <= declared.until
    for param in declared.build_params:
        assert param.about.endswith(".")
        assert param.default is None or param.read(param.default) == param.default


def test_no_two_types_share_a_name():
    names = [name for d in scalar_types().values() for name in (d.name, *d.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "field", "built"),
    [
        ("INVERTED", NUMBER, "INVERTED"),
        ("STL_SORT", PRICE, "STL_SORT"),
        ("Asceneding", NUMBER, "STL_SORT"),
        ("STL_SORT", TITLE, "STL_SORT"),
        ("Trie", TITLE, "TRIE"),
        ("marisa-trie", TITLE, "TRIE"),
        ("BITMAP", FLAG, "BITMAP"),
        ("BITMAP", TAGS, "BITMAP"),
        ("INVERTED", PRICES, "INVERTED"),
        ("AUTOINDEX", NUMBER, "HYBRID"),
        ("", PRICE, "HYBRID"),
        ("", FLAG, "BITMAP"),
        ("", TAGS, "HYBRID"),
    ],
)
def test_the_type_that_is_built(name, field, built):
    assert resolve_scalar(IndexRequest(name), field).type == built


@pytest.mark.parametrize(
    ("generation", "field", "built"),
    [
        (Generation.V2_0, TITLE, "TRIE"),
        (Generation.V2_3, NUMBER, "STL_SORT"),
        (Generation.V2_4, FLAG, "INVERTED"),
        (Generation.V2_5, PRICE, "INVERTED"),
        (Generation.V2_5, TITLE, "HYBRID"),
        (Generation.V2_6, PRICE, "HYBRID"),
    ],
)
def test_the_automatic_type_of_each_generation(generation, field, built):
    assert resolve_scalar(IndexRequest(), field, generation).type == built


def test_milvus_2_1_takes_any_name_and_chooses_itself():
    assert resolve_scalar(IndexRequest("whatever"), TITLE, Generation.V2_0).type == "TRIE"


def test_parameters_have_values():
    spec = resolve_scalar(IndexRequest("NGRAM", params={"min_gram": "2", "max_gram": 3}), TITLE)
    assert dict(spec.params) == {"min_gram": 2, "max_gram": 3}
    asked = IndexRequest(
        "INVERTED", params={**PATH, "json_cast_type": "double", "json_cast_function": "STRING_TO_DOUBLE"}
    )
    assert dict(resolve_scalar(asked, INFO).params) == {
        "json_path": '["k"]',
        "json_cast_type": "DOUBLE",
        "json_cast_function": "STRING_TO_DOUBLE",
    }
    assert dict(resolve_scalar(IndexRequest("INVERTED", params={"json_cast_type": "DOUBLE"}), NUMBER).params) == {}


@pytest.mark.parametrize(
    ("request_", "field", "text"),
    [
        (IndexRequest("BITMAP"), KEY, "create bitmap index on primary key not supported"),
        (IndexRequest("BITMAP"), PRICE, "bitmap index are only supported on bool, int, string and array field"),
        (IndexRequest("BITMAP"), PRICES, "bitmap index are only supported on bool, int, string and array field"),
        (IndexRequest("STL_SORT"), FLAG, "STL_SORT are only supported on numeric or varchar field, got Bool"),
        (IndexRequest("TRIE"), NUMBER, "TRIE are only supported on varchar field"),
        (IndexRequest("HNSW", "L2"), NUMBER, "data type Int32 can't build with this index HNSW"),
        (IndexRequest("NGRAM"), NUMBER, "ngram index can only be created on VARCHAR or JSON field"),
        (IndexRequest("NGRAM"), TITLE, "Ngram index must specify both min_gram and max_gram"),
        (
            IndexRequest("NGRAM", params={"min_gram": 4, "max_gram": 3}),
            TITLE,
            "invalid min_gram or max_gram value for Ngram index, min_gram: 4, max_gram: 3",
        ),
        (
            IndexRequest("NGRAM", params={"min_gram": 0, "max_gram": 3}),
            TITLE,
            "invalid min_gram or max_gram value for Ngram index, min_gram: 0, max_gram: 3",
        ),
        (
            of_json(),
            INFO,
            "json index must specify cast type: parameter missing[missing_param=json_cast_type]",
        ),
        (
            IndexRequest("INVERTED", params={**PATH, "json_cast_type": "INT"}),
            INFO,
            "json_cast_type INT is not supported",
        ),
        (
            of_json(json_cast_type="VARCHAR", json_cast_function="UPPER"),
            INFO,
            "json_cast_function UPPER is not supported",
        ),
        (
            IndexRequest(
                "INVERTED", params={**PATH, "json_cast_type": "BOOL", "json_cast_function": "STRING_TO_DOUBLE"}
            ),
            INFO,
            "json_cast_function STRING_TO_DOUBLE is not supported for json_cast_type BOOL",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_milvus_text(request_, field, text):
    with pytest.raises(ParameterInvalid) as caught:
        resolve_scalar(request_, field)
    assert caught.value.message == text + WRAPPED
    assert caught.value.code == 1100


@pytest.mark.parametrize(
    ("generation", "name", "field", "text"),
    [
        (Generation.V2_2, "STL_SORT", TITLE, "can only use 'Trie' when data type is VarChar"),
        (Generation.V2_2, "Trie", NUMBER, "can only use 'STL_SORT' when is scalar field except VarChar"),
        (Generation.V2_2, "Trie", INFO, "create index on json field is not supported"),
        (
            Generation.V2_3,
            "STL_SORT",
            TITLE,
            "index type not match: invalid parameter[expected=Trie][actual=STL_SORT]",
        ),
    ],
)
def test_clients_before_2_4_hear_the_words_of_their_generation(generation, name, field, text):
    with pytest.raises(ParameterInvalid) as caught:
        resolve_scalar(IndexRequest(name), field, generation)
    assert caught.value.message == text


def test_an_unknown_type_and_an_internal_one_are_refused():
    for name in ("NOSUCH", "HYBRID", "MOL_PATTERN", "BTREE"):
        with pytest.raises(ParameterInvalid, match=f"invalid index type: {name}"):
            resolve_scalar(IndexRequest(name), NUMBER)


def test_a_scalar_type_on_a_vector_field_is_refused():
    with pytest.raises(ParameterInvalid, match="data type FloatVector can't build with this index INVERTED"):
        resolve(IndexRequest("INVERTED", "L2"), VECTOR)


def test_what_is_not_built_yet_says_so():
    with pytest.raises(NotImplementedYet, match="json_cast_type JSON"):
        resolve_scalar(IndexRequest("INVERTED", params={**PATH, "json_cast_type": "JSON"}), INFO)
