"""Every limit of Milvus, from both sides, through pymilvus: the largest that is allowed, and what comes after it.

What would take long to reach (65,536 collections) is reached with the limit lowered.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from pymilvus import AnnSearchRequest, DataType, MilvusClient, MilvusException, RRFRanker
from pymilvus.milvus_client.index import IndexParams

import elanus
from elanus.search import checks
from elanus.service import capacity, databases, partitions

DIM = 4
ROWS = 20

Call = Callable[[], Any]

_numbers = itertools.count()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusClient]:
    client = elanus.MilvusClient(tmp_path_factory.mktemp("limits") / "test.db")
    yield client
    client.close()


@pytest.fixture
def name() -> str:
    return f"c{next(_numbers)}"


@pytest.fixture(scope="module")
def searched(client: MilvusClient) -> str:
    """A loaded collection of a few rows."""
    client.create_collection("searched", dimension=DIM, metric_type="L2")
    client.insert("searched", [{"id": i, "vector": [float(i)] * DIM, "n": i} for i in range(ROWS)])
    return "searched"


def refused(call: Call, text: str, code: int | None = None) -> None:
    with pytest.raises(MilvusException) as caught:
        call()
    assert text in str(caught.value)
    if code is not None:
        assert caught.value.code == code


def schema(*fields: tuple[str, DataType, dict[str, Any]], vector: bool = True) -> Any:
    made = MilvusClient.create_schema(enable_dynamic_field=True)
    made.add_field("id", DataType.INT64, is_primary=True)
    if vector:
        made.add_field("v", DataType.FLOAT_VECTOR, dim=2)
    for field_name, kind, params in fields:
        made.add_field(field_name, kind, **params)
    return made


def text_field(number: int) -> tuple[str, DataType, dict[str, Any]]:
    return f"f{number}", DataType.INT64, {}


def vector_field(number: int) -> tuple[str, DataType, dict[str, Any]]:
    return f"v{number}", DataType.FLOAT_VECTOR, {"dim": 2}


# ---- names ----------------------------------------------------------------------------------------------------


def _index(client: MilvusClient, collection: str, index: str) -> None:
    params = IndexParams()
    params.add_index("v", index_type="FLAT", metric_type="L2", index_name=index)
    client.create_index(collection, params)


NAMED: dict[str, tuple[Callable[[MilvusClient, str, str], Any], str, int]] = {
    "collection": (
        lambda client, _, named: client.create_collection(named, schema=schema()),
        "The length of a collection name must be less than 255 characters",
        1100,
    ),
    "alias": (
        lambda client, home, named: client.create_alias(home, named),
        "The length of a collection alias name must be less than 255 characters",
        1100,
    ),
    "partition": (
        lambda client, home, named: client.create_partition(home, named),
        "The length of a partition name must be less than 255 characters",
        1100,
    ),
    "field": (
        lambda client, home, named: client.create_collection(
            f"{home}_field{len(named)}", schema=schema((named, DataType.INT64, {}))
        ),
        "The length of a field name must be less than 255 characters",
        1701,
    ),
    "index": (_index, "The length of a index name must be less than 255 characters", 65535),
    "database": (
        lambda client, _, named: client.create_database(named),
        "The length of a database name must be less than 255 characters: invalid database name[database=",
        802,
    ),
}


@pytest.mark.parametrize("kind", NAMED)
def test_names(client: MilvusClient, name: str, kind: str) -> None:
    client.create_collection(name, schema=schema())
    act, text, code = NAMED[kind]
    named = kind[0] * 255
    act(client, name, named)
    refused(lambda: act(client, name, f"{named}x"), text, code)


# ---- definitions ----------------------------------------------------------------------------------------------


def test_fields(client: MilvusClient, name: str) -> None:
    client.create_collection(name, schema=schema(*map(text_field, range(62))))
    assert len(client.describe_collection(name)["fields"]) == 64
    too_many = schema(*map(text_field, range(63)))
    refused(
        lambda: client.create_collection(f"{name}x", schema=too_many),
        "maximum field's number should be limited to 64",
        1100,
    )


def test_vector_fields(client: MilvusClient, name: str) -> None:
    client.create_collection(name, schema=schema(*map(vector_field, range(9))))
    too_many = schema(*map(vector_field, range(10)))
    refused(
        lambda: client.create_collection(f"{name}x", schema=too_many),
        "maximum vector field's number should be limited to 10",
        1100,
    )
    refused(lambda: client.create_collection(f"{name}x", schema=schema(vector=False)), "schema does not contain vector")


def test_shards(client: MilvusClient, name: str) -> None:
    client.create_collection(name, schema=schema(), num_shards=16)
    refused(
        lambda: client.create_collection(f"{name}x", schema=schema(), num_shards=17),
        "maximum shards's number should be limited to 16",
        1100,
    )


def test_key_partitions(client: MilvusClient, name: str) -> None:
    key = ("k", DataType.INT64, {"is_partition_key": True})
    client.create_collection(name, schema=schema(key), num_partitions=1024)
    assert client.describe_collection(name)["num_partitions"] == 1024
    refused(
        lambda: client.create_collection(f"{name}x", schema=schema(key), num_partitions=1025),
        f"partition number (1025) exceeds max configuration (1024), collection: {name}x",
    )
    client.drop_collection(name)


def test_partitions(client: MilvusClient, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert partitions.MAX_PARTITIONS == 1024
    monkeypatch.setattr(partitions, "MAX_PARTITIONS", 3)
    client.create_collection(name, schema=schema())
    for number in range(2):
        client.create_partition(name, f"p{number}")
    refused(
        lambda: client.create_partition(name, "p2"),
        f"partition number (3) exceeds max configuration (3), collection: {name}",
        1100,
    )
    client.create_partition(name, "p1")


def test_databases(client: MilvusClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert databases.MAX_DATABASES == 64
    there = len(client.list_databases())
    monkeypatch.setattr(databases, "MAX_DATABASES", there + 1)
    client.create_database("one_more")
    refused(lambda: client.create_database("too_many"), "exceeded the limit number of database", 801)


def test_collections(client: MilvusClient, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert capacity.MAX_COLLECTIONS == 65536
    monkeypatch.setattr(capacity, "MAX_COLLECTIONS", len(client.list_collections()) + 1)
    client.create_collection(name, schema=schema())
    client.create_collection(name, schema=schema())
    refused(
        lambda: client.create_collection(f"{name}x", schema=schema()),
        "exceeded the limit number of collections[dbName=default]",
        102,
    )


def test_general_capacity(client: MilvusClient, name: str) -> None:
    """64 collections of 1024 partitions would fill it; shards count too."""
    assert capacity.GENERAL_CAPACITY == 65536
    key = ("k", DataType.INT64, {"is_partition_key": True})
    for number in range(3):
        client.create_collection(f"{name}_{number}", schema=schema(key), num_partitions=1024, num_shards=16)
    refused(
        lambda: client.create_collection(f"{name}_3", schema=schema(key), num_partitions=1024, num_shards=16),
        "exceeding the max general capacity: general capacity exceeded[newGeneralSize=",
        250,
    )
    for number in range(3):
        client.drop_collection(f"{name}_{number}")


@pytest.mark.parametrize("dim", [2, 32768])
def test_allowed_dimensions(client: MilvusClient, name: str, dim: int) -> None:
    client.create_collection(name, schema=schema(("w", DataType.FLOAT_VECTOR, {"dim": dim})))


@pytest.mark.parametrize("dim", [1, 32769])
def test_refused_dimensions(client: MilvusClient, name: str, dim: int) -> None:
    wrong = schema(("w", DataType.FLOAT_VECTOR, {"dim": dim}))
    refused(
        lambda: client.create_collection(name, schema=wrong),
        f"invalid dimension: {dim} of field w. should be in range 2 ~ 32768",
        1100,
    )


def test_binary_dimensions(client: MilvusClient, name: str) -> None:
    client.create_collection(name, schema=schema(("w", DataType.BINARY_VECTOR, {"dim": 262144})))
    for dim, text in (
        (262152, "invalid dimension: 262152 of field w. should be in range"),
        (12, "invalid dimension: 12 of field w. binary vector dimension should be multiple of 8."),
    ):
        wrong = schema(("w", DataType.BINARY_VECTOR, {"dim": dim}))
        refused(lambda wrong=wrong: client.create_collection(f"{name}x", schema=wrong), text, 1100)  # type: ignore[misc]


SIZED = {
    "max_length": (DataType.VARCHAR, {}, 65535),
    "max_capacity": (DataType.ARRAY, {"element_type": DataType.INT64}, 4096),
}


@pytest.mark.parametrize("param", SIZED)
def test_sizes_of_fields(client: MilvusClient, name: str, param: str) -> None:
    kind, others, most = SIZED[param]
    client.create_collection(name, schema=schema(("f", kind, {**others, param: most})))
    for wrong in (0, most + 1):
        declared = schema(("f", kind, {**others, param: wrong}))
        refused(
            lambda declared=declared: client.create_collection(f"{name}x", schema=declared),  # type: ignore[misc]
            f"the maximum {param} specified for field f should be in (0, {most}], but got {wrong}",
            1100,
        )


# ---- values ---------------------------------------------------------------------------------------------------

VALUES: dict[str, tuple[tuple[str, DataType, dict[str, Any]], Any, Any, str]] = {
    "text": (
        ("f", DataType.VARCHAR, {"max_length": 65535}),
        "x" * 65535,
        "x" * 65536,
        "length of varchar field f exceeds max length, row number: 0, length: 65536, max length: 65535",
    ),
    "text counts bytes": (
        ("f", DataType.VARCHAR, {"max_length": 4}),
        "éé",
        "ééé",
        "length of varchar field f exceeds max length, row number: 0, length: 6, max length: 4",
    ),
    "array": (
        ("f", DataType.ARRAY, {"element_type": DataType.INT64, "max_capacity": 4096}),
        [1] * 4096,
        [1] * 4097,
        "the length (4097) of 0th array exceeds max capacity (4096)",
    ),
    "json": (
        ("f", DataType.JSON, {}),
        {"k": "x" * (65536 - len('{"k":""}'))},
        {"k": "x" * (65537 - len('{"k":""}'))},
        "exceeds max length (65536)",
    ),
    "int8": (("f", DataType.INT8, {}), 127, 128, "the 0th element (128) out of range: [-128, 127]"),
    "int16": (("f", DataType.INT16, {}), -32768, -32769, "the 0th element (-32769) out of range: [-32768, 32767]"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values(client: MilvusClient, name: str, kind: str) -> None:
    field, allowed, wrong, text = VALUES[kind]
    client.create_collection(name, schema=schema(field))
    assert client.insert(name, [{"id": 1, "v": [1.0, 2.0], "f": allowed}])["insert_count"] == 1
    refused(lambda: client.insert(name, [{"id": 2, "v": [1.0, 2.0], "f": wrong}]), text, 1100)


def test_dynamic_field(client: MilvusClient, name: str) -> None:
    client.create_collection(name, schema=schema())
    most = 65536 - len('{"k":""}')
    client.insert(name, [{"id": 1, "v": [1.0, 2.0], "k": "x" * most}])
    refused(
        lambda: client.insert(name, [{"id": 2, "v": [1.0, 2.0], "k": "x" * (most + 1)}]), "exceeds max length (65536)"
    )


# ---- searches -------------------------------------------------------------------------------------------------

QUERY = [[0.0] * DIM]


def test_topk(client: MilvusClient, searched: str) -> None:
    assert len(client.search(searched, QUERY, limit=16384)[0]) == ROWS
    refused(
        lambda: client.search(searched, QUERY, limit=16385),
        "topk [16385] is invalid, it should be in range [1, 16384], but got 16385",
    )


def test_offset_and_topk(client: MilvusClient, searched: str) -> None:
    assert len(client.search(searched, QUERY, limit=16379, search_params={"offset": 5})[0]) == ROWS - 5
    refused(
        lambda: client.search(searched, QUERY, limit=16380, search_params={"offset": 5}),
        "offset+topk [16385] is invalid",
    )


def test_nq(client: MilvusClient, searched: str) -> None:
    queries = np.zeros((16385, DIM), np.float32)
    assert len(client.search(searched, list(queries[:16384]), limit=1)) == 16384
    refused(
        lambda: client.search(searched, list(queries), limit=1),
        "nq [16385] is invalid, nq (number of search vector per search request) should be in range [1, 16384], "
        "but got 16385",
    )


def test_query_window(client: MilvusClient, searched: str) -> None:
    assert len(client.query(searched, filter="id >= 0", limit=16384)) == ROWS
    assert len(client.query(searched, filter="id >= 0", limit=16379, offset=5)) == ROWS - 5
    refused(
        lambda: client.query(searched, filter="id >= 0", limit=16380, offset=5),
        "(offset+limit) should be in range [1, 16384], but got 16385",
    )
    refused(lambda: client.query(searched, filter=""), "empty expression should be used with limit")


def test_group_size(client: MilvusClient, searched: str) -> None:
    grouped = {"group_by_field": "id", "strict_group_size": False}
    assert client.search(searched, QUERY, limit=3, group_size=10, **grouped)[0]
    refused(
        lambda: client.search(searched, QUERY, limit=3, group_size=11, **grouped),
        "input group size:11 exceeds configured max group size:10",
        1100,
    )


def test_hybrid_searches(client: MilvusClient, searched: str) -> None:
    one = AnnSearchRequest(QUERY, "vector", {"metric_type": "L2"}, limit=2)
    assert len(client.hybrid_search(searched, [one] * 1024, RRFRanker(), limit=2)[0]) == 2
    refused(
        lambda: client.hybrid_search(searched, [one] * 1025, RRFRanker(), limit=2),
        "maximum of ann search requests is 1024",
        1100,
    )


def test_iterator_batch(client: MilvusClient, searched: str) -> None:
    pages = client.search_iterator(searched, QUERY, batch_size=16384)
    assert len(pages.next()) == ROWS
    pages.close()
    too_large = {"iterator": "True", "search_iter_v2": "True", "search_iter_batch_size": 16385}
    refused(
        lambda: client.search(searched, QUERY, limit=1, search_params=too_large),
        "batch size is invalid, it should be in range [1, 16384], but got 16385",
    )


def test_round_decimal(client: MilvusClient, searched: str) -> None:
    assert client.search(searched, QUERY, limit=1, round_decimal=6)[0]
    refused(lambda: client.search(searched, QUERY, limit=1, round_decimal=7), "round_decimal")


def test_reply_size(client: MilvusClient, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Far fewer rows than limits of numbers allow can be too large for one message."""
    assert checks.REPLY_BYTES == 100 * 2**20
    monkeypatch.setattr(checks, "REPLY_BYTES", 3_000_000)
    client.create_collection(name, dimension=DIM, metric_type="L2")
    client.insert(name, [{"id": i, "vector": [float(i)] * DIM, "t": "x" * 50_000} for i in range(100)])
    everything = {"filter": "id >= 0", "output_fields": ["t"]}
    assert len(client.query(name, **everything, limit=50)) == 50
    assert len(client.query(name, filter="id >= 0", output_fields=["id"])) == 100
    refused(lambda: client.query(name, **everything), "query results exceed the maxOutputSize Limit 3000000")
    assert len(client.search(name, QUERY, limit=50, output_fields=["t"])[0]) == 50
    refused(
        lambda: client.search(name, QUERY, limit=100, output_fields=["t"]),
        "search results exceed the maxOutputSize Limit 3000000",
    )
    many = list(np.zeros((4000, DIM), np.float32))
    assert len(client.search(name, many, limit=60)) == 4000
    refused(lambda: client.search(name, many, limit=100), "search results exceed the maxOutputSize Limit 3000000")
    assert len(client.get(name, list(range(50)), output_fields=["t"])) == 50
