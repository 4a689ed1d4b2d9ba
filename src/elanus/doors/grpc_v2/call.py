"""What travels beside a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from elanus.doors.grpc_v2.generations import of_metadata
from elanus.doors.grpc_v2.messages import Message
from elanus.index.generation import Generation

Metadata: TypeAlias = Iterable[tuple[str, str | bytes]]


class CallContext:
    """The metadata of one call."""

    __slots__ = ("_metadata",)

    def __init__(self, metadata: Metadata | None = None) -> None:
        self._metadata = metadata or ()

    def database(self, request: Message) -> str:
        """The database a request is about: its own word, else the connection's, else "" (the default one)."""
        name: str = request.db_name
        return name or self.connected_database()

    def connected_database(self) -> str:
        """The database the connection is for; "" = the default one."""
        for key, value in self._metadata:
            if key == "dbname":
                return value if isinstance(value, str) else value.decode()
        return ""

    def generation(self) -> Generation:
        """The generation of Milvus the client belongs to."""
        return of_metadata(self._metadata)


Handler: TypeAlias = Callable[[Message, CallContext], Message]
