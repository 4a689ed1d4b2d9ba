"""What Python users may do with indexes beyond the Milvus API: several on a field, measured, compared, exchanged.

>>> client.indexes.add("books", "vector", "small", index_type="IVF_SQ8", nlist=1024)
>>> client.indexes.compare("books", "small")
>>> client.indexes.promote("books", "small")
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from elanus.doors.admin.client import AdminClient
from elanus.doors.admin.wire import AdviceRequest, NewIndex, Question, RoleChange, Switch, Target
from elanus.engine.indexes.advice import Advice
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.indexes.wish import Wish
from elanus.engine.requests import IndexState, IndexStatus
from elanus.errors import BuildFailed, TimedOut
from elanus.search.explain import Explanation

POLL_SECONDS = 0.1


class Indexes:
    """Of one database, through an admin client. Every call raises what the engine raises (:mod:`elanus.errors`)."""

    def __init__(self, admin: AdminClient, database: str) -> None:
        self._admin = admin
        self._database = database

    def list(self, collection: str) -> Sequence[IndexStatus]:
        """All, whatever their role; Milvus's own calls show the serving one of each field only."""
        return self._admin.indexes(self._target(collection))

    def describe(self, collection: str, name: str) -> IndexStatus:
        return self._admin.indexes(self._target(collection, name))[0]

    def add(self, collection: str, field: str, name: str, *, index_type: str = "AUTOINDEX", hidden: bool = False,
            **params: Any) -> None:  # fmt: skip
        """Build another index beside the one that serves the field; ``params`` are build parameters."""
        wanted = {"index_type": index_type, **_texts(params)}
        role = "hidden" if hidden else "shadow"
        self._admin.add_index(NewIndex(self._target(collection, name), field, wanted, role))

    def switch(self, collection: str, name: str, *, index_type: str = "AUTOINDEX", **params: Any) -> None:
        """Build it anew with another type or parameters; the old one serves until each part of the new is ready."""
        wanted = {"index_type": index_type, **_texts(params)}
        self._admin.switch_index(Switch(self._target(collection, name), wanted))

    def wait(self, collection: str, name: str, timeout_s: float = 600.0) -> IndexStatus:
        """Until it is built. Raises BuildFailed with the reason, TimedOut."""
        deadline = time.monotonic() + timeout_s
        while True:
            status = self.describe(collection, name)
            if status.state is IndexState.FAILED:
                raise BuildFailed(f"index {name} was not built: {status.reason}")
            if status.state is IndexState.FINISHED and not status.switching_to:
                return status
            if time.monotonic() > deadline:
                raise TimedOut(f"index {name} has {status.pending_rows} pending rows after {timeout_s} s")
            time.sleep(POLL_SECONDS)

    def promote(self, collection: str, name: str) -> None:
        """Searches are answered with this index from now on."""
        self._admin.promote_index(self._target(collection, name))

    def rollback(self, collection: str, name: str) -> str:
        """Searches are answered with the index that served before this one; its name."""
        return self._admin.roll_back_index(self._target(collection, name))

    def hide(self, collection: str, name: str) -> None:
        """Close the files of one that does not serve."""
        self._admin.change_role(RoleChange(self._target(collection, name), "hidden"))

    def show(self, collection: str, name: str) -> None:
        """Let a hidden one be compared again."""
        self._admin.change_role(RoleChange(self._target(collection, name), "shadow"))

    def pause(self, collection: str, name: str) -> None:
        self._admin.pause_index(self._target(collection, name))

    def resume(self, collection: str, name: str) -> None:
        self._admin.resume_index(self._target(collection, name))

    def cancel(self, collection: str, name: str) -> int:
        """End its unfinished builds; how many. What they would have covered is searched exactly."""
        return self._admin.cancel_builds(self._target(collection, name))

    def drop(self, collection: str, name: str) -> None:
        """One that does not serve goes alone; one that serves takes those added beside it along."""
        self._admin.drop_index(self._target(collection, name))

    def report(self, collection: str, name: str) -> IndexReport:
        """Measure it now."""
        return self._admin.report_index(self._target(collection, name))

    def history(self, collection: str, name: str) -> Sequence[IndexReport]:
        """Its last reports, the oldest first."""
        return self._admin.index_history(self._target(collection, name))

    def compare(self, collection: str, name: str) -> Sequence[IndexReport]:
        """Measure every open index of its field with the same queries, the serving one first."""
        return self._admin.compare_indexes(self._target(collection, name))

    def advise(self, collection: str, field: str, *, recall: float = 0.95, memory_bytes: int = 0,
               p99_us: float = 0.0) -> Sequence[Advice]:  # fmt: skip
        """Which index would serve a field as wished: candidates tried over a sample, the best first."""
        wish = Wish(recall, memory_bytes, p99_us)
        return self._admin.advise_index(AdviceRequest(self._target(collection), field, wish))

    def verify(self, collection: str, name: str = "") -> Sequence[VerifiedIndex]:
        """Read every file of one index, or of all, again and search it; what is damaged is built again."""
        return self._admin.verify_indexes(self._target(collection, name))

    def explain(self, collection: str, *, field: str = "", limit: int = 10, filter: str = "",
                vector: Sequence[float] = (), text: str = "", **params: Any) -> Explanation:  # fmt: skip
        """How a search is done and how long each step takes; without a vector or a text, that of a stored row."""
        question = Question(self._target(collection), field, limit, filter, params, tuple(vector), text)
        return self._admin.explain(question)

    def _target(self, collection: str, index: str = "") -> Target:
        return Target(self._database, collection, index)


def _texts(params: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items()}
