from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from elanus.doors import health
from elanus.doors.admin.handlers import admin_handlers
from elanus.doors.gate import gated
from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.grpc_v2.messages import milvus_pb2, path
from elanus.doors.grpcio_server import GrpcServer
from elanus.doors.http2.server import Http2Server
from elanus.doors.protocols import handlers
from elanus.engine.database import Engine
from elanus.errors import PermissionDenied, Unauthenticated
from elanus.service import Service
from elanus.service.access.access import Grant


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    engine = Engine.open(tmp_path)
    yield Service(engine, auth=True)
    engine.close()


@pytest.fixture
def table(service: Service) -> dict[str, Handler]:
    service.access.users.create("bob", "secret1")
    service.access.roles.create("maker")
    service.access.roles.grant("bob", "maker")
    return gated({**handlers(service), **admin_handlers(service)}, service.access)


def context(credentials: str) -> CallContext:
    return CallContext([("authorization", b64encode(credentials.encode()).decode())])


def test_every_call_but_the_health_check_wants_to_know_who_calls(table: dict[str, Handler]) -> None:
    for rpc_path, handler in table.items():
        if rpc_path.startswith("/milvus.grpc."):
            continue  # 1.x refuses by itself
        if rpc_path == health.CHECK:
            assert handler(b"", CallContext()) == health.SERVING
            continue
        with pytest.raises(Unauthenticated, match="missing authorization in header"):
            handler(None, CallContext())


def test_call_is_let_in_by_a_grant(table: dict[str, Handler], service: Service) -> None:
    create, request = table[path("CreateDatabase")], milvus_pb2.CreateDatabaseRequest(db_name="library")
    with pytest.raises(PermissionDenied, match="PrivilegeCreateDatabase: permission deny to bob"):
        create(request, context("bob:secret1"))
    assert [one.name for one in service.databases.list()] == ["default"]
    service.access.grants.grant(Grant("maker", "Global", "*", "CreateDatabase"))
    assert create(request, context("bob:secret1")).code == 0
    assert [one.name for one in service.databases.list()] == ["default", "library"]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", "missing authorization in header"),
        ("?", "invalid token format"),
        (b64encode(b"\xff:\xff").decode(), "invalid token format"),
        (b64encode(b"an-api-key").decode(), "please check api key is correct"),
        (b64encode(b"bob:wrong").decode(), "please check username and password are correct"),
        (b64encode(b":").decode(), "please check username and password are correct"),
    ],
)
def test_what_is_no_good_token_is_said(table: dict[str, Handler], token: str, said: str) -> None:
    with pytest.raises(Unauthenticated, match=said):
        table[path("GetVersion")](milvus_pb2.GetVersionRequest(), CallContext([("authorization", token)]))


def test_password_may_hold_a_colon(table: dict[str, Handler], service: Service) -> None:
    service.access.users.create("eve", "a:b:c:d")
    assert table[path("GetVersion")](milvus_pb2.GetVersionRequest(), context("eve:a:b:c:d")).version


@pytest.mark.parametrize("server_class", [GrpcServer, Http2Server], ids=["grpcio", "http2"])
def test_refusal_is_the_status_of_the_call_on_each_wire(
    table: dict[str, Handler], server_class: Callable[[dict[str, Handler]], Any]
) -> None:
    server = server_class(table)
    port = server.bind("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            drop = channel.unary_unary(path("DropDatabase"))
            for credentials, code in [("bob:x", "UNAUTHENTICATED"), ("bob:secret1", "PERMISSION_DENIED")]:
                with pytest.raises(grpc.RpcError) as refused:
                    drop(b"", timeout=5, metadata=[("authorization", b64encode(credentials.encode()).decode())])
                assert refused.value.code() is grpc.StatusCode[code]
            assert refused.value.details() == "PrivilegeDropDatabase: permission deny to bob in the `default` database"
    finally:
        server.stop(1.0)
