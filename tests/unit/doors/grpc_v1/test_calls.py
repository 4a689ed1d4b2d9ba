"""The calls of 1.x, each with its refusals, results against numpy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import orjson
import pytest

from elanus.doors.grpc_v1.messages import RowRecord
from elanus.engine.requests import BuildState
from elanus.storage.catalog import Change, IndexRecord
from unit.doors.grpc_v1.asking import opened, params, records

DIM, ROWS = 8, 200
VECTORS = np.random.default_rng(5).random((ROWS, DIM), np.float32)
L2, IP, HAMMING, JACCARD, SUPERSTRUCTURE = 1, 2, 3, 4, 7
FLAT, IVF_FLAT, IVF_SQ8H, SPTAG, HNSW = 1, 2, 5, 7, 11


@pytest.fixture
def filled(call):
    """A collection ``t`` with the vectors under ids 0, 1, 2 ..."""
    assert (
        call("CreateCollection", collection_name="t", dimension=DIM, index_file_size=64, metric_type=L2).error_code == 0
    )
    answer = call("Insert", collection_name="t", row_record_array=records(VECTORS), row_id_array=range(ROWS))
    assert answer.status.error_code == 0
    return call


def refused(answer, code: int, text: str = "") -> bool:
    status = getattr(answer, "status", answer)
    assert (status.error_code, text in status.reason) == (code, True), status
    return True


def search(call, queries, topk=3, **fields):
    answer = call("Search", collection_name="t", query_record_array=records(queries), topk=topk, **fields)
    assert answer.status.error_code == 0, answer.status.reason
    assert answer.row_num == len(queries)
    return np.array(answer.ids).reshape(len(queries), -1), np.array(answer.distances).reshape(len(queries), -1)


def nearest(query, k, rows=range(ROWS)):
    rows = np.array(rows)
    return rows[((VECTORS[rows] - query) ** 2).sum(axis=1).argsort()[:k]].tolist()


@pytest.mark.parametrize(
    ("asked", "code", "text"),
    [
        ({"collection_name": ""}, 9, "empty"),
        ({"collection_name": "a-b"}, 9, "Invalid collection name: a-b. "),
        ({"collection_name": "x" * 256}, 9, "255"),
        ({"dimension": 0}, 7, "Invalid collection dimension: 0. The collection dimension must be within the range"),
        ({"dimension": 32769}, 7, "32769"),
        ({"dimension": 12, "metric_type": HAMMING}, 7, "multiple of 8"),
        ({"index_file_size": 0}, 5, "Invalid index file size: 0."),
        ({"index_file_size": 131073}, 5, "1 ~ 131072"),
        ({"metric_type": 0}, 23, "Invalid index metric type: 0."),
        ({"metric_type": 8}, 23, "MetricType list"),
    ],
)  # fmt: skip
def test_collections_that_cannot_be(call, asked, code, text):
    legal = {"collection_name": "x", "dimension": 8, "index_file_size": 1, "metric_type": L2}
    answer = call("CreateCollection", **{**legal, **asked})
    assert refused(answer, code, text)
    assert list(call("ShowCollections").collection_names) == []


def test_one_dimension_is_enough(call):
    assert call("CreateCollection", collection_name="t", dimension=1, index_file_size=1, metric_type=L2).error_code == 0
    assert (
        call(
            "Insert", collection_name="t", row_record_array=records([[1.0], [5.0]]), row_id_array=[1, 2]
        ).status.error_code
        == 0
    )
    assert search(call, [[4.5]], topk=2)[0].tolist() == [[2, 1]]


def test_a_collection_is_described(filled):
    described = filled("DescribeCollection", collection_name="t")
    assert (described.dimension, described.index_file_size, described.metric_type) == (DIM, 64, L2)
    assert filled("CountCollection", collection_name="t").collection_row_count == ROWS
    assert filled("HasCollection", collection_name="t").bool_reply
    assert not filled("HasCollection", collection_name="u").bool_reply
    assert refused(filled("CreateCollection", collection_name="t", dimension=8, index_file_size=1, metric_type=1), 9)


NAMED = [
    "DescribeCollection", "CountCollection", "ShowCollectionInfo", "DropCollection", "CreateIndex", "DescribeIndex",
    "DropIndex", "CreatePartition", "HasPartition", "ShowPartitions", "DropPartition", "Insert", "GetVectorsByID",
    "GetVectorIDs", "Search", "SearchByID", "DeleteByID", "PreloadCollection", "ReleaseCollection", "ReloadSegments",
    "Compact",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_a_collection_that_is_not_there(call, name):
    text = "Collection none does not exist. Use milvus.has_collection to verify whether the collection exists."
    assert refused(call(name, collection_name="none"), 4, text)


def test_every_call_answers_an_empty_request(door):
    """No call is answered by "unexpected error", whatever is missing."""
    from elanus.doors.protocols import request_class, response_class

    for rpc_path, handler in door.table.items():
        answer = handler(request_class(rpc_path)(), None)
        assert type(answer) is response_class(rpc_path), rpc_path
        assert "unexpected error" not in getattr(answer, "status", answer).reason, rpc_path


def test_search_gives_squared_distances_and_fills_up(filled):
    ids, distances = search(filled, VECTORS[:4], topk=ROWS + 2)
    assert ids[:, :ROWS].tolist() == [nearest(query, ROWS) for query in VECTORS[:4]]
    assert (ids[:, ROWS:] == -1).all()
    np.testing.assert_allclose(distances[0, :3], ((VECTORS[ids[0, :3]] - VECTORS[0]) ** 2).sum(axis=1), atol=1e-5)


@pytest.mark.parametrize("topk", [0, -1, 16385])
def test_topk_out_of_range(filled, topk):
    answer = filled("Search", collection_name="t", query_record_array=records(VECTORS[:1]), topk=topk)
    assert refused(answer, 10, f"Invalid topk: {topk}. The topk must be within the range of 1 ~ 16384.")


def test_vectors_that_do_not_fit(filled):
    for name, field in (("Insert", "row_record_array"), ("Search", "query_record_array")):

        def answer(rows, name=name, field=field):
            more = {"topk": 1} if name == "Search" else {"row_id_array": [1] * len(rows)}
            return filled(name, collection_name="t", **{field: rows}, **more)

        assert refused(answer([]), 11, "The vector array is empty.")
        assert refused(answer(records([[1.0]])), 7, "The vector dimension must be equal to the collection dimension.")
        assert refused(answer([RowRecord(binary_data=b"x").SerializeToString()]), 11, "binary")
        assert refused(answer(records([[1.0], [1.0, 2.0]])), 11, "different sizes")


def test_the_first_insert_decides_who_makes_ids(call):
    for name, ids, other in (("given", [5, 6], []), ("made", [], [5, 6])):
        call("CreateCollection", collection_name=name, dimension=DIM, index_file_size=1, metric_type=L2)
        assert refused(
            call("Insert", collection_name=name, row_record_array=records(VECTORS[:2]), row_id_array=[1]), 12
        )
        first = call("Insert", collection_name=name, row_record_array=records(VECTORS[:2]), row_id_array=ids)
        assert list(first.vector_id_array) == ids or not ids
        again = call("Insert", collection_name=name, row_record_array=records(VECTORS[:2]), row_id_array=other)
        assert refused(again, 12, "Entities IDs are " + ("user-defined" if ids else "auto-generated"))
        same = call(
            "Insert", collection_name=name, row_record_array=records(VECTORS[2:4]), row_id_array=[7, 8] if ids else []
        )
        assert len(set(first.vector_id_array) | set(same.vector_id_array)) == 4
        assert call("CountCollection", collection_name=name).collection_row_count == 4


def test_rows_by_id(filled):
    found = filled("GetVectorsByID", collection_name="t", id_array=[5, 9999, 5, 0])
    read = [list(RowRecord.FromString(record).float_data) for record in found.vectors_data]
    assert read == [VECTORS[5].tolist(), [], VECTORS[5].tolist(), VECTORS[0].tolist()]
    assert refused(filled("GetVectorsByID", collection_name="t", id_array=range(1001)), 5, "1 ~ 1000")
    assert filled("DeleteByID", collection_name="t", id_array=[5, 9999]).error_code == 0
    found = filled("GetVectorsByID", collection_name="t", id_array=[5])
    assert list(found.vectors_data) == [b""]
    assert filled("CountCollection", collection_name="t").collection_row_count == ROWS - 1


def test_search_by_id(filled):
    answer = filled("SearchByID", collection_name="t", id_array=[3, 8], topk=2)
    assert np.array(answer.ids).reshape(2, 2).tolist() == [nearest(VECTORS[3], 2), nearest(VECTORS[8], 2)]
    assert refused(filled("SearchByID", collection_name="t", id_array=[9999], topk=2), 5, "9999")


def test_segments(filled):
    filled("CreatePartition", collection_name="t", tag="p")
    filled("Insert", collection_name="t", row_record_array=records(VECTORS[:3]), row_id_array=[500, 501, 502],
           partition_tag="p")  # fmt: skip
    assert filled("Flush", collection_name_array=["t"]).error_code == 0
    info = orjson.loads(filled("ShowCollectionInfo", collection_name="t").json_info)
    assert info["row_count"] == ROWS + 3
    assert [(part["tag"], part["row_count"]) for part in info["partitions"]] == [("_default", ROWS), ("p", 3)]
    (segment,) = info["partitions"][1]["segments"]
    assert segment["index_name"] == "IDMAP"
    assert list(filled("GetVectorIDs", collection_name="t", segment_name=segment["name"]).vector_id_array) == [
        500,
        501,
        502,
    ]
    query = {"collection_name": "t", "query_record_array": records(VECTORS[9:10]), "topk": 5}
    answer = filled("SearchInFiles", file_id_array=[segment["name"]], search_param=query)
    assert sorted(answer.ids) == [-1, -1, 500, 501, 502]
    for name in ("0", "x", ""):
        assert refused(filled("SearchInFiles", file_id_array=[name], search_param=query), 1, "Invalid segment name")
        assert refused(filled("GetVectorIDs", collection_name="t", segment_name=name), 1, "Invalid segment name")


def test_partitions(filled):
    for tag, code, text in (("_default", 1, "built-in"), (" ", 1, "empty"), ("x" * 256, 1, "max length(255)")):
        assert refused(filled("CreatePartition", collection_name="t", tag=tag), code, text)
    for tag in ("a.1", " b ", "päckchen"):
        assert filled("CreatePartition", collection_name="t", tag=tag).error_code == 0
    assert refused(filled("CreatePartition", collection_name="t", tag="b"), 9)
    shown = filled("ShowPartitions", collection_name="t").partition_tag_array
    assert list(shown) == ["_default", "a.1", "b", "päckchen"]
    assert refused(filled("DropPartition", collection_name="t", tag="none"), 1, "partition_tag none does not exist")
    assert refused(filled("DropPartition", collection_name="t", tag="_default"), 1, "built-in")
    assert filled("DropPartition", collection_name="t", tag="b").error_code == 0
    assert not filled("HasPartition", collection_name="t", tag="b").bool_reply
    assert refused(filled("Insert", collection_name="t", row_record_array=records(VECTORS[:1]), row_id_array=[1],
                          partition_tag="b"), 1, "partition_tag b")  # fmt: skip


def test_tags_of_a_search_are_patterns(filled):
    for number, tag in enumerate(("2020-01", "2020-02", "2021-01")):
        filled("CreatePartition", collection_name="t", tag=tag)
        filled("Insert", collection_name="t", row_record_array=records(VECTORS[:1]), row_id_array=[1000 + number],
               partition_tag=tag)  # fmt: skip

    def found(*tags):
        return sorted(one for one in search(filled, VECTORS[:1], topk=4, partition_tag_array=tags)[0][0] if one >= 1000)

    assert found("2020-.*") == [1000, 1001]
    assert found("2020-01", "2021.*") == [1000, 1002]
    assert found("202[01]-01") == [1000, 1002]
    assert found(".*") == [1000, 1001, 1002]
    assert found("_default") == []
    for tag, code in (("2020", 1), ("(", 5), ("(a+)+$" * 30, 1)):
        answer = filled(
            "Search", collection_name="t", query_record_array=records(VECTORS[:1]), topk=1, partition_tag_array=[tag]
        )
        assert refused(answer, code)


def index_of(call, name="t"):
    answer = call("DescribeIndex", collection_name=name)
    assert answer.status.error_code == 0, answer.status.reason
    (pair,) = answer.extra_params
    return answer.index_type, pair.key, orjson.loads(pair.value)


def create_index(call, kind, name="t", **given):
    return call("CreateIndex", collection_name=name, index_type=kind, extra_params=params(**given))


def test_an_index_is_there_when_the_call_returns(door, filled):
    assert index_of(filled) == (FLAT, "params", {})
    assert create_index(filled, IVF_FLAT, nlist=4).error_code == 0
    assert index_of(filled) == (IVF_FLAT, "params", {"nlist": 4})
    (status,) = door.service.collections.get("", "t").indexes.statuses()
    assert (status.name, status.type, status.indexed_rows, status.total_rows) == (
        "_default_idx",
        "IVF_FLAT",
        ROWS,
        ROWS,
    )
    assert {build.state for build in status.builds} == {BuildState.FINISHED}
    info = orjson.loads(filled("ShowCollectionInfo", collection_name="t").json_info)
    assert {segment["index_name"] for segment in info["partitions"][0]["segments"]} == {"IVFFLAT"}


def test_the_same_again_builds_nothing(door, filled):
    create_index(filled, IVF_FLAT, nlist=4)
    before = door.service.collections.get("", "t").indexes.statuses()[0].builds
    assert create_index(filled, IVF_FLAT, nlist=4).error_code == 0
    assert door.service.collections.get("", "t").indexes.statuses()[0].builds == before


def test_another_type_replaces_it_and_a_drop_is_flat(filled):
    create_index(filled, IVF_FLAT, nlist=4)
    assert create_index(filled, HNSW, M=8, efConstruction=100).error_code == 0
    assert index_of(filled) == (HNSW, "params", {"M": 8, "efConstruction": 100})
    assert search(filled, VECTORS[:3], extra_params=params(ef=200))[0].tolist() == [nearest(q, 3) for q in VECTORS[:3]]
    assert filled("DropIndex", collection_name="t").error_code == 0
    assert filled("DropIndex", collection_name="t").error_code == 0
    assert index_of(filled) == (FLAT, "params", {})
    assert search(filled, VECTORS[:3])[0].tolist() == [nearest(query, 3) for query in VECTORS[:3]]


def test_search_parameters_are_those_of_the_index(filled):
    create_index(filled, IVF_FLAT, nlist=4)

    def answer(**given):
        return filled(
            "Search", collection_name="t", query_record_array=records(VECTORS[:1]), topk=1, extra_params=params(**given)
        )

    assert refused(answer(), 5, "Parameter list must contain: nprobe")
    assert refused(answer(nprobe=0), 5, "Invalid nprobe value: 0. Valid range is [1, ")
    assert refused(answer(nprobe="many"), 5, "nprobe")
    assert answer(nprobe=4).ids == [0]
    bad = filled("Search", collection_name="t", query_record_array=records(VECTORS[:1]), topk=1,
                 extra_params=[{"key": "params", "value": "[1]"}])  # fmt: skip
    assert refused(bad, 5, "JSON object")


def test_a_flat_search_may_name_another_metric(filled):
    asked = {"collection_name": "t", "query_record_array": records(VECTORS[:1]), "topk": 3}
    found = filled("Search", **asked, extra_params=params(metric_type=IP))
    assert list(found.ids) == (VECTORS @ -VECTORS[0]).argsort()[:3].tolist()
    for metric in (HAMMING, 0, "IP", [2]):
        assert refused(filled("Search", **asked, extra_params=params(metric_type=metric)), 23, "metric L2")
    create_index(filled, IVF_FLAT, nlist=4)
    found = filled("Search", **asked, extra_params=params(metric_type=IP, nprobe=4))
    assert list(found.ids) == nearest(VECTORS[0], 3)


@pytest.mark.parametrize(
    ("kind", "given", "code", "text"),
    [
        (0, {}, 8, "Invalid index type: 0. Make sure the index type is in IndexType list."),
        (SPTAG, {}, 8, "Invalid index type: 7."),
        (99, {}, 8, "99"),
        (IVF_FLAT, {}, 5, "Parameter list must contain: nlist"),
        (IVF_FLAT, {"nlist": 0}, 5, "Invalid nlist value: 0. Valid range is [1, "),
        (6, {"nlist": 4, "m": 3}, 7, "dimension can not be divided by m"),
        (HNSW, {"M": 16}, 5, "Parameter list must contain: efConstruction"),
        (HNSW, {"M": 65, "efConstruction": 100}, 5, "Valid range is [4, 64]"),
        (12, {"n_trees": 0}, 5, "Invalid n_trees value: 0. Valid range is [1, 1024]"),
    ],
)
def test_indexes_that_cannot_be(filled, kind, given, code, text):
    assert refused(create_index(filled, kind, **given), code, text)
    assert index_of(filled)[0] == FLAT


def test_the_hybrid_of_gpu_and_cpu_is_served_on_the_cpu(filled):
    assert create_index(filled, IVF_SQ8H, nlist=4).error_code == 0
    assert index_of(filled) == (IVF_SQ8H, "params", {"nlist": 4})
    assert search(filled, VECTORS[:3], topk=1, extra_params=params(nprobe=4))[0].tolist() == [[0], [1], [2]]


def test_a_collection_whose_index_cannot_be_kept_is_not_made(door, monkeypatch):
    put = Change.put

    def broken(change, record):
        if isinstance(record, IndexRecord):
            raise OSError("no space")
        put(change, record)

    monkeypatch.setattr(Change, "put", broken)
    asked = {"collection_name": "t", "dimension": 8, "index_file_size": 1, "metric_type": L2}
    assert refused(door.call("CreateCollection", **asked), 1, "no space")
    assert not door.call("HasCollection", collection_name="t").bool_reply
    monkeypatch.undo()
    assert door.call("CreateCollection", **asked).error_code == 0


def test_only_one_insert_is_the_first(filled):
    filled("CreateCollection", collection_name="e", dimension=DIM, index_file_size=1, metric_type=IP)

    def insert(number):
        ids = [number] if number % 2 else []
        answer = filled("Insert", collection_name="e", row_record_array=records(VECTORS[:1]), row_id_array=ids)
        return bool(ids), answer.status.error_code

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(insert, range(1, 17)))
    assert answers in ({(True, 0), (False, 12)}, {(True, 12), (False, 0)})
    assert filled("CountCollection", collection_name="e").collection_row_count == 8


def test_a_build_that_cannot_be_is_an_error_and_the_old_index_serves(tmp_path):
    with opened(tmp_path, small_segment_rows=64, build_memory_bytes=1) as door:
        call = door.call
        call("CreateCollection", collection_name="t", dimension=DIM, index_file_size=64, metric_type=L2)
        call("Insert", collection_name="t", row_record_array=records(VECTORS), row_id_array=range(ROWS))
        assert refused(create_index(call, HNSW, M=16, efConstruction=200), 1, "raise build_memory_bytes")
        assert index_of(call) == (FLAT, "params", {})
        assert search(call, VECTORS[:3])[0].tolist() == [nearest(query, 3) for query in VECTORS[:3]]
    with opened(tmp_path, small_segment_rows=64) as door:
        assert create_index(door.call, HNSW, M=16, efConstruction=200).error_code == 0
        assert index_of(door.call)[0] == HNSW


def test_an_index_on_no_rows_waits_for_them(filled):
    filled("CreateCollection", collection_name="e", dimension=DIM, index_file_size=1, metric_type=IP)
    assert create_index(filled, IVF_FLAT, name="e", nlist=4).error_code == 0
    assert index_of(filled, "e") == (IVF_FLAT, "params", {"nlist": 4})


def test_binary_collections(call):
    bits = np.packbits(VECTORS > 0.5, axis=1)
    rows = [RowRecord(binary_data=row.tobytes()).SerializeToString() for row in bits]
    call("CreateCollection", collection_name="t", dimension=8, index_file_size=1, metric_type=JACCARD)
    assert call("Insert", collection_name="t", row_record_array=rows, row_id_array=range(ROWS)).status.error_code == 0
    assert index_of(call) == (FLAT, "params", {})
    assert refused(
        create_index(call, HNSW, M=8, efConstruction=100), 8, "Invalid index type for collection metric type"
    )
    assert create_index(call, IVF_FLAT, nlist=2).error_code == 0
    assert index_of(call) == (IVF_FLAT, "params", {"nlist": 2})
    answer = call("Search", collection_name="t", query_record_array=rows[:1], topk=5, extra_params=params(nprobe=2))
    ones, query = VECTORS > 0.5, VECTORS[0] > 0.5
    expected = 1 - (ones & query).sum(axis=1) / (ones | query).sum(axis=1)
    np.testing.assert_allclose(answer.distances, np.sort(expected)[:5], atol=1e-6)
    found = call("GetVectorsByID", collection_name="t", id_array=[7, 8])
    assert list(found.vectors_data) == rows[7:9]
    assert refused(
        call("Insert", collection_name="t", row_record_array=records([[1.0]]), row_id_array=[1]), 11, "float"
    )
    call("CreateCollection", collection_name="u", dimension=8, index_file_size=1, metric_type=SUPERSTRUCTURE)
    assert refused(create_index(call, IVF_FLAT, name="u", nlist=2), 8)


def test_loading_is_a_hint(filled):
    assert filled("ReleaseCollection", collection_name="t").error_code == 0
    assert search(filled, VECTORS[:1])[0].tolist() == [nearest(VECTORS[0], 3)]
    filled("CreatePartition", collection_name="t", tag="p")
    assert filled("ReleaseCollection", collection_name="t").error_code == 0
    assert filled("PreloadCollection", collection_name="t", partition_tag_array=["p"]).error_code == 0
    assert search(filled, VECTORS[:1])[0].tolist() == [nearest(VECTORS[0], 3)]
    assert filled("PreloadCollection", collection_name="t").error_code == 0
    assert refused(filled("PreloadCollection", collection_name="t", partition_tag_array=["x"]), 1)


def test_flush_of_all_and_compact(filled):
    assert filled("Flush").error_code == 0
    assert refused(filled("Flush", collection_name_array=["t", "none"]), 4)
    filled("DeleteByID", collection_name="t", id_array=range(0, ROWS, 2))
    assert filled("Compact", collection_name="t").error_code == 0
    assert search(filled, VECTORS[:1])[0].tolist() == [nearest(VECTORS[0], 3, range(1, ROWS, 2))]


@pytest.mark.parametrize(
    ("command", "answer"),
    [("version", "1.1.1"), ("status", "OK"), ("mode", "CPU"), ("get_config cluster.enable", "false"),
     ("get_config elanus.small_segment_rows", "64"), ("what?", "Unknown command")],
)  # fmt: skip
def test_commands(call, command, answer):
    reply = call("Cmd", cmd=command)
    assert (reply.status.error_code, reply.string_reply) == (0, answer)


def test_settings_are_not_set_by_clients(call):
    assert refused(call("Cmd", cmd="get_config no.such"), 5, "no.such")
    assert refused(call("Cmd", cmd="set_config cache.size 4"), 1, "cache.size cannot be set by a client")


def test_a_bug_is_an_answer_too(door, monkeypatch):
    monkeypatch.setattr(door.service.v1.commands, "_answers", None)
    assert refused(door.call("Cmd", cmd="version"), 1, "unexpected error in Cmd: AttributeError")
