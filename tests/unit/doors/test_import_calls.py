"""Imports by gRPC: what is told to whom. What they do is tested in tests/compat/pymilvus/test_import.py."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from elanus.doors.gate import gated
from elanus.doors.grpc_v2.call import CallContext, Handler
from elanus.doors.grpc_v2.messages import Message, milvus_pb2, path
from elanus.doors.protocols import handlers
from elanus.engine.database import Engine
from elanus.errors import PermissionDenied
from elanus.schema.types import DataType
from elanus.service import Service
from elanus.service.access.access import Grant
from elanus.service.schema.drafts import CollectionDraft, FieldDraft

FIELDS = (
    FieldDraft("id", DataType.INT64, is_primary=True),
    FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[dict[str, Handler]]:
    """Bob may import into ``open`` alone; there are ``open`` and ``hidden``."""
    engine = Engine.open(tmp_path)
    service = Service(engine, auth=True)
    for name in ("open", "hidden"):
        service.collections.create("", CollectionDraft(name, FIELDS))
    (tmp_path / "import").mkdir()
    (tmp_path / "import" / "a.json").write_text('[{"id": 1, "v": [1, 2]}]')
    service.access.users.create("bob", "secret1")
    service.access.roles.create("importer")
    service.access.roles.grant("bob", "importer")
    service.access.grants.grant(Grant("importer", "Collection", "open", "Import"))
    yield gated(handlers(service), service.access)
    engine.close()


def context(credentials: str) -> CallContext:
    return CallContext([("authorization", b64encode(credentials.encode()).decode())])


ROOT, BOB = context("root:Milvus"), context("bob:secret1")


def started(table: dict[str, Handler], collection: str, caller: CallContext) -> int:
    answer = table[path("Import")](milvus_pb2.ImportRequest(collection_name=collection, files=["a.json"]), caller)
    assert answer.status.code == 0
    [job] = answer.tasks
    return int(job)


def listed(table: dict[str, Handler], caller: CallContext) -> list[int]:
    answer: Message = table[path("ListImportTasks")](milvus_pb2.ListImportTasksRequest(), caller)
    return [task.id for task in answer.tasks]


def test_only_who_was_granted_it_imports_and_sees_the_jobs(table: dict[str, Handler]) -> None:
    with pytest.raises(PermissionDenied, match="PrivilegeImport: permission deny to bob"):
        started(table, "hidden", BOB)
    mine, other = started(table, "open", BOB), started(table, "hidden", ROOT)
    assert listed(table, ROOT) == [mine, other]
    assert listed(table, BOB) == [mine]
