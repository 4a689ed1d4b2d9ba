from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import RPCS, request_class
from elanus.doors.grpc_v2.needs import OPEN, SPECIAL, Asked, declared_of, need_of
from elanus.doors.grpc_v2.snapshots import SnapshotCalls
from elanus.doors.grpc_v2.table import handlers, offered
from elanus.engine.database import Engine
from elanus.service import Service
from elanus.service.access.privileges import PRIVILEGES

IN_LIBRARY = CallContext([("dbname", "library")])


PATHS = {rpc.name: rpc_path for rpc_path, rpc in RPCS.items()}


def asked(name: str, **fields: Any) -> list[Asked]:
    rpc_path = PATHS[name]
    return list(need_of(RPCS[rpc_path])(request_class(rpc_path)(**fields), IN_LIBRARY))


def test_every_call_that_is_offered_has_been_thought_of(tmp_path: Path) -> None:
    engine = Engine.open(tmp_path)
    for name in offered(handlers(Service(engine))):
        assert name in OPEN or name in SPECIAL or declared_of(RPCS[PATHS[name]]) is not None, name
    engine.close()


def test_open_calls_are_none_that_milvus_guards() -> None:
    guarded = {rpc.name for rpc in RPCS.values() if declared_of(rpc) is not None}
    assert guarded & OPEN == set()
    assert OPEN - {rpc.name for rpc in RPCS.values()} == set(), "each is a call of Milvus"


def test_every_need_is_a_known_privilege() -> None:
    for name in PATHS:
        assert {one.privilege for one in asked(name)} <= set(PRIVILEGES), name


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("Search", {"collection_name": "books"}, [Asked("Search", "library", "books")]),
        ("Search", {"collection_name": "books", "db_name": "museum"}, [Asked("Search", "museum", "books")]),
        ("DropIndex", {"collection_name": "books"}, [Asked("DropIndex", "library", "books")]),
        ("DescribeIndex", {"collection_name": "books"}, [Asked("IndexDetail", "library", "books")]),
        ("DescribeCollection", {"collection_name": "books"}, [Asked("DescribeCollection", "library", "books")]),
        ("DescribeCollection", {"collectionID": 7}, [Asked("DescribeCollection", "library", "")]),
        (
            "BatchDescribeCollection",
            {"collection_name": ["books", "shelves"]},
            [Asked("DescribeCollection", "library", "books"), Asked("DescribeCollection", "library", "shelves")],
        ),
        ("DropCollection", {"collection_name": "books"}, [Asked("DropCollection", "library", "books")]),
        ("Flush", {"collection_names": ["books"]}, [Asked("Flush", "library", "books")]),
        ("Flush", {}, [Asked("Flush", "library", "")]),
        ("CreateDatabase", {"db_name": "museum"}, [Asked("CreateDatabase", "museum")]),
        ("DescribeDatabase", {}, [Asked("DescribeDatabase", "")]),
        ("DropAlias", {"alias": "lit"}, [Asked("DropAlias", "library", "lit")]),
        (
            "AlterAlias",
            {"alias": "lit", "collection_name": "books"},
            [Asked("CreateAlias", "library", "books"), Asked("CreateAlias", "library", "lit")],
        ),
        ("RenameCollection", {"oldName": "a", "newName": "b"}, [Asked("RenameCollection", "library", "a")]),
        (
            "RenameCollection",
            {"oldName": "a", "newName": "b", "newDBName": "museum"},
            [Asked("RenameCollection", "library", "a"), Asked("RenameCollection", "museum")],
        ),
        ("GetFlushState", {"segmentIDs": [1]}, []),
        ("GetFlushState", {"collection_name": "books"}, [Asked("GetFlushState", "library", "books")]),
        ("UpdateCredential", {"username": "bob"}, [Asked("UpdateUser", "library", "bob")]),
        ("SelectUser", {"user": {"name": "bob"}}, [Asked("SelectUser", "library", "bob")]),
        ("SelectUser", {}, [Asked("SelectUser", "library", "")]),
        ("SelectGrant", {"entity": {"role": {"name": "reader"}}}, [Asked("SelectOwnership", "library", "reader")]),
        ("CreateRole", {}, [Asked("CreateOwnership", "library")]),
        ("ShowCollections", {}, []),
        ("PushClientCommand", {}, [Asked("All", "library")]),
    ],
)  # fmt: skip
def test_what_a_call_asks_for(name: str, fields: dict[str, Any], expected: list[Asked]) -> None:
    assert asked(name, **fields) == expected


def test_distances_of_stored_vectors_read_them() -> None:
    left = {"id_array": {"collection_name": "books", "field_name": "v"}}
    right = {"data_array": {"dim": 2}}
    assert asked("CalcDistance", op_left=left, op_right=right) == [Asked("Query", "library", "books")]
    assert asked("CalcDistance", op_left=right, op_right=right) == []


def test_restored_is_where_it_was_asked_for() -> None:
    """With no target database it is that of the request, not that of the connection."""
    done: list[tuple[str, str]] = []

    def get(database: str, name: str) -> None:
        done.append((database, name))

    def restore(_source: None, _name: str, database: str, target: str) -> int:
        done.append((database, target))
        return 7

    service = SimpleNamespace(collections=SimpleNamespace(get=get), snapshots=SimpleNamespace(restore=restore))
    fields = {"db_name": "mine", "collection_name": "a", "name": "s", "target_collection_name": "b"}
    request = request_class(PATHS["RestoreSnapshot"])(**fields)
    SnapshotCalls(service).RestoreSnapshot(request, IN_LIBRARY)  # type: ignore[arg-type]
    needed = need_of(RPCS[PATHS["RestoreSnapshot"]])(request, IN_LIBRARY)
    assert done == [(one.database, one.target) for one in needed] == [("mine", "a"), ("mine", "b")]
