"""Where a call runs: at once on the thread that read it, or on a pool.

A search for one vector takes 0.1 to 0.2 ms, most of it in native code that lets other threads run; handing it to
another thread and back costs as much again. Whatever may wait (writes sync a disk) or take long would stall the other
connections of its thread, so it goes to the pool. What is short is learned, not guessed: a read of a kind that has run
before and is short on average, and of which none was long lately. So where long ones are mixed in, all go to the pool,
and no kind stalls its thread more than once in ``REST_S``. Who calls is part of the kind: a password that was not seen
before takes long to check.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, thread_time
from typing import Final, TypeAlias

from elanus.doors.grpc_v1.messages import path as path_1x
from elanus.doors.grpc_v2.messages import path
from elanus.doors.http2.calls import Call
from elanus.doors.http2.refusal import Refused
from elanus.doors.http2.stream import Response

SHORT_S: Final = 0.001
"""Average processor time; not wall time: on a busy machine a short call may wait long for its turn."""
LONG_S: Final = 0.05
"""More than a collection of garbage adds to a short call now and then (25 ms were seen)."""
REST_S: Final = 1.0
"""How long a kind stays on the pool after one of it was long."""
_WEIGHT = 1 / 8
_SMALL_BYTES = 32 * 1024
_REMEMBERED = 4096

_NAMES = (
    "Search",
    "Query",
    "HybridSearch",
    "HasCollection",
    "DescribeCollection",
    "GetLoadState",
    "GetVersion",
    "CheckHealth",
    "Connect",
)
READS: Final = frozenset([*map(path, _NAMES), path_1x("Search")])
"""RPCs that take no lock a writer holds while it syncs; only these are ever run where they were read."""

WAITS: Final = frozenset([path_1x("CreateIndex"), path_1x("Compact")])
"""RPCs that answer when work in the background is done: on threads of their own, no other call waits for them."""
WAITING_THREADS = 256

Kind: TypeAlias = tuple[str, str, int, int]
"""Path, collection, order of magnitude of the request, hash of the credentials: calls that should take about as long.
"""


class Lanes:
    """The pool of all connections, and what is known of how long calls take."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="elanus-rpc")
        self._waiting = ThreadPoolExecutor(WAITING_THREADS, thread_name_prefix="elanus-waiting")
        self._average_s: dict[Kind, float] = {}
        self._rests_until: dict[Kind, float] = {}

    def run_if_short(self, call: Call) -> Response | None:
        """The response of a call that is expected to be short; None: it is not, it goes to ``hand_over``."""
        kind = _kind(call)
        return self._timed(call, kind) if kind is not None and self._is_short(kind) else None

    def run(self, call: Call) -> Response:
        """The response; to be called on a thread of the pool."""
        kind = _kind(call)
        return call.run() if kind is None else self._timed(call, kind)

    def hand_over(self, call: Call, job: Callable[[], None]) -> None:
        """Runs the job of a call on the pool."""
        pool = self._waiting if call.method.path in WAITS else self._pool
        pool.submit(job)

    def close(self) -> None:
        """Returns when the last job has ended."""
        self._pool.shutdown(wait=True)
        self._waiting.shutdown(wait=True)

    def _is_short(self, kind: Kind) -> bool:
        average_s = self._average_s.get(kind)
        return average_s is not None and average_s <= SHORT_S and self._rests_until.get(kind, 0.0) <= monotonic()

    def _timed(self, call: Call, kind: Kind) -> Response:
        begun = thread_time()
        response = call.run()
        self._note(kind, thread_time() - begun)
        return response

    def _note(self, kind: Kind, took_s: float) -> None:
        if len(self._average_s) >= _REMEMBERED:
            self._average_s.clear()
            self._rests_until.clear()
        average_s = self._average_s.get(kind, took_s)
        self._average_s[kind] = average_s + (took_s - average_s) * _WEIGHT
        if took_s > LONG_S:
            self._rests_until[kind] = monotonic() + REST_S


def _kind(call: Call) -> Kind | None:
    """None: a call that is never expected to be short."""
    if call.size > _SMALL_BYTES or call.method.path not in READS:
        return None
    try:
        collection: str = getattr(call.request(), "collection_name", "")
    except Refused:
        return None
    return call.method.path, collection, call.size.bit_length(), hash(call.credentials)
