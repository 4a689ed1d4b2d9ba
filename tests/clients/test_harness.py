"""What the harness makes of what the clients print; the clients themselves run by ``make test-clients``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clients import outcomes as running
from clients.declared import Environment, Subject, subjects
from clients.environments import ATTEMPTS, install
from clients.matrix import failures, page
from clients.outcomes import Outcome, outcomes
from clients.served import Addresses


def _subject(folder, script="", version="1.0"):
    environment = Environment("x", folder, (), "")
    return Subject("Some client", version, environment, f"{sys.executable} -c '{script}'", {})


@pytest.fixture
def without_server(monkeypatch):
    class Server:
        def __enter__(self):
            return Addresses("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3")

        def __exit__(self, *_exception):
            pass

    monkeypatch.setattr(running, "server", lambda _variables: Server())


def _printed(folder, *lines):
    return outcomes(_subject(folder, "\n".join(f'print("{line}")' for line in lines)))


@pytest.mark.usefixtures("without_server")
def test_outcomes_are_read_from_what_a_script_prints(tmp_path):
    found = _printed(
        tmp_path, "some log: line", "search: ok", "drop index: failed (no: why)", "upsert: absent ()", "end"
    )
    assert found == {
        "search": Outcome("ok"),
        "drop index": Outcome("failed", "no: why"),
        "upsert": Outcome("absent"),
    }


@pytest.mark.usefixtures("without_server")
def test_a_script_that_dies_on_the_way_is_a_failure(tmp_path):
    found = _printed(tmp_path, "search: ok")
    assert found["search"] == Outcome("ok")
    assert found["run"].state == "failed"


@pytest.mark.usefixtures("without_server")
def test_a_script_that_prints_nothing_is_a_failure(tmp_path):
    for lines in ((), ("end",)):
        assert [one.state for one in _printed(tmp_path, *lines).values()] == ["failed"]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr("clients.environments.PAUSE_S", 0)


def test_a_download_that_fails_is_tried_again_from_nothing(tmp_path, capsys):
    third_time = f"test ! -e partly && touch partly && echo x >> ../tries && test $(wc -l < ../tries) = {ATTEMPTS}"
    assert install([Environment("x", tmp_path / "x", (third_time,), "digest")]) == {}
    assert f"attempt 2 of {ATTEMPTS}" in capsys.readouterr().out


def test_what_cannot_be_installed_is_told_and_not_taken_for_installed(tmp_path):
    broken = Environment("x", tmp_path / "x", ("echo no such thing; exit 3",), "digest")
    for _ in range(2):
        assert "no such thing" in install([broken])["x"]
    assert install([Environment("y", tmp_path / "y", ("touch made",), "digest")]) == {}
    assert (tmp_path / "y" / "made").exists()


def test_an_installed_environment_is_made_again_only_when_it_changed(tmp_path):
    counting = "echo once >> ../count"
    for digest in ("a", "a", "b"):
        assert install([Environment("x", tmp_path / "x", (counting,), digest)]) == {}
    assert (tmp_path / "count").read_text().split() == ["once", "once"]


def test_the_page_shows_every_operation_and_the_words_of_what_is_absent(tmp_path):
    old, new = _subject(tmp_path, version="1.0"), _subject(tmp_path, version="2.0")
    matrix = {
        old: {"search": Outcome("ok"), "upsert": Outcome("absent", "no upsert")},
        new: {"search": Outcome("failed", "wrong rows"), "upsert": Outcome("ok"), "iterate": Outcome("ok")},
    }
    shown = page(matrix)
    assert "| operation | 1.0 | 2.0 |" in shown
    assert "| search | ok | **failed** [1] |" in shown
    assert "| upsert | [2] | ok |" in shown
    assert "| iterate |  | ok |" in shown
    assert "2. `no upsert`" in shown
    assert failures(matrix) == ["Some client 2.0: search: wrong rows"]


def test_every_declared_client_has_its_files():
    every = subjects(Path("cache"), [])
    assert len({(one.family, one.version) for one in every}) == len(every)
    assert {"pymilvus, ORM", "Node SDK", "milvus_cli"} <= {one.family for one in every}


def test_an_unknown_client_is_refused_by_name():
    with pytest.raises(SystemExit, match=r"no such client: pymilvs; there are: .*pymilvus"):
        subjects(Path("cache"), ["pymilvs"])
