"""The caller's side of the admin door."""

from __future__ import annotations

from typing import Any

from elanus.doors.admin import wire
from elanus.engine.indexes.advice import Advice
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.requests import IndexStatus, SegmentInfo
from elanus.errors import Error, NotReady, OperationNotSupported, TimedOut, Unexpected
from elanus.search.explain import Explanation


class AdminClient:
    """Asks over a channel, in-process or gRPC. Raises what the engine raised, as if it were called here."""

    def __init__(self, channel: Any, timeout_s: float = 600.0) -> None:
        self._channel = channel
        self._timeout_s = timeout_s

    def collections(self, database: str) -> list[wire.CollectionSummary]:
        """In the order of their names."""
        found = self._ask("ListCollections", wire.Target(database, ""), list[wire.CollectionSummary])
        return sorted(found, key=lambda collection: collection.name)

    def create_index(self, index: wire.NewIndex) -> None:
        """Returns when the index is declared; it is built in the background."""
        self._tell("CreateIndex", index)

    def indexes(self, target: wire.Target) -> list[IndexStatus]:
        """Every index of a collection, whatever its role, or the named one, as it is now."""
        return self._ask("ListIndexes", target, list[IndexStatus])

    def switch_index(self, switch: wire.Switch) -> None:
        """Returns when the switch is declared; the old index serves until the new one is built."""
        self._tell("SwitchIndex", switch)

    def add_index(self, index: wire.NewIndex) -> None:
        """Another index beside the one that serves the field; built in the background."""
        self._tell("AddIndex", index)

    def change_role(self, change: wire.RoleChange) -> None:
        """From shadow to hidden or back."""
        self._tell("ChangeIndexRole", change)

    def promote_index(self, target: wire.Target) -> None:
        """Searches are answered with this index from now on."""
        self._tell("PromoteIndex", target)

    def roll_back_index(self, target: wire.Target) -> str:
        """Searches are answered with the index that served before; its name."""
        return self._ask("RollBackIndex", target, str)

    def report_index(self, target: wire.Target) -> IndexReport:
        """Measures an index now: a hundred searches, with and without it."""
        return self._ask("ReportIndex", target, IndexReport)

    def index_history(self, target: wire.Target) -> list[IndexReport]:
        """The last reports of an index, the oldest first."""
        return self._ask("IndexHistory", target, list[IndexReport])

    def compare_indexes(self, target: wire.Target) -> list[IndexReport]:
        """Measures every open index of the named one's field with the same queries, the serving one first."""
        return self._ask("CompareIndexes", target, list[IndexReport])

    def advise_index(self, request: wire.AdviceRequest) -> list[Advice]:
        """Builds candidates over a sample, which takes a minute; the best first."""
        return self._ask("AdviseIndex", request, list[Advice])

    def verify_indexes(self, target: wire.Target) -> list[VerifiedIndex]:
        """Reads every file of one index, or of all, again and searches it; what is damaged is built again."""
        return self._ask("VerifyIndexes", target, list[VerifiedIndex])

    def explain(self, question: wire.Question) -> Explanation:
        """How a search is done, and how long each step takes."""
        return self._ask("ExplainSearch", question, Explanation)

    def drop_index(self, target: wire.Target) -> None:
        """Also on a loaded collection: the next search is exact. One that serves takes those added beside it along."""
        self._tell("DropIndex", target)

    def pause_index(self, target: wire.Target) -> None:
        """Its builds have ended when it returns; they go on where they were when the index is resumed."""
        self._tell("PauseIndex", target)

    def resume_index(self, target: wire.Target) -> None:
        """Builds again, also what failed for good, was refused or cancelled."""
        self._tell("ResumeIndex", target)

    def cancel_builds(self, target: wire.Target) -> int:
        """Ends the unfinished builds of an index; how many."""
        return self._ask("CancelBuilds", target, int)

    def segments(self, target: wire.Target) -> list[SegmentInfo]:
        return self._ask("ListSegments", target, list[SegmentInfo])

    def _tell(self, method: str, request: object) -> None:
        self._ask(method, request, type(None))

    def _ask(self, method: str, request: object, kind: type[wire.Value]) -> wire.Value:
        import grpc  # 10 MB and 40 ms, which a server that is started by the command line has no use for

        call = self._channel.unary_unary(wire.path(method))
        try:
            answer = call(wire.encoded(request), timeout=self._timeout_s)
        except grpc.RpcError as failed:
            raise _error_of(failed) from failed
        return wire.answered(answer, kind)


def _error_of(failed: Any) -> Error:
    from grpc import StatusCode

    code, details = failed.code(), failed.details()
    if code is StatusCode.UNIMPLEMENTED:
        return OperationNotSupported(f"the server does not offer the calls of this Elanus ({details})")
    if code is StatusCode.DEADLINE_EXCEEDED:
        return TimedOut("the server did not answer in time")
    if code is StatusCode.UNAVAILABLE:
        return NotReady(f"the server does not answer: {details}")
    return Unexpected(f"the server failed: {code.name}: {details}")
