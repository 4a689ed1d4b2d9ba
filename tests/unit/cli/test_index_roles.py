"""Several indexes on a field, from the command line: added, measured, compared, exchanged, paused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from elanus.config import Settings
from elanus.server.app import Server
from unit.cli.conftest import Elanus
from unit.cli.test_commands import data, target

__all__ = ["data", "target"]


@pytest.fixture
def added(command: Elanus, target: list[str]) -> list[str]:
    """An index beside the served one, built."""
    listed = json.loads(command("index", "list", "points", "--json", *target).out)
    if "fast" not in [index["name"] for index in listed]:
        ran = command("index", "add", "points", "vector", "fast", "--type", "HNSW", "-p", "M=8", "--watch", *target)
        assert ran.code == 0, ran.err
    return target


def roles(command: Elanus, target: list[str]) -> dict[str, str]:
    return {one["name"]: one["role"] for one in json.loads(command("index", "list", "points", "--json", *target).out)}


def test_an_index_is_added_compared_promoted_and_rolled_back(command: Elanus, added: list[str]) -> None:
    assert roles(command, added) == {"vector": "serving", "fast": "shadow"}
    first, second = json.loads(command("index", "compare", "points", "--json", *added).out)
    assert [(one["index"], one["type"], one["source"]) for one in (first, second)] == [
        ("vector", "IVF_FLAT", "stored rows"),
        ("fast", "HNSW", "stored rows"),
    ]
    assert command("index", "compare", "points", *added).out.split("\n")[2].split()[:3] == ["fast", "shadow", "HNSW"]
    assert "fast serves now" in command("index", "promote", "points", "fast", *added).out
    assert roles(command, added) == {"vector": "former", "fast": "serving"}
    assert "vector serves again instead of fast" in command("index", "rollback", "points", *added).out
    assert "takes no memory" in command("index", "hide", "points", "fast", *added).out
    assert roles(command, added)["fast"] == "hidden"
    assert "is a shadow" in command("index", "show", "points", "fast", *added).out
    assert "dropped fast" in command("index", "drop", "points", "fast", *added).out
    assert roles(command, added) == {"vector": "serving"}


def test_a_report_tells_recall_by_share_of_rows(command: Elanus, target: list[str]) -> None:
    report = json.loads(command("index", "report", "points", "--json", *target).out)
    assert [figures["kept"] for figures in report["figures"]] == [1.0, 0.5, 0.1, 0.01, 0.001]
    assert all(0 <= figures["low"] <= figures["recall"] <= figures["high"] <= 1 for figures in report["figures"])
    text = command("index", "report", "points", *target).out
    assert "100.0%" in text
    assert "stored rows" in text


def test_reports_are_kept_also_when_a_server_ends(command: Elanus, data: Path) -> None:
    server = Server(Settings(data=data, port=0, metrics_port=0))
    address = ["--uri", f"http://127.0.0.1:{server.port}"]
    before = json.loads(command("index", "history", "points", "--json", *address).out)
    report = json.loads(command("index", "report", "points", "--json", *address).out)
    during = json.loads(command("index", "history", "points", "--json", *address).out)
    server.close()
    assert during[-1] == report
    assert during[:-1] == before[-19:]
    assert json.loads(command("index", "history", "points", "--json", "--data", str(data)).out) == during
    assert "stored rows" in command("index", "history", "points", "--data", str(data)).out


def test_explain_tells_the_step_of_each_segment(command: Elanus, target: list[str]) -> None:
    plan = json.loads(command("explain", "points", "--filter", "id < 20", "--json", *target).out)
    assert [(part["row_count"], part["kept"], part["step"]) for part in plan["parts"]] == [
        (2000, 20, "exact over kept rows")
    ]
    plan = json.loads(command("explain", "points", "-p", "nprobe=3", "--json", *target).out)
    assert [(part["step"], part["index_type"], part["params"]) for part in plan["parts"]] == [
        ("index", "IVF_FLAT", {"nprobe": 3})
    ]
    assert all(part["search_us"] > 0 for part in plan["parts"])
    assert set(plan["times"]) == {"plan_us", "filter_us", "search_us", "merge_us", "fetch_us"}
    assert all(f"{step} " in command("explain", "points", *target).out for step in ("measured: plan", "merge", "fetch"))
    assert "nothing is searched" in command("explain", "points", "--filter", "id < 0", *target).out


def test_pause_and_resume(command: Elanus, target: list[str]) -> None:
    assert "paused vector" in command("index", "pause", "points", *target).out
    assert "resumed vector" in command("index", "resume", "points", *target).out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("promote", "points", "nothing"), "index not found[indexName=nothing]"),
        (("rollback", "points"), "nothing served before index vector"),
        (("hide", "points", "vector"), "index vector serves"),
        (("add", "points", "vector", "vector"), "there is an index vector already"),
        (("add", "points", "id", "other"), "field id has no index yet"),
        (("report", "points", "nothing"), "no index 'nothing'"),
    ],
)
def test_refusals(command: Elanus, data: Path, words: tuple[str, ...], says: str) -> None:
    ran = command("index", *words, "--data", str(data))
    assert (ran.code, says in ran.err.replace("\n", " ")) == (1, True), ran.err


def test_verify_finds_a_flipped_byte_and_the_index_is_built_again(command: Elanus, data: Path) -> None:
    whole = command("verify", "points", "--data", str(data))
    assert (whole.code, "whole" in whole.out) == (0, True)
    path = next((data / "segments").rglob("*.idx"))
    good = path.read_bytes()
    path.write_bytes(good[:200] + bytes([good[200] ^ 1]) + good[201:])
    mended = command("index", "watch", "points", "--json", "--data", str(data))
    assert json.loads(mended.out)["indexed_rows"] == 2000, "found when the directory was opened"
    assert command("verify", "points", "--data", str(data)).code == 0
