"""Reports over time: kept across reopening, bounded, never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from elanus.storage import history as module
from elanus.storage.history import History


def test_reports_survive_reopening_the_oldest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    for recall in (0.9, 0.8):
        history.add(7, "asked", {"recall": recall}, keep=5)
    history.add(8, "asked", {"recall": 0.1}, keep=5)
    history.close()
    again = History(tmp_path / "history.sqlite")
    assert again.of(7) == [{"recall": 0.9}, {"recall": 0.8}]
    assert again.of(9) == []
    again.close()


def test_each_kind_of_an_index_keeps_its_last(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite")
    for number in range(10):
        history.add(7, "asked", {"n": number}, keep=3)
        history.add(7, "live", {"n": -number}, keep=2)
        history.add(8, "live", {"n": number}, keep=1)
    assert [report["n"] for report in history.of(7)] == [7, 8, -8, 9, -9]
    assert [report["n"] for report in history.of(8)] == [9]
    history.close()


def test_all_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_IN_ALL", 4)
    history = History(tmp_path / "history.sqlite")
    for index_id in range(10):
        history.add(index_id, "asked", {"n": index_id}, keep=3)
    assert [bool(history.of(index_id)) for index_id in range(10)] == [False] * 6 + [True] * 4
    history.close()


@pytest.mark.parametrize("damage", ["no database", "changed report"])
def test_damage_costs_what_is_damaged(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "history.sqlite"
    history = History(path)
    history.add(7, "asked", {"source": "recorded searches"}, keep=3)
    history.add(7, "asked", {"source": "stored rows"}, keep=3)
    history.close()
    content = path.read_bytes()
    path.write_bytes(b"nothing" if damage == "no database" else content.replace(b"recorded", b"recordex"))
    again = History(path)
    assert again.of(7) == ([] if damage == "no database" else [{"source": "stored rows"}])
    again.add(7, "asked", {"n": 1}, keep=3)
    assert again.of(7)[-1] == {"n": 1}
    again.close()
