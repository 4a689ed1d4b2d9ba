"""What goes over the admin wire comes back as it was."""

from __future__ import annotations

import inspect

import orjson
import pytest

from elanus import errors
from elanus.doors.admin import wire
from elanus.engine.requests import BuildState, BuildStatus, IndexState, IndexStatus, SegmentInfo

BUILD = BuildStatus(7, 70, BuildState.RUNNING, "adding", 250, 600, 99.5, 3.5, 4096, "worker 1")
INDEX = IndexStatus(
    id=1,
    name="vector",
    field="vector",
    type="HNSW",
    user_params={"M": "8"},
    spec={"type": "HNSW", "params": {"M": 8}},
    properties={},
    state=IndexState.IN_PROGRESS,
    reason="",
    total_rows=1000,
    indexed_rows=0,
    pending_rows=1000,
    growing_rows=0,
    file_bytes=0,
    resident_bytes=0,
    builds=(BUILD,),
    recall={"recall_at_10": 0.97},
    created_ts=2**62,
    seconds_left=None,
)
SEGMENT = SegmentInfo(1, 2, 3, 0, False, 4, (5, 6))
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.Error)]


def test_index_status_survives_the_wire() -> None:
    assert wire.read_index_status(wire.opened(wire.result(INDEX))) == INDEX


def test_segment_survives_the_wire() -> None:
    assert wire.read_segment(wire.opened(wire.result(SEGMENT))) == SEGMENT


@pytest.mark.parametrize(
    ("request_", "read"),
    [
        (wire.Target("db", "points", "vector"), wire.read_target),
        (wire.Switch(wire.Target("db", "points"), {"M": "8"}), wire.read_switch),
        (wire.NewIndex(wire.Target("db", "points"), "vector", {"M": "8"}), wire.read_new_index),
        (wire.RoleChange(wire.Target("db", "points"), "hidden"), wire.read_role_change),
    ],
)
def test_request_survives_the_wire(request_: object, read: object) -> None:
    assert callable(read)
    assert read(orjson.loads(wire.encoded(request_))) == request_


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_error_is_raised_on_the_other_side_as_its_own_class(kind: type[errors.Error]) -> None:
    with pytest.raises(kind) as raised:
        wire.opened(wire.refusal(kind("no such thing")))
    assert type(raised.value) is kind
    assert raised.value.message == "no such thing"


def test_kind_of_a_newer_server_is_unexpected() -> None:
    with pytest.raises(errors.Unexpected, match="from tomorrow"):
        wire.opened(b'{"error": {"kind": "NoSuchKind", "message": "from tomorrow"}}')
