"""What stands before every call while callers must say who they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from elanus.doors.grpc_v2.messages import RPCS as EVERY_RPC
from elanus.doors.rest.access import secured
from elanus.doors.rest.bodies import Body
from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import Request, Response
from elanus.doors.rest.family import Context, Family, Reply
from elanus.doors.rest.privileges import PRIVILEGES
from elanus.doors.rest.v1 import rpcs as v1_rpcs
from elanus.doors.rest.v1 import table as v1
from elanus.doors.rest.v2 import rpcs as v2_rpcs
from elanus.doors.rest.v2 import table as v2
from elanus.doors.rest.v2.absent import absent_endpoints
from elanus.doors.rest.v2.bodies import OfCollection
from elanus.doors.rest.v2.databases import Database
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.errors import PermissionDenied, SignInsBusy, Unauthenticated
from elanus.service import Service
from elanus.service.access import ANONYMOUS, Caller

FAMILY = Family("/test/", success=0)
ANN = {"authorization": "Bearer ann:right"}


class Porter:
    """Knows ann, who may read the collection "open"."""

    def __init__(self, *, enforced: bool = True) -> None:
        self.enforced = enforced

    def authenticate(self, user: str, password: str) -> Caller:
        if (user, password) != ("ann", "right"):
            raise Unauthenticated("who?")
        return Caller(user)

    def require(self, caller: Caller, privilege: str, database: str = "", collection: str = "") -> None:
        if (caller.user, privilege, database, collection) != ("ann", "Read", "db", "open"):
            raise PermissionDenied(f"{privilege}: permission deny to {caller.user} in the `{database}` database")


def echo(_body: OfCollection, context: Context) -> Reply:
    return Reply(context.caller.user)


def ask(porter: Porter, collection: str, headers: dict[str, str]) -> tuple[int, Any]:
    endpoint = FAMILY.endpoint("echo", OfCollection, echo, "")
    (guarded,) = secured([endpoint], porter, {endpoint.path: "Read"})  # type: ignore[arg-type]
    body = orjson.dumps({"dbName": "db", "collectionName": collection})
    response = guarded.answer(Request("POST", endpoint.path, headers, body=body))
    return response.status, orjson.loads(response.body)


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer ann:wrong"}, {"authorization": "Bearer bob:right"}, {"authorization": "ann"}],
    ids=["none", "wrong password", "unknown user", "no password"],
)
def test_unknown_caller_is_401(headers):
    assert ask(Porter(), "open", headers) == (401, {"code": 1800, "message": "user hasn't authenticated"})


def test_refusal_says_how_to_say_who_one_is():
    endpoint = FAMILY.endpoint("echo", OfCollection, echo, "")
    (guarded,) = secured([endpoint], Porter(), {endpoint.path: "Read"})  # type: ignore[arg-type]
    challenge = (b"www-authenticate", b'Basic realm="elanus", Bearer')
    assert guarded.answer(Request("POST", endpoint.path)).headers == (challenge,)


def test_who_must_wait_to_sign_in_is_503():
    class Crowded(Porter):
        def authenticate(self, user: str, password: str) -> Caller:
            raise SignInsBusy("later")

    assert ask(Crowded(), "open", ANN) == (503, {"code": 8, "message": "later"})


@pytest.mark.parametrize("names", [("dbName",), ("DBNAME",), ("dbname",), ("dbName", "DbName")], ids=" ".join)
def test_database_that_is_checked_is_the_one_that_is_used(names):
    """Names of members match in any case, the last one counts."""
    asked: list[str] = []

    class Listening(Porter):
        def require(self, caller: Caller, privilege: str, database: str = "", collection: str = "") -> None:
            asked.append(database)

    def handle(body: OfCollection, context: Context) -> Reply:
        return Reply([body.db_name, context.database])

    for kind in (OfCollection, Database):
        endpoint = FAMILY.endpoint("echo", kind, handle, "")
        (guarded,) = secured([endpoint], Listening(), {endpoint.path: "Read"})  # type: ignore[arg-type]
        sent = {"collectionName": "c", **dict(zip(names, ["other", "prod"][-len(names) :], strict=True))}
        request = Request("POST", endpoint.path, {**ANN, "db-name": "mine"}, body=orjson.dumps(sent))
        assert orjson.loads(guarded.answer(request).body)["data"] == ["prod", "prod"]
    assert asked == ["prod", "prod"]


def test_known_caller_is_told_to_the_call():
    assert ask(Porter(), "open", ANN) == (200, {"code": 0, "data": "ann"})


def test_known_caller_without_the_privilege_is_403():
    assert ask(Porter(), "closed", ANN) == (
        403,
        {"code": 1401, "message": "Read: permission deny to ann in the `db` database"},
    )


def test_nobody_is_asked_while_it_is_not_enforced():
    assert ask(Porter(enforced=False), "closed", {}) == (200, {"code": 0, "data": ANONYMOUS.user})


def test_body_is_read_before_a_privilege_is_asked_for():
    """As in Milvus: what is missing is said first."""
    status, answer = ask(Porter(), "", ANN)
    assert (status, answer["code"]) == (200, 1802)


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Endpoint]]:
    engine = Engine.open(Path(tmp_path_factory.mktemp("access")), EngineSettings())
    service = Service(engine)
    yield v1.endpoints(service) + v2.endpoints(service)
    engine.close()


def test_every_call_amounts_to_an_rpc(endpoints):
    absent = {one.path for one in absent_endpoints()}
    known = {**v1_rpcs.RPCS, **v2_rpcs.RPCS}
    assert {one.path for one in endpoints} - absent == known.keys()
    assert set(known.values()) <= {rpc.name for rpc in EVERY_RPC.values()}


def test_body_that_names_something_is_about_it(endpoints):
    """But where whoever has a password may, nothing is checked."""
    named = ("collection_name", "alias_name", "user_name", "role_name", "source_collection_name")
    for one in endpoints:
        if one.body is not None and PRIVILEGES[one.path]:
            fields = {field.name for field in msgspec.structs.fields(one.body)}
            assert fields.isdisjoint(named) or one.body.subjects is not Body.subjects, one.path


def test_response_of_another_door_passes_unchanged():
    plain = Endpoint("GET", "/plain", lambda request: Response(request.permit.caller.user.encode()), "", "")
    (guarded,) = secured([plain], Porter(), {"/plain": ""})  # type: ignore[arg-type]
    assert guarded.answer(Request("GET", "/plain", ANN)).body == b"ann"
