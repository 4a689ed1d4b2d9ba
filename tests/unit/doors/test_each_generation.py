"""The handlers as clients of each generation call them: the rules are those of their Milvus."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack

import numpy as np
import pytest

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.generations import marked
from elanus.doors.grpc_v2.messages import common_pb2, milvus_pb2, path, schema_pb2
from elanus.doors.grpc_v2.table import handlers
from elanus.engine.database import Engine
from elanus.engine.indexes.specs import resolved
from elanus.engine.settings import EngineSettings
from elanus.errors import ParameterInvalid
from elanus.index.generation import Generation
from elanus.schema.field import Field
from elanus.schema.types import DataType
from elanus.service import Service

DIM = 8
IVF = {"index_type": "IVF_FLAT", "metric_type": "L2", "params": '{"nlist": 4}'}
HNSW = {"index_type": "HNSW", "metric_type": "L2", "params": '{"M": 8, "efConstruction": 64}'}
LATER = [one for one in Generation if one >= Generation.V2_2]


class Client:
    """Calls the handlers as a client of one generation."""

    def __init__(self, table, generation):
        self._table = table
        self._context = CallContext([("user-agent", "x"), ("identifier", str(marked(64, generation)))])

    def call(self, name, **fields):
        if "collection" in fields:
            fields["collection_name"] = fields.pop("collection")
        return self._table[path(name)](getattr(milvus_pb2, f"{name}Request")(**fields), self._context)

    def create_index(self, params, **names):
        pairs = [common_pb2.KeyValuePair(key=key, value=value) for key, value in params.items()]
        return self.call("CreateIndex", collection="c", field_name="v", extra_params=pairs, **names)

    def index(self, name=""):
        (found,) = self.call("DescribeIndex", collection="c", index_name=name).index_descriptions
        return found

    def params(self, name=""):
        return {pair.key: pair.value for pair in self.index(name).params}


@pytest.fixture
def table(tmp_path):
    engine = Engine.open(tmp_path, EngineSettings(gpu_indexes="cpu"))
    yield handlers(Service(engine))
    engine.close()


def _create(table):
    fields = [
        schema_pb2.FieldSchema(name="id", data_type=schema_pb2.Int64, is_primary_key=True),
        schema_pb2.FieldSchema(
            name="v",
            data_type=schema_pb2.FloatVector,
            type_params=[common_pb2.KeyValuePair(key="dim", value=str(DIM))],
        ),
    ]
    schema = schema_pb2.CollectionSchema(name="c", fields=fields).SerializeToString()
    Client(table, Generation.V3_0).call("CreateCollection", collection="c", schema=schema)


@pytest.fixture
def client_of(table):
    _create(table)
    return lambda generation: Client(table, generation)


@pytest.fixture
def made_with(tmp_path):
    """A client of 2.0 of an engine with these settings."""
    with ExitStack() as opened:

        def client(settings):
            engine = Engine.open(tmp_path / "other", settings)
            opened.callback(engine.close)
            table = handlers(Service(engine))
            _create(table)
            return Client(table, Generation.V2_0)

        yield client


def _vectors(count):
    return np.random.default_rng(5).random((count, DIM), np.float32)


def _insert(client, vectors):
    ids = schema_pb2.ScalarField(long_data=schema_pb2.LongArray(data=range(len(vectors))))
    rows = schema_pb2.VectorField(dim=DIM, float_vector=schema_pb2.FloatArray(data=vectors.ravel().tolist()))
    fields = [
        schema_pb2.FieldData(type=schema_pb2.Int64, field_name="id", scalars=ids),
        schema_pb2.FieldData(type=schema_pb2.FloatVector, field_name="v", vectors=rows),
    ]
    done = client.call("Insert", collection="c", fields_data=fields, num_rows=len(vectors))
    assert done.status.code == 0, done.status
    return done.timestamp


def _searched(client, vector, k, params="{}", **more):
    values = [np.asarray(vector, np.float32).tobytes()]
    placeholder = common_pb2.PlaceholderValue(tag="$0", type=common_pb2.PlaceholderType.FloatVector, values=values)
    group = common_pb2.PlaceholderGroup(placeholders=[placeholder]).SerializeToString()
    wanted = {"anns_field": "v", "topk": str(k), "metric_type": "L2", "params": params}
    pairs = [common_pb2.KeyValuePair(key=key, value=value) for key, value in wanted.items()]
    return client.call("Search", collection="c", placeholder_group=group, search_params=pairs, nq=1, **more)


def _found(client, vector, k, **more):
    reply = _searched(client, vector, k, **more)
    assert reply.status.code == 0, reply.status
    return list(reply.results.ids.int_id.data)


@pytest.mark.parametrize(
    ("generation", "name"),
    [
        (Generation.V2_0, "_default_idx"),
        (Generation.V2_2, "_default_idx_101"),
        (Generation.V2_3, "_default_idx_101"),
        (Generation.V2_4, "v"),
        (Generation.V3_0, "v"),
    ],
)
def test_an_index_without_a_name_is_found_under_the_default_name_of_every_generation(client_of, generation, name):
    client = client_of(generation)
    client.create_index(IVF)
    assert client.index().index_name == name
    for other in ("_default_idx", "_default_idx_101", "v"):
        assert client.index(other).index_name == name


def test_an_index_that_was_named_is_found_by_its_name_alone(client_of):
    client = client_of(Generation.V3_0)
    client.create_index(IVF, index_name="mine")
    assert client.call("DescribeIndex", collection="c", index_name="v").status.code == 700
    assert client.index("_default_idx").index_name == "mine", "the only vector index"


def test_describe_index_echoes_what_was_sent(client_of):
    client = client_of(Generation.V2_4)
    client.create_index(IVF)
    assert client.params() == IVF


def test_the_same_parameters_flat_or_nested_are_the_same_index(client_of):
    client = client_of(Generation.V3_0)
    client.create_index(IVF)
    flat = {"index_type": "IVF_FLAT", "metric_type": "L2", "nlist": "4"}
    assert client.create_index(flat).code == 0
    assert client.create_index({**flat, "nlist": "5"}).code == 65535


@pytest.mark.parametrize("params", ["{", "[1]", "7"])
def test_params_that_are_no_json_object_are_refused(client_of, params):
    refused = client_of(Generation.V3_0).create_index({**IVF, "params": params})
    assert refused.code == 1100
    assert params in refused.reason


def test_a_second_declaration_of_2_0_is_a_switch(client_of):
    client = client_of(Generation.V2_0)
    client.create_index(IVF)
    assert client.create_index(HNSW).code == 0
    deadline = time.monotonic() + 20
    while json.loads(client.params().get("params", "{}")) != {"M": 8, "efConstruction": 64}:
        assert time.monotonic() < deadline, client.params()
        time.sleep(0.05)
    assert client.index().index_name == "_default_idx"


def test_a_second_declaration_of_2_1_names_the_index_and_is_refused(client_of):
    client = client_of(Generation.V2_0)
    client.create_index(IVF, index_name="_default_idx")
    assert client.create_index(HNSW, index_name="_default_idx").error_code == common_pb2.UnexpectedError
    assert client.params() == IVF


def test_2_0_means_ivf_pq_by_no_type(client_of):
    client_of(Generation.V2_0).create_index({"metric_type": "L2", "params": '{"nlist": 4, "m": 4}'})
    assert client_of(Generation.V3_0).params()["index_type"] == "IVF_PQ"


def test_2_0_loads_drops_and_searches_without_an_index(client_of):
    client, vectors = client_of(Generation.V2_0), _vectors(40)
    _insert(client, vectors)
    client.create_index(IVF)
    assert client.call("LoadCollection", collection="c").code == 0
    assert client.call("DropIndex", collection="c", field_name="v").code == 0
    wanted = np.argsort(((vectors - vectors[7]) ** 2).sum(axis=1))[:5].tolist()
    assert _found(client, vectors[7], 5) == wanted
    client.call("ReleaseCollection", collection="c")
    assert client.call("LoadCollection", collection="c").code == 0
    assert _found(client, vectors[7], 5) == wanted


@pytest.mark.parametrize(("generation", "keys"), [(Generation.V2_0, [1, 9]), *((one, []) for one in LATER)])
def test_2_0_is_told_the_keys_it_deleted(client_of, generation, keys):
    client = client_of(generation)
    _insert(client, _vectors(3))
    done = client.call("Delete", collection="c", expr="id in [1, 9]")
    assert (done.delete_cnt, list(done.IDs.int_id.data)) == (2, keys)


@pytest.mark.parametrize("generation", LATER)
def test_later_ones_load_with_an_index_only(client_of, generation):
    refused = client_of(generation).call("LoadCollection", collection="c")
    assert (refused.code, refused.reason) == (700, "index not found[collection=c]")


@pytest.mark.parametrize("generation", LATER)
def test_later_ones_do_not_drop_the_index_of_a_loaded_collection(client_of, generation):
    client = client_of(generation)
    client.create_index(IVF)
    client.call("LoadCollection", collection="c")
    refused = client.call("DropIndex", collection="c", index_name=client.index().index_name)
    if generation <= Generation.V2_5:
        assert refused.reason == "index cannot be dropped, collection is loaded, please release it first"
    else:
        assert refused.reason.startswith("vector index cannot be dropped on loaded collection: ")
    assert client.index().field_name == "v"


@pytest.mark.parametrize("generation", [Generation.V2_0, *LATER])
def test_what_a_search_must_send_is_what_its_generation_asked_for(client_of, generation):
    client, vectors = client_of(generation), _vectors(40)
    _insert(client, vectors)
    client.create_index(IVF)
    client.call("LoadCollection", collection="c")
    assert _searched(client, vectors[0], 1, '{"nprobe": 4}').status.code == 0
    unsaid = _searched(client, vectors[0], 1).status
    if generation < Generation.V2_3:
        assert (unsaid.code, unsaid.reason) == (1100, "param 'nprobe' not exist in json")
        assert "[1, 65536]" in _searched(client, vectors[0], 1, '{"nprobe": 0}').status.reason
    else:
        assert unsaid.code == 0


def test_only_2_0_travels_in_time(client_of):
    early, vectors = client_of(Generation.V2_0), _vectors(20)
    _insert(early, vectors)
    early.call("LoadCollection", collection="c")
    before = early.call("AllocTimestamp").timestamp
    early.call("Delete", collection="c", expr="id in [3]")
    assert _found(early, vectors[3], 1) != [3]
    assert _found(early, vectors[3], 1, travel_timestamp=before) == [3]
    assert _found(client_of(Generation.V3_0), vectors[3], 1, travel_timestamp=before) != [3]
    rows = early.call("Query", collection="c", expr="id == 3", output_fields=["id"], travel_timestamp=before)
    assert list(rows.fields_data[0].scalars.long_data.data) == [3]


def _compacted(client):
    number = client.call("DescribeCollection", collection="c").collectionID
    job = client.call("ManualCompaction", collectionID=number).compactionID
    deadline = time.monotonic() + 20
    while client.call("GetCompactionState", compactionID=job).state != common_pb2.CompactionState.Completed:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("retention_seconds", "kept"), [(432_000.0, True), (0.0, False)], ids=["5 days", "none"])
def test_rows_are_kept_for_travellers_as_long_as_the_setting_says(retention_seconds, kept, made_with):
    early, vectors = made_with(EngineSettings(retention_seconds=retention_seconds)), _vectors(20)
    _insert(early, vectors)
    early.call("LoadCollection", collection="c")
    early.call("Flush", collection_names=["c"])
    before = early.call("AllocTimestamp").timestamp
    early.call("Delete", collection="c", expr="id in [3]")
    _compacted(early)
    then = _searched(early, vectors[3], 1, travel_timestamp=before)
    if kept:
        assert list(then.results.ids.int_id.data) == [3]
    else:
        assert "only support to travel back to" in then.status.reason
        assert "retention_seconds" in then.status.reason
    assert _found(early, vectors[3], 1) != [3]


def test_one_cannot_travel_to_before_a_row_was_inserted(client_of):
    early, vectors = client_of(Generation.V2_0), _vectors(20)
    before = early.call("AllocTimestamp").timestamp
    _insert(early, vectors)
    early.call("LoadCollection", collection="c")
    assert _found(early, vectors[3], 5, travel_timestamp=before) == []


def _sent(vectors):
    floats = schema_pb2.FloatArray(data=vectors.ravel().tolist())
    return milvus_pb2.VectorsArray(data_array=schema_pb2.VectorField(dim=vectors.shape[1], float_vector=floats))


def _calculated(client, left, right, metric):
    pairs = [common_pb2.KeyValuePair(key="metric", value=metric)]
    return client.call("CalcDistance", op_left=left, op_right=right, params=pairs)


@pytest.mark.parametrize("metric", ["L2", "IP", "l2"])
def test_distances_between_vectors(client_of, metric):
    vectors = _vectors(7)
    reply = _calculated(client_of(Generation.V2_0), _sent(vectors[:3]), _sent(vectors[3:]), metric)
    left, right = vectors[:3, None].astype(float), vectors[None, 3:].astype(float)
    wanted = (left * right).sum(axis=2) if metric == "IP" else ((left - right) ** 2).sum(axis=2)
    np.testing.assert_allclose(np.reshape(reply.float_dist.data, (3, 4)), wanted, rtol=1e-5)


def test_distances_between_stored_vectors(client_of):
    client, vectors = client_of(Generation.V2_0), _vectors(20)
    _insert(client, vectors)
    client.call("LoadCollection", collection="c")
    ids = schema_pb2.IDs(int_id=schema_pb2.LongArray(data=[5, 2]))
    stored = milvus_pb2.VectorsArray(id_array=milvus_pb2.VectorIDs(collection_name="c", field_name="v", id_array=ids))
    reply = _calculated(client, stored, _sent(vectors[:1]), "L2")
    wanted = ((vectors[[5, 2]] - vectors[0]) ** 2).sum(axis=1)
    np.testing.assert_allclose(reply.float_dist.data, wanted, rtol=1e-5)


def test_distances_between_binary_vectors(client_of):
    bits = np.random.default_rng(2).integers(0, 2, (5, 16), np.uint8)
    sent = schema_pb2.VectorField(dim=16, binary_vector=np.packbits(bits, axis=1).tobytes())
    binary = milvus_pb2.VectorsArray(data_array=sent)
    different = (bits[:, None] != bits[None]).sum(axis=2)
    client = client_of(Generation.V2_0)
    assert (
        np.reshape(_calculated(client, binary, binary, "HAMMING").int_dist.data, (5, 5)).tolist() == different.tolist()
    )
    equal = 16 - different
    similar = np.reshape(_calculated(client, binary, binary, "TANIMOTO").float_dist.data, (5, 5))
    np.testing.assert_allclose(similar, equal / (32 - equal), rtol=1e-6)


@pytest.mark.parametrize(
    ("left", "right", "metric", "text"),
    [
        (8, 8, "COSINE", "Invalid metric type: COSINE"),
        (8, 4, "L2", "different dimension"),
        (0, 8, "L2", "are no vectors"),
    ],
)
def test_distances_that_make_no_sense_are_refused(client_of, left, right, metric, text):
    one, other = (np.ones((2, dim), np.float32) for dim in (left, right))
    refused = _calculated(client_of(Generation.V2_0), _sent(one), _sent(other), metric)
    assert refused.status.code == 1100
    assert text in refused.status.reason


def test_distances_are_withdrawn_for_later_ones(client_of):
    vectors = _vectors(2)
    refused = _calculated(client_of(Generation.V2_3), _sent(vectors), _sent(vectors), "L2")
    assert refused.status.reason == "CalcDistance deprecated"


def test_describe_index_says_what_stands_in(client_of):
    client = client_of(Generation.V3_0)
    client.create_index({"index_type": "GPU_IVF_FLAT", "metric_type": "L2", "nlist": "4"})
    assert client.params()["index_type"] == "GPU_IVF_FLAT"
    assert "IVF_FLAT on the CPU" in client.params()["stands_in"]


def test_a_gpu_index_is_refused_unless_the_settings_say_otherwise():
    field = Field(101, "v", DataType.FLOAT_VECTOR, dim=DIM)
    with pytest.raises(ParameterInvalid, match="invalid index type: GPU_IVF_FLAT"):
        resolved({"index_type": "GPU_IVF_FLAT", "metric_type": "L2"}, field)


def test_every_answer_that_can_carry_a_status_carries_one(client_of):
    client = client_of(Generation.V3_0)
    for name in ("HasCollection", "GetCollectionStatistics", "DescribeCollection"):
        assert client.call(name, collection="c").HasField("status"), name
    assert client.call("ShowCollections").HasField("status")


def test_several_collections_described_at_once(client_of):
    client = client_of(Generation.V3_0)
    both = client.call("BatchDescribeCollection", collection_name=["c", "missing"]).responses
    assert [one.schema.name for one in both] == ["c", ""]
    assert (both[1].status.code, both[1].status.error_code) == (100, 1)
    assert "can't find collection" in both[1].status.reason
    by_id = client.call("BatchDescribeCollection", collectionID=[both[0].collectionID]).responses
    assert [one.collection_name for one in by_id] == ["c"]


def test_the_one_resource_group(client_of):
    client = client_of(Generation.V3_0)
    client.create_index(IVF)
    client.call("LoadCollection", collection="c")
    (name,) = client.call("ListResourceGroups").resource_groups
    group = client.call("DescribeResourceGroup", resource_group=name).resource_group
    assert (group.capacity, group.num_available_node, dict(group.num_loaded_replica)) == (1, 1, {"c": 1})
    assert client.call("DescribeResourceGroup", resource_group="other").status.code == 300
