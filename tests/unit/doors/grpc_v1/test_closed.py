"""While callers must say who they are, a client of 1.x is refused in words, whatever it asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from elanus.doors.grpc_v1.messages import RPCS, Message, Status
from elanus.doors.grpc_v1.table import handlers
from elanus.doors.protocols import request_class
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service

PERMISSION_DENIED = 3


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine.open(Path(tmp_path_factory.mktemp("closed")), EngineSettings())
    yield engine
    engine.close()


def status_of(answer: Message) -> Message:
    return answer if isinstance(answer, Status) else answer.status


def test_every_call_is_refused_with_what_to_do(engine: Engine) -> None:
    closed = handlers(Service(engine, auth=True))
    assert closed.keys() == handlers(Service(engine)).keys()
    for path, handler in closed.items():
        status = status_of(handler(request_class(path)(), None))
        assert status.error_code == PERMISSION_DENIED, path
        assert "Milvus 2.1 or newer" in status.reason
        assert "without --auth" in status.reason


def test_nothing_is_done(engine: Engine) -> None:
    service = Service(engine, auth=True)
    create = next(path for path in RPCS if path.endswith("/CreateCollection"))
    request = request_class(create)(collection_name="c", dimension=4, index_file_size=64, metric_type=1)
    handlers(service)[create](request, None)
    assert service.collections.list("") == []
