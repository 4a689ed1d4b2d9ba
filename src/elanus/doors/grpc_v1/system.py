"""RPCs on the server itself, and those that put its files in order."""

from __future__ import annotations

from elanus.doors.grpc_v1.messages import Message, StringReply
from elanus.doors.grpc_v1.status import ok
from elanus.service import Service


class SystemCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.v1.collections
        self._upkeep = service.v1.upkeep
        self._commands = service.v1.commands

    def Cmd(self, request: Message, _context: object) -> Message:
        return StringReply(status=ok(), string_reply=self._commands.answer(request.cmd))

    def Flush(self, request: Message, _context: object) -> Message:
        names = list(request.collection_name_array) or self._collections.names()
        for table in [self._collections.table(name) for name in names]:
            self._upkeep.flush(table)
        return ok()

    def Compact(self, request: Message, _context: object) -> Message:
        self._upkeep.compact(self._collections.table(request.collection_name))
        return ok()

    def ReloadSegments(self, request: Message, _context: object) -> Message:
        """What another process would have to read again, this one never lost: segments are only looked for."""
        self._upkeep.check_segments(self._collections.table(request.collection_name), list(request.segment_id_array))
        return ok()
