"""What goes over the admin wire comes back as it was."""

from __future__ import annotations

import inspect

import pytest

from elanus import errors
from elanus.doors.admin import wire
from elanus.engine.indexes.wish import Wish
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
    assert wire.answered(wire.result(INDEX), IndexStatus) == INDEX


def test_segment_survives_the_wire() -> None:
    assert wire.answered(wire.result(SEGMENT), SegmentInfo) == SEGMENT


TARGET = wire.Target("db", "points", "vector")
REQUESTS = [
    TARGET,
    wire.Switch(TARGET, {"M": "8"}),
    wire.NewIndex(TARGET, "vector", {"M": "8"}, "shadow"),
    wire.RoleChange(TARGET, "hidden"),
    wire.Question(TARGET, "vector", 3, "n > 1", {"ef": 64}, (0.5, 1.0)),
    wire.AdviceRequest(TARGET, "vector", Wish(0.9, 1 << 30, 5000.0)),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request_: type(request_).__name__)
def test_request_survives_the_wire(request_: object) -> None:
    assert wire.opened(wire.encoded(request_), type(request_)) == request_


@pytest.mark.parametrize(
    "sent",
    [b"", b"\xff", b"[]", b"{}", b"null", b'{"target": 1}', b'{"target": {"database": ""}, "role": "hidden"}'],
    ids=["nothing", "no text", "list", "empty", "null", "number", "half a target"],
)
def test_what_is_no_request_is_refused_by_name(sent: bytes) -> None:
    with pytest.raises(errors.BodyUnreadable, match="RoleChange"):
        wire.opened(sent, wire.RoleChange)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_error_is_raised_on_the_other_side_as_its_own_class(kind: type[errors.Error]) -> None:
    sent = kind("no such thing")
    with pytest.raises(kind) as raised:
        wire.answered(wire.refusal(sent), str)
    assert type(raised.value) is kind
    assert raised.value.message == sent.message
    assert sent.message.startswith("no such thing")


def test_kind_of_a_newer_server_is_unexpected() -> None:
    with pytest.raises(errors.Unexpected, match="from tomorrow"):
        wire.answered(b'{"error": {"kind": "NoSuchKind", "message": "from tomorrow"}}', str)


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"result": "7"}', b'{"error": 1}'])
def test_answer_of_another_version_is_unexpected(answer: bytes) -> None:
    with pytest.raises(errors.Unexpected, match="another version"):
        wire.answered(answer, int)
