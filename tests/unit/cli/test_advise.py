"""The advisor from the command line: a table, a reason, pictures, and the advice applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from elanus.cli.index.drawing import HEIGHT, WIDTH, drawing
from elanus.cli.quantities import BYTES, MICROSECONDS, quantity
from elanus.engine.indexes import advisor
from elanus.errors import ParameterInvalid
from unit.cli.conftest import Elanus
from unit.cli.test_commands import data, target

__all__ = ["data", "target"]


@pytest.fixture(autouse=True)
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advisor, "SAMPLE_ROWS", 500)


def test_advice_is_a_table_with_a_reason_and_pictures(command: Elanus, target: list[str], tmp_path: Path) -> None:
    picture = tmp_path / "advice.png"
    ran = command("index", "advise", "points", "vector", "--recall", "0.9", "--plot", str(picture), *target)
    assert ran.code == 0, ran.err
    assert "is the fastest of those that promise recall 0.9" in ran.out
    assert "searches a second: " in ran.out
    assert "memory, MiB: " in ran.out
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_limits_are_said_against_a_candidate(command: Elanus, data: Path) -> None:
    words = ("--recall", "0.9", "--memory", "1KB", "--json", "--data", str(data))
    found = json.loads(command("index", "advise", "points", "vector", *words).out)
    assert all(one["against"].startswith(("needs ", "promises")) for one in found)
    refused = command("index", "advise", "points", "vector", "--memory", "1KB", "--apply", "--data", str(data))
    assert (refused.code, "nothing is applied: no candidate meets the wish" in refused.err.replace("\n", " ")) == (
        1,
        True,
    )


def test_advice_is_applied_as_a_live_switch(command: Elanus, data: Path) -> None:
    before = json.loads(command("index", "describe", "points", "--json", "--data", str(data)).out)
    words = ("--recall", "0.9", "--apply", "--json", "--data", str(data))
    best = json.loads(command("index", "advise", "points", "vector", *words).out)[0]
    after = json.loads(command("index", "watch", "points", "--json", "--data", str(data)).out)
    assert (after["type"], after["indexed_rows"]) == (best["type"], 2000)
    back = ("--type", "IVF_FLAT", "-p", "nlist=8", "--watch")
    assert command("index", "switch", "points", *back, "--data", str(data)).code == 0
    assert (
        json.loads(command("index", "describe", "points", "--json", "--data", str(data)).out)["type"] == before["type"]
    )


@pytest.mark.parametrize(
    ("text", "units", "amount"),
    [("1GB", BYTES, 1e9), ("1.5 GiB", BYTES, 1.5 * 2**30), ("5ms", MICROSECONDS, 5000), ("800us", MICROSECONDS, 800),
     ("", BYTES, 0)],
)  # fmt: skip
def test_quantities(text: str, units: dict[str, float], amount: float) -> None:
    assert quantity(text, units, "x") == amount


@pytest.mark.parametrize(("text", "units"), [("much", BYTES), ("5", BYTES), ("5 ms", BYTES), ("-1ms", MICROSECONDS)])
def test_what_is_no_quantity(text: str, units: dict[str, float]) -> None:
    with pytest.raises(ParameterInvalid, match="is no quantity"):
        quantity(text, units, "1GB")


def test_a_drawing_has_every_point_in_its_place() -> None:
    lines = drawing({"first": [(0.0, 1.0), (1.0, 100.0)], "second": [(0.5, 10.0)]}, "recall", "speed").split("\n")
    assert lines[0] == "speed: 1 to 100"
    canvas = [line[1:].ljust(WIDTH) for line in lines[1 : HEIGHT + 1]]
    assert (canvas[-1][0], canvas[0][-1]) == ("A", "A")
    assert sum(line.count("B") for line in canvas) == 1
    assert lines[-1] == "A first  B second"
    assert drawing({"nothing": []}, "x", "y") == ""
