"""Bulk imports by REST v2."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from compat.test_server_process import Serving


@pytest.fixture(scope="module")
def root(server: Serving) -> Path:
    """What the server imports from."""
    path = Path(server.ready["data"]) / "import"
    path.mkdir(exist_ok=True)
    return path


@pytest.fixture
def collection(rest: Any, name: str) -> str:
    rest.v2("collections/create", collectionName=name, dimension=2, metricType="L2")
    return name


def ended(rest: Any, job: str) -> Any:
    deadline = time.monotonic() + 30
    while (found := rest.v2("jobs/import/describe", jobId=job))["state"] not in ("Completed", "Failed"):
        assert found["state"] in ("Pending", "Importing")
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def test_job_from_its_start_to_its_end(rest: Any, root: Path, collection: str) -> None:
    rows = [{"id": i, "vector": [i, i], "color": "red"} for i in range(30)]
    (root / "a.json").write_text(json.dumps(rows))
    (root / "b.json").write_text(json.dumps([{"id": 30, "vector": [30, 30], "color": "blue"}]))
    job = rest.v2("jobs/import/create", collectionName=collection, files=[["a.json"], ["b.json"]])["jobId"]
    done = ended(rest, job)
    size = sum((root / name).stat().st_size for name in ("a.json", "b.json"))
    assert done.items() >= {
        "jobId": job, "collectionName": collection, "state": "Completed", "progress": 100, "importedRows": 31,
        "totalRows": 31, "fileSize": size,
    }.items()  # fmt: skip
    assert [(one["fileName"], one["importedRows"], one["progress"]) for one in done["details"]] == [
        ("a.json", 30, 100), ("b.json", 1, 100),
    ]  # fmt: skip
    assert done["createTime"] <= done["completeTime"]
    assert rest.v2("jobs/import/get_progress", jobId=job) == done
    [found] = rest.v2("entities/query", collectionName=collection, filter="id == 30", outputFields=["color"])
    assert found["color"] == "blue"


def test_list_of_jobs(rest: Any, root: Path, collection: str) -> None:
    (root / "c.json").write_text('[{"id": 1, "vector": [1, 2]}]')
    (root / "d.json").write_text('[{"id": 1, "vector": [1, 2, 3]}]')
    asked = [{"collectionName": collection, "files": [[file]]} for file in ("c.json", "d.json")]
    jobs = [rest.v2("jobs/import/create", **body)["jobId"] for body in asked]
    good, bad = (ended(rest, job) for job in jobs)
    assert "reason" not in good
    reason = "d.json: field vector of type FloatVector, row 0: expected dim '2', got dim '3': importing data failed"
    assert (bad["state"], bad["reason"], bad["importedRows"]) == ("Failed", reason, 0)
    records = rest.v2("jobs/import/list", collectionName=collection)["records"]
    assert [one["jobId"] for one in records] == jobs
    assert records[1] == {
        "jobId": jobs[1], "collectionName": collection, "state": "Failed", "progress": records[1]["progress"],
        "reason": reason,
    }  # fmt: skip
    everything = rest.v2("jobs/import/list")["records"]
    assert {one["jobId"] for one in everything} >= set(jobs)


def test_refusals(rest: Any, collection: str) -> None:
    assert rest.refused("jobs/import/describe", jobId="99999") == (
        2100, "import job does not exist, jobID=99999: importing data failed",
    )  # fmt: skip
    assert rest.refused("jobs/import/describe")[0] == 1802
    assert rest.refused("jobs/import/describe", jobId="x")[0] == 1100
    assert rest.refused("jobs/import/create", collectionName=collection)[0] == 1802
    code, why = rest.refused("jobs/import/create", collectionName=collection, files=[["../secrets.json"]])
    assert code == 2100
    assert why.startswith("../secrets.json is outside of the import directory")
    code, why = rest.refused("jobs/import/create", collectionName=collection, files=[["a.csv"]], options={"sep": "::"})
    assert (code, why.partition(",")[0]) == (2100, "unsupported csv separator: '::'")
    assert rest.refused("jobs/import/create", collectionName="no_such", files=[["a.json"]])[0] == 100
