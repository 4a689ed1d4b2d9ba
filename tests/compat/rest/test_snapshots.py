"""Snapshots by plain HTTP."""

from __future__ import annotations

import time
from typing import Any


def over(rest: Any, job: int) -> Any:
    for _ in range(600):
        state = rest.v2("jobs/snapshot/describe", jobId=job)
        if state["state"] in ("RestoreSnapshotCompleted", "RestoreSnapshotFailed"):
            return state
        time.sleep(0.05)
    raise AssertionError(state)


def test_the_life_of_a_snapshot(rest, filled):
    of = {"collectionName": filled, "snapshotName": "monday"}
    rest.v2("snapshots/create", **of, description="before", compactionProtectionSeconds=60)
    assert rest.v2("snapshots/list", collectionName=filled) == ["monday"]
    described = rest.v2("snapshots/describe", **of)
    expected = {"snapshotName": "monday", "description": "before", "collectionName": filled, "rowCount": 200, "pins": 0}
    assert expected.items() <= described.items()
    assert described["partitionNames"] == ["_default"]
    assert described["sizeBytes"] > 200 * 8 * 4
    assert abs(described["createTs"] / 1000 - time.time()) < 60

    pin = rest.v2("snapshots/pin", **of, ttlSeconds=60)["pinId"]
    code, message = rest.refused("snapshots/drop", **of)
    assert code == 2601
    assert "active pins exist" in message
    rest.v2("snapshots/unpin", pinId=pin)

    before = rest.v2("entities/query", collectionName=filled, filter="", limit=1000)
    rest.v2("entities/delete", collectionName=filled, filter="id < 100")
    again = f"{filled}_again"
    job = rest.v2("snapshots/restore", snapshotName="monday", sourceCollectionName=filled, targetCollectionName=again)
    state = over(rest, job["jobId"])
    assert (state["state"], state["progress"], state["reason"]) == ("RestoreSnapshotCompleted", 100, "")
    assert state in rest.v2("jobs/snapshot/list", collectionName=again)["records"]
    rest.v2("collections/load", collectionName=again)
    assert rest.v2("entities/query", collectionName=again, filter="", limit=1000) == before
    rest.v2("snapshots/drop", **of)
    assert rest.v2("snapshots/list") == []
    rest.v2("collections/drop", collectionName=again)


def test_what_is_refused(rest, stored):
    assert rest.refused("snapshots/describe", collectionName=stored, snapshotName="none")[0] == 2600
    assert rest.refused("snapshots/create", collectionName=stored)[0] == 1802
    assert rest.refused("jobs/snapshot/describe", jobId=999)[0] == 2100
    restore = {"snapshotName": "none", "sourceCollectionName": stored}
    assert rest.refused("snapshots/restore", **restore)[0] == 1802
    assert rest.refused("snapshots/restore", **restore, targetCollectionName="x")[0] == 2600
