"""Whatever a body holds, every call answers in the shape of its family and never fails unexpectedly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elanus.doors.grpc_v2.table import handlers
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request
from elanus.doors.rest.lowlevel import table as lowlevel
from elanus.doors.rest.lowlevel.calls import PREFIX
from elanus.doors.rest.milvus1 import table as milvus1
from elanus.doors.rest.v1 import table as v1
from elanus.doors.rest.v2 import table as v2
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service

NAMES = ["c", "id", "vector", "p", "a_b", "", "é", "Int64", "FloatVector", "L2", "HNSW", "Strong", "id > 1", "1"]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 70)
    | st.sampled_from([2**31, 2**63, -(2**70)])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(NAMES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    engine = Engine.open(Path(tmp_path_factory.mktemp("fuzz")), EngineSettings())
    service = Service(engine)
    make = {one.path: one for one in v2.endpoints(service)}["/v2/vectordb/collections/create"]
    make.answer(Request("POST", make.path, body=b'{"collectionName":"c","dimension":2}'))
    yield service
    engine.close()


@pytest.fixture(scope="module")
def high(service: Service) -> list[Endpoint]:
    """But for what takes the collection away."""
    offered = [one for one in v1.endpoints(service) + v2.endpoints(service) if one.body is not None]
    return [one for one in offered if not one.path.endswith(("/drop", "/rename", "/truncate", "/release"))]


@pytest.fixture(scope="module")
def low(service: Service) -> list[Endpoint]:
    return [one for one in lowlevel.endpoints(handlers(service)) if one.path != f"{PREFIX}/health"]


@pytest.fixture(scope="module")
def oldest(service: Service) -> list[Endpoint]:
    """But for what waits for builds of an index."""
    return [one for one in milvus1.endpoints(service) if not one.path.endswith("/indexes") and one.path != "/"]


row = st.fixed_dictionaries({}, optional={"id": values, "vector": st.lists(values, max_size=3), "more": values})
LIKELY = {
    "collectionName": st.sampled_from(["c"] * 9 + ["d"]),
    "collection_name": st.sampled_from(["c"] * 9 + ["d"]),
    "dbName": st.just(""),
    "data": st.lists(row | st.lists(values, max_size=3), max_size=3),
    "vectors": st.lists(st.lists(values, max_size=3), max_size=3),
}
"""What members of these names mostly are."""


def bodies(data: st.DataObject, kind: type | None) -> dict[str, object]:
    """What is required is there; most members have the type that is declared, others any."""
    body: dict[str, object] = {}
    for one in msgspec.structs.fields(kind) if kind else ():
        if one.required or data.draw(st.integers(0, 3)) == 0:
            typed = {str: st.sampled_from(NAMES), int: st.integers(-2, 70)}.get(one.type, values)
            likely = LIKELY.get(one.encode_name, typed)
            body[one.encode_name] = data.draw(likely if data.draw(st.integers(0, 7)) else values)
    return body


def chosen(data: st.DataObject, endpoints: Sequence[Endpoint]) -> tuple[Endpoint, bytes]:
    one = data.draw(st.sampled_from(endpoints))
    return one, json.dumps(bodies(data, one.body)).encode()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_high_level(high: list[Endpoint], data: st.DataObject) -> None:
    one, body = chosen(data, high)
    response = one.answer(Request(one.method, one.path, body=body))
    answer = json.loads(response.body)
    assert response.status == 200, answer
    assert not answer.get("message", "").startswith("unexpected error"), answer
    assert response.failed is ("data" not in answer)  # the code alone does not tell: 200 is also "no such partition"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_low_level(low: list[Endpoint], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(low))
    content = data.draw(
        st.dictionaries(
            st.sampled_from(
                [
                    "collection_name",
                    "partition_names",
                    "fields_data",
                    "num_rows",
                    "schema",
                    "vectors",
                    "search_params",
                    "expr",
                    "dsl",
                    "extra_params",
                    "output_fields",
                    "field_name",
                    "binary_vectors",
                ]
            ),
            values,
            max_size=5,
        )
    )
    response = one.answer(Request(one.method, one.path, body=json.dumps({"collection_name": "c", **content}).encode()))
    answer = json.loads(response.body)
    assert response.status in (200, 400), answer
    assert "unexpected error" not in response.body.decode()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_milvus1(oldest: list[Endpoint], data: st.DataObject) -> None:
    one, body = chosen(data, oldest)
    parameters = {"collection": data.draw(st.sampled_from(["c", "d"])), "segment": "1", "info": "status"}
    query = data.draw(st.dictionaries(st.sampled_from(["offset", "page_size", "ids"]), st.sampled_from(NAMES)))
    response = one.answer(Request(one.method, one.path, query=query, body=body, parameters=parameters))
    assert response.status in (200, 201, 204, 400, 404)
    assert "unexpected error" not in response.body.decode()
