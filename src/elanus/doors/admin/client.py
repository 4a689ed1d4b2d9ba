"""The caller's side of the admin door."""

from __future__ import annotations

from typing import Any

import grpc

from elanus.doors.admin import wire
from elanus.engine.requests import IndexStatus, SegmentInfo
from elanus.errors import Error, NotReady, OperationNotSupported, TimedOut, Unexpected


class AdminClient:
    """Asks over a channel, in-process or gRPC. Raises what the engine raised, as if it were called here."""

    def __init__(self, channel: Any, timeout_s: float = 60.0) -> None:
        self._channel = channel
        self._timeout_s = timeout_s

    def collections(self, database: str) -> list[wire.CollectionSummary]:
        """In the order of their names."""
        found = self._ask("ListCollections", wire.Target(database, ""))
        return sorted((wire.read_collection(one) for one in found), key=lambda collection: collection.name)

    def create_index(self, index: wire.NewIndex) -> None:
        """Returns when the index is declared; it is built in the background."""
        self._ask("CreateIndex", index)

    def indexes(self, target: wire.Target) -> list[IndexStatus]:
        """Every index of a collection, or the named one, as it is now."""
        return [wire.read_index_status(status) for status in self._ask("ListIndexes", target)]

    def switch_index(self, switch: wire.Switch) -> None:
        """Returns when the switch is declared; the old index serves until the new one is built."""
        self._ask("SwitchIndex", switch)

    def drop_index(self, target: wire.Target) -> None:
        """Also on a loaded collection: the next search is exact."""
        self._ask("DropIndex", target)

    def cancel_build(self, build: wire.BuildName) -> None:
        self._ask("CancelBuild", build)

    def segments(self, target: wire.Target) -> list[SegmentInfo]:
        return [wire.read_segment(segment) for segment in self._ask("ListSegments", target)]

    def _ask(self, method: str, request: object) -> Any:
        call = self._channel.unary_unary(wire.path(method))
        try:
            answer = call(wire.encoded(request), timeout=self._timeout_s)
        except grpc.RpcError as failed:
            raise _error_of(failed) from failed
        return wire.opened(answer)


def _error_of(failed: Any) -> Error:
    code, details = failed.code(), failed.details()
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return OperationNotSupported(f"the server does not offer the calls of this Elanus ({details})")
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return TimedOut("the server did not answer in time")
    if code is grpc.StatusCode.UNAVAILABLE:
        return NotReady(f"the server does not answer: {details}")
    return Unexpected(f"the server failed: {code.name}: {details}")
