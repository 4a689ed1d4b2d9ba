"""Group commit: the only way rows change. Number it, apply it, log it, publish the next view."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from elanus.engine.writes.write import Write, apply_write
from elanus.segment.view import View
from elanus.storage.log import LogRecord

if TYPE_CHECKING:
    from elanus.engine.collection import Collection


@dataclass(frozen=True, slots=True)
class Committed:
    """ts of the write; deleted rows that left by it."""

    ts: int
    deleted: int


class Commits:
    """The writes of one collection, in order. A write that has to wait shares its sync with all that wait with it."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: deque[_Ticket] = deque()
        self._sequence = 0

    def commit(self, write: Write) -> Committed:
        """Make a write durable and visible. On an error nothing of it is either."""
        ticket = _Ticket(write, write.bodies())
        self._find_room(ticket)
        self._waiting.append(ticket)
        with self._collection.lock:
            if not ticket.settled:
                self._commit_waiting()
        return ticket.outcome()

    def _find_room(self, ticket: _Ticket) -> None:
        """Whoever holds the lock must not wait for a seal, which needs it. Raises RateLimited."""
        collection = self._collection
        room = collection.resources.room
        if collection.lock.is_held_here:
            room.take(ticket.size_bytes)
        else:
            room.enter(ticket.size_bytes)

    def replay(self, write: Write, ts: int, sequence: int) -> None:
        """Apply a logged write again (recovery)."""
        collection = self._collection
        collection.view, _ = self._applied(collection.view, write, ts)
        self._sequence = sequence

    def _commit_waiting(self) -> None:
        """Applied one after the other, logged with one sync, published as one view. Under the lock."""
        collection = self._collection
        view, records, applied = collection.view, list[LogRecord](), list[tuple[_Ticket, Committed]]()
        while self._waiting:
            ticket = self._waiting.popleft()
            try:
                view, committed = self._checked(view, ticket.write)
            except Exception as error:
                self._fail(ticket, error)
                continue
            records += [LogRecord(self._next_sequence(), committed.ts, kind, body) for kind, body in ticket.bodies]
            applied.append((ticket, committed))
        try:
            if records:
                collection.journal.append(records)
        except Exception as error:
            for ticket, _ in applied:
                self._fail(ticket, error)
        else:
            self._publish(view, applied)

    def _checked(self, view: View, write: Write) -> tuple[View, Committed]:
        """The view with the write in it. Raises what forbids the write."""
        collection = self._collection
        collection.check_open()
        collection.view.check_whole()
        collection.check_partitions(partition for partition, _ in write.inserts)
        for _, rows in write.inserts:
            collection.check_columns(rows.schema)
        ts = collection.resources.clock.now()
        view, deleted = self._applied(view, write, ts)
        return view, Committed(ts, deleted)

    def _publish(self, view: View, applied: Sequence[tuple[_Ticket, Committed]]) -> None:
        if not applied:
            return
        self._collection.view = view
        self._collection.seals.note_write()
        for ticket, committed in applied:
            ticket.done(committed)

    def _fail(self, ticket: _Ticket, error: Exception) -> None:
        self._collection.resources.room.leave(ticket.size_bytes)
        ticket.fail(error)

    def _applied(self, view: View, write: Write, ts: int) -> tuple[View, int]:
        journal = self._collection.journal
        done = apply_write(view, write, ts, journal.growing, journal.start_segment)
        return done.view, done.deleted

    def _next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence


class _Ticket:
    """A write that waits for its group, and what became of it."""

    __slots__ = ("_error", "_result", "bodies", "settled", "write")

    def __init__(self, write: Write, bodies: list[tuple[str, pa.Buffer]]) -> None:
        self.write = write
        self.bodies = bodies
        self.settled = False
        self._result: Committed | None = None
        self._error: Exception | None = None

    @property
    def size_bytes(self) -> int:
        return sum(body.size for _, body in self.bodies)

    def done(self, result: Committed) -> None:
        self._result = result
        self.settled = True

    def fail(self, error: Exception) -> None:
        self._error = error
        self.settled = True

    def outcome(self) -> Committed:
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result
