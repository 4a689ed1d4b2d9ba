"""A field comes or goes between the reading of rows and the writing of the answer."""

from __future__ import annotations

import pytest

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import common_pb2, milvus_pb2, path, schema_pb2
from elanus.doors.grpc_v2.table import handlers
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service
from elanus.service.search.searches import Searches


@pytest.fixture
def call(tmp_path):
    engine = Engine.open(tmp_path, EngineSettings())
    table = handlers(Service(engine))
    context = CallContext()

    def called(name, **fields):
        return table[path(name)](getattr(milvus_pb2, f"{name}Request")(collection_name="c", **fields), context)

    schema = schema_pb2.CollectionSchema(name="c")
    schema.fields.add(name="id", data_type=schema_pb2.Int64, is_primary_key=True)
    schema.fields.add(name="n", data_type=schema_pb2.Int64, nullable=True)
    vector = schema.fields.add(name="v", data_type=schema_pb2.FloatVector)
    vector.type_params.add(key="dim", value="2")
    called("CreateCollection", schema=schema.SerializeToString())
    flat = [
        common_pb2.KeyValuePair(key="index_type", value="FLAT"),
        common_pb2.KeyValuePair(key="metric_type", value="L2"),
    ]
    called("CreateIndex", field_name="v", extra_params=flat)
    called("LoadCollection")
    rows = [schema_pb2.FieldData(type=kind, field_name=name) for name, kind in (("id", 5), ("n", 5), ("v", 101))]
    rows[0].scalars.long_data.data.append(7)
    rows[1].scalars.long_data.data.append(70)
    rows[1].valid_data.append(True)
    rows[2].vectors.dim = 2
    rows[2].vectors.float_vector.data.extend([1, 2])
    assert called("Insert", fields_data=rows, num_rows=1).insert_cnt == 1
    yield called
    engine.close()


@pytest.mark.parametrize("name", ["query", "search"])
def test_what_was_read_is_answered_though_its_field_is_gone(call, monkeypatch, name):
    read = getattr(Searches, name)

    def read_then_dropped(*given):
        result = read(*given)
        call("AlterCollectionSchema", action=_drop("n"))
        return result

    monkeypatch.setattr(Searches, name, read_then_dropped)
    reply = call("Query", expr="id == 7", output_fields=["n"]) if name == "query" else call("Search", **_search())
    answered = reply.fields_data if name == "query" else reply.results.fields_data
    assert reply.status.reason == ""
    assert [list(column.scalars.long_data.data) for column in answered if column.field_name == "n"] == [[70]]
    assert "n" in call("Query", expr="id == 7", output_fields=["n"]).status.reason


def _drop(field):
    action = milvus_pb2.AlterCollectionSchemaRequest.Action()
    action.drop_request.field_name = field
    return action


def _search():
    vectors = common_pb2.PlaceholderValue(tag="$0", type=101, values=[b"\0\0\x80?\0\0\0@"])
    options = {"anns_field": "v", "topk": "1", "params": "{}"}
    return {
        "placeholder_group": common_pb2.PlaceholderGroup(placeholders=[vectors]).SerializeToString(),
        "search_params": [common_pb2.KeyValuePair(key=key, value=value) for key, value in options.items()],
        "output_fields": ["n"],
        "nq": 1,
    }
