from __future__ import annotations

from elanus.doors import protocols
from elanus.doors.grpc_v1 import messages as v1
from elanus.doors.grpc_v2 import messages as v2
from elanus.errors import OwnerGone


def test_refusals_name_the_call() -> None:
    assert protocols.refusal(v2.path("Import")) == "Import is not implemented by Elanus yet"
    assert protocols.refusal(v1.path("HybridSearch")) == "HybridSearch is not implemented by Elanus yet"
    assert protocols.refusal("/nobody/Knows").startswith("unknown service nobody of the call /nobody/Knows, ")


def test_a_failure_is_worded_as_its_generation_does() -> None:
    gone = OwnerGone("gone")
    old, new = protocols.failure(v1.path("Search"), gone), protocols.failure(v2.path("Search"), gone)
    assert (type(old), old.status.error_code, old.status.reason) == (v1.TopKQueryResult, 1, "gone")
    assert (type(new), new.status.code, new.status.reason) == (v2.milvus_pb2.SearchResults, 2, "gone")
