"""The caller's side of the admin door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from elanus.doors.admin import access_wire, import_wire, snapshot_wire, wire
from elanus.doors.admin.server_uri import TOKEN_VARIABLE, Metadata
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.requests import IndexStatus, SegmentInfo
from elanus.errors import Error, NotReady, OperationNotSupported, TimedOut, Unauthenticated, Unexpected

if TYPE_CHECKING:  # they load the engine; only who is answered with them needs it
    from elanus.engine.indexes.advice import Advice
    from elanus.engine.snapshots.infos import RestoreStatus, SnapshotInfo
    from elanus.search.explain import Explanation


class AdminClient:
    """Asks over a channel, in-process or gRPC. Raises what the engine raised, as if it were called here.

    metadata  goes with each call: who asks, where the channel does not say it
    """

    def __init__(self, channel: Any, metadata: Metadata = (), timeout_s: float = 600.0) -> None:
        self._channel = channel
        self._metadata = metadata
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
        from elanus.engine.indexes.advice import Advice

        return self._ask("AdviseIndex", request, list[Advice])

    def verify_indexes(self, target: wire.Target) -> list[VerifiedIndex]:
        """Reads every file of one index, or of all, again and searches it; what is damaged is built again."""
        return self._ask("VerifyIndexes", target, list[VerifiedIndex])

    def explain(self, question: wire.Question) -> Explanation:
        """How a search is done, and how long each step takes."""
        from elanus.search.explain import Explanation

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

    def snapshots(self, target: wire.Target) -> list[SnapshotInfo]:
        """Of a collection, or (its name is "") of a database."""
        from elanus.engine.snapshots.infos import SnapshotInfo

        return self._ask("ListSnapshots", target, list[SnapshotInfo])

    def create_snapshot(self, snapshot: snapshot_wire.NamedSnapshot) -> SnapshotInfo:
        from elanus.engine.snapshots.infos import SnapshotInfo

        return self._ask("CreateSnapshot", snapshot, SnapshotInfo)

    def drop_snapshot(self, snapshot: snapshot_wire.NamedSnapshot) -> None:
        self._tell("DropSnapshot", snapshot)

    def restore_snapshot(self, restoring: snapshot_wire.Restoring) -> int:
        """The number of the job that does it."""
        return self._ask("RestoreSnapshot", restoring, int)

    def restore(self, job: snapshot_wire.RestoreJob) -> RestoreStatus:
        """How far a job is."""
        from elanus.engine.snapshots.infos import RestoreStatus

        return self._ask("DescribeRestore", job, RestoreStatus)

    def start_import(self, wanted: import_wire.NewImport) -> int:
        """The number of the job that brings the rows."""
        return self._ask("StartImport", wanted, int)

    def describe_import(self, job: import_wire.ImportJob) -> import_wire.ImportProgress:
        """How far a job is."""
        return self._ask("DescribeImport", job, import_wire.ImportProgress)

    def users(self) -> list[access_wire.UserSummary]:
        return self._ask("ListUsers", access_wire.Everyone(), list[access_wire.UserSummary])

    def create_user(self, user: access_wire.NewUser) -> None:
        self._tell("CreateUser", user)

    def change_password(self, change: access_wire.NewPassword) -> None:
        """In force when it returns."""
        self._tell("ChangePassword", change)

    def reset_password(self, reset: access_wire.PasswordReset) -> None:
        """For the owner of a data directory, who needs no old one."""
        self._tell("ResetPassword", reset)

    def drop_user(self, name: str) -> None:
        self._tell("DropUser", access_wire.Named(name))

    def grant_role(self, membership: access_wire.Membership) -> None:
        self._tell("GrantRole", membership)

    def revoke_role(self, membership: access_wire.Membership) -> None:
        self._tell("RevokeRole", membership)

    def roles(self) -> list[access_wire.RoleSummary]:
        return self._ask("ListRoles", access_wire.Everyone(), list[access_wire.RoleSummary])

    def create_role(self, name: str) -> None:
        self._tell("CreateRole", access_wire.Named(name))

    def drop_role(self, name: str) -> None:
        """With what it was granted; its users lose it."""
        self._tell("DropRole", access_wire.Named(name))

    def grant_privilege(self, granted: access_wire.Granted) -> None:
        self._tell("GrantPrivilege", granted)

    def revoke_privilege(self, granted: access_wire.Granted) -> None:
        self._tell("RevokePrivilege", granted)

    def _tell(self, method: str, request: object) -> None:
        self._ask(method, request, type(None))

    def _ask(self, method: str, request: object, kind: type[wire.Value]) -> wire.Value:
        import grpc  # 10 MB and 40 ms, which a server that is started by the command line has no use for

        call = self._channel.unary_unary(wire.path(method))
        try:
            answer = call(wire.encoded(request), timeout=self._timeout_s, metadata=self._metadata)
        except grpc.RpcError as failed:
            raise _error_of(failed) from failed
        return wire.answered(answer, kind)


def _error_of(failed: Any) -> Error:
    from grpc import StatusCode

    code, details = failed.code(), failed.details()
    if code is StatusCode.UNIMPLEMENTED:
        return OperationNotSupported(f"the server does not offer the calls of this Elanus ({details})")
    if code is StatusCode.UNAUTHENTICATED:
        return Unauthenticated(
            f"the server asks who you are ({details}): name a user, on the command line in "
            f"--uri http://user:password@host:port or in {TOKEN_VARIABLE}, in Python by token='user:password'"
        )
    if code is StatusCode.DEADLINE_EXCEEDED:
        return TimedOut("the server did not answer in time")
    if code is StatusCode.UNAVAILABLE:
        return NotReady(f"the server does not answer: {details}")
    return Unexpected(f"the server failed: {code.name}: {details}")
