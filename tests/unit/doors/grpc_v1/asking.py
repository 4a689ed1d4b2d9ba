"""How requests are made, and whom they are put to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from elanus.doors.grpc_v1.messages import KeyValuePair, RowRecord, path
from elanus.doors.grpc_v1.table import handlers
from elanus.doors.protocols import request_class
from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service import Service


class Door:
    """``call``: one RPC by name; ``service``: what every other door would use."""

    def __init__(self, engine: Engine) -> None:
        self.service = Service(engine)
        self.table = handlers(self.service)

    def call(self, name: str, **fields: Any) -> Any:
        return self.table[path(name)](request_class(path(name))(**fields), None)


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Door]:
    engine = Engine.open(folder, EngineSettings(**settings))
    try:
        yield Door(engine)
    finally:
        engine.close()


def params(**values: Any) -> list[Any]:
    return [KeyValuePair(key="params", value=orjson.dumps(values).decode())]


def records(rows: Any) -> list[bytes]:
    return [RowRecord(float_data=row).SerializeToString() for row in rows]
