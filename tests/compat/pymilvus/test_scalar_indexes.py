"""Scalar indexes as a client declares, sees, uses and drops them."""

from __future__ import annotations

import pytest
from pymilvus import DataType, MilvusException

ROWS = 1500


@pytest.fixture
def books(client, name):
    schema = client.create_schema(enable_dynamic_field=True)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=4)
    schema.add_field("number", DataType.INT64, nullable=True)
    schema.add_field("title", DataType.VARCHAR, max_length=64, nullable=True)
    schema.add_field("sold", DataType.BOOL)
    schema.add_field("info", DataType.JSON)
    schema.add_field("tags", DataType.ARRAY, element_type=DataType.VARCHAR, max_length=16, max_capacity=8)
    client.create_collection(name, schema=schema)
    client.insert(name, [_book(number) for number in range(ROWS)])
    client.flush(name)
    client.create_index(name, client.prepare_index_params("vector", index_type="FLAT", metric_type="L2"))
    client.load_collection(name)
    return name


def _book(number):
    return {
        "id": number,
        "vector": [float(number), 0.0, 0.0, 1.0],
        "number": None if number % 10 == 9 else number % 250,
        "title": None if number % 11 == 10 else f"Book {number % 300} of é-{number % 7}",
        "sold": number % 3 == 0,
        "info": {"price": number % 40, "shelf": f"s{number % 25}"},
        "tags": [f"t{number % 6}", f"u{number % 90}"],
        "colour": f"c{number % 30}",
    }


def _declare(client, name, field, **params):
    client.create_index(name, client.prepare_index_params(field, **params))


def _found(client, name, text):
    return sorted(row["id"] for row in client.query(name, text, output_fields=["id"]))


DECLARED = [
    (
        "number",
        {"index_type": "STL_SORT"},
        "number == 17",
        "number in [3, 4] or number > 245",
        "number != 3 and id < 30",
    ),
    ("number", {"index_type": "INVERTED"}, "number == 18", "not (number <= 247)"),
    ("number", {"index_type": "BITMAP"}, "number == 22", "number is null and id < 100"),
    ("number", {"index_type": "AUTOINDEX"}, "number == 20", "number > 240 and number < 243"),
    ("title", {"index_type": "TRIE"}, 'title like "Book 12%"', 'title == "Book 4 of é-4"', "title is null and id < 50"),
    ("title", {"index_type": "NGRAM", "min_gram": 2, "max_gram": 3}, 'title like "%k 12%"', 'title like "%é-3"'),
    (
        "title",
        {"index_type": "FMINDEX", "params": {"fm_sa_sample_rate": 4}},
        'title like "%k 12%"',
        'title like "%é-3"',
        'title like "Book 29%"',
        'title == "Book 4 of é-4"',
        'title like "B%9 of é-_"',
    ),
    ("title", {"index_type": "INVERTED"}, 'title >= "Book 99"', 'title in ["Book 1 of é-1", ""]'),
    ("sold", {"index_type": "BITMAP"}, "sold == true and id < 40", "sold and number == 21"),
    ("tags", {"index_type": "INVERTED"}, 'array_contains(tags, "u7")', 'array_contains_any(tags, ["u8", "u9"])'),
    (
        "info",
        {"index_type": "INVERTED", "params": {"json_path": "info['price']", "json_cast_type": "double"}},
        "info['price'] == 5",
        "info['price'] > 37 and info['price'] != 38",
    ),
    (
        "colour",
        {"index_type": "INVERTED", "params": {"json_path": "colour", "json_cast_type": "varchar"}},
        'colour == "c5"',
        'colour like "c1%" and id < 90',
    ),
]


@pytest.mark.parametrize(("field", "params", "filters"), [(f, p, texts) for f, p, *texts in DECLARED])
def test_a_filter_finds_the_same_rows_with_the_index_as_without(client, books, field, params, filters):
    before = [_found(client, books, text) for text in filters]
    _declare(client, books, field, **params)
    [index] = [index for index in client.list_indexes(books) if index != "vector"]
    told = client.describe_index(books, index)
    assert told["index_type"] == params["index_type"]
    assert (told["field_name"], told["state"], told["pending_index_rows"]) == (field, "Finished", 0)
    assert told["indexed_rows"] == ROWS
    # Another text of the same filter: the rows of the first are remembered.
    assert [_found(client, books, f"({text})") for text in filters] == before
    assert all(before)
    client.drop_index(books, index)
    assert client.list_indexes(books) == ["vector"]
    assert [_found(client, books, f"(({text}))") for text in filters] == before


def test_growing_and_deleted_rows_count_as_ever(client, books):
    _declare(client, books, "number", index_type="STL_SORT")
    client.delete(books, ids=[17, 267])
    client.insert(books, [{**_book(17), "id": 5000}])
    assert _found(client, books, "number == 17") == [*range(517, ROWS, 250), 5000]


def test_a_search_is_filtered_by_the_index(client, books):
    _declare(client, books, "number", index_type="STL_SORT")
    [hits] = client.search(books, [[500.0, 0.0, 0.0, 1.0]], filter="number == 17", limit=2)
    assert [hit["id"] for hit in hits] == [517, 267]


def test_default_names_and_several_paths_of_one_field(client, books):
    paths = {"info/price": ("info['price']", "double"), "info/shelf": ("info['shelf']", "varchar")}
    for path, cast in paths.values():
        _declare(client, books, "info", index_type="INVERTED", params={"json_path": path, "json_cast_type": cast})
    _declare(client, books, "number")
    assert client.list_indexes(books) == ["vector", *paths, "number"]
    assert client.list_indexes(books, "info") == list(paths)
    assert client.describe_index(books, "number")["index_type"] == "AUTOINDEX"


def test_the_same_again_is_nothing_new_and_another_is_refused(client, books):
    for _ in range(2):
        _declare(client, books, "number", index_type="STL_SORT")
    assert client.list_indexes(books) == ["vector", "number"]
    with pytest.raises(MilvusException, match="at most one distinct index is allowed per field"):
        _declare(client, books, "number", index_type="INVERTED")
    with pytest.raises(MilvusException, match="creating multiple indexes on same field is not supported"):
        _declare(client, books, "number", index_name="other", index_type="INVERTED")
    assert client.list_indexes(books) == ["vector", "number"]


@pytest.mark.parametrize(
    ("field", "params", "text"),
    [
        ("id", {"index_type": "BITMAP"}, "create bitmap index on primary key not supported"),
        ("sold", {"index_type": "TRIE"}, "TRIE are only supported on varchar field"),
        ("number", {"index_type": "HNSW", "metric_type": "L2"}, "data type Int64 can't build with this index HNSW"),
        ("info", {"index_type": "INVERTED", "params": {"json_path": "info['a']"}}, "json index must specify cast type"),
        (
            "info",
            {"index_type": "INVERTED", "params": {"json_path": "tags['a']", "json_cast_type": "double"}},
            "does not begin with the indexed field: info",
        ),
        ("title", {"index_type": "NGRAM"}, "Ngram index must specify both min_gram and max_gram"),
        ("number", {"index_type": "FMINDEX"}, "FM-index can only be created on VARCHAR field"),
        (
            "title",
            {"index_type": "FMINDEX", "params": {"fm_block_bytes": 24}},
            "fm_block_bytes for FM-index must be a power of two in [8, 128], got: 24",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_no_trace(client, books, field, params, text):
    with pytest.raises(MilvusException, match=text.replace("[", r"\[")):
        _declare(client, books, field, **params)
    assert client.list_indexes(books) == ["vector"]


def test_a_loaded_collection_loses_a_scalar_index_but_no_vector_index(client, books):
    _declare(client, books, "number", index_type="STL_SORT")
    client.drop_index(books, "number")
    with pytest.raises(MilvusException, match="vector index cannot be dropped on loaded collection"):
        client.drop_index(books, "vector")
