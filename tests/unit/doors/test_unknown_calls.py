"""A call of no release is told its name, what is spoken here and what comes nearest."""

from __future__ import annotations

import pytest

from elanus import __version__
from elanus.doors.protocols import refusal

NEW, OLD = "/milvus.proto.milvus.MilvusService", "/milvus.grpc.MilvusService"


@pytest.mark.parametrize(
    ("path", "names", "way"),
    [
        (f"{NEW}/SearchAndSort", ["SearchAndSort", "Milvus 2.0 to 3.0"], "the nearest is Search"),
        (f"{NEW}/Teleport", ["Teleport", "Milvus 2.0 to 3.0"], "use a client of Milvus 2.0 to 3.0"),
        (f"{NEW}/Cmd", ["Cmd", "Milvus 2.0 to 3.0"], f"clients of Milvus 0.10 to 1.1 have it: {OLD}/Cmd"),
        (f"{OLD}/Upsert", ["Upsert", "Milvus 0.10 to 1.1"], f"clients of Milvus 2.0 to 3.0 have it: {NEW}/Upsert"),
        ("/milvus.proto.v4.MilvusService/Search", ["milvus.proto.v4.MilvusService"], f"{NEW}/Search"),
        ("/nobody/Knows", ["/nobody/Knows"], "use a client of Milvus 2.0 to 3.0 or Milvus 0.10 to 1.1"),
        ("", ["(none)"], "use a client of"),
    ],
)
def test_an_unknown_call_is_told_what_would_work(path, names, way):
    said = refusal(path)
    assert said.startswith("unknown ")
    assert f"Elanus {__version__}" in said
    assert way in said
    for name in names:
        assert name in said


def test_a_long_path_is_not_repeated_in_full():
    assert len(refusal("/" + "x" * 100_000)) < 1000
