"""What travels beside a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from elanus.doors.grpc_v2.generations import of_metadata
from elanus.doors.grpc_v2.messages import Message
from elanus.index.generation import Generation
from elanus.service.access import ANONYMOUS

Metadata: TypeAlias = Iterable[tuple[str, str | bytes]]


class CallContext:
    """The metadata of one call.

    caller  who calls; ANONYMOUS until somebody asked
    """

    __slots__ = ("_metadata", "caller")

    def __init__(self, metadata: Metadata | None = None) -> None:
        self._metadata = metadata or ()
        self.caller = ANONYMOUS

    def database(self, request: Message) -> str:
        """The database a request is about: its own word, else the connection's, else "" (the default one)."""
        name: str = request.db_name
        return name or self.connected_database()

    def connected_database(self) -> str:
        """The database the connection is for; "" = the default one."""
        return self._text("dbname")

    def authorization(self) -> str:
        """The credentials as sent; "" = none."""
        return self._text("authorization")

    def generation(self) -> Generation:
        """The generation of Milvus the client belongs to."""
        return of_metadata(self._metadata)

    def _text(self, name: str) -> str:
        for key, value in self._metadata:
            if key == name:
                return value if isinstance(value, str) else value.decode("utf-8", "replace")
        return ""


Handler: TypeAlias = Callable[[Message, CallContext], Message]
