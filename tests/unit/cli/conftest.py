"""The command line, run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from elanus.cli.main import run

COLUMNS = "160"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Elanus = Callable[..., Ran]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Elanus:
    """Runs ``elanus ...`` in this process, through the same function as the script."""
    monkeypatch.setenv("COLUMNS", COLUMNS)

    def ran(*words: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["elanus", *words])
        with pytest.raises(SystemExit) as ended:
            run()
        captured = capsys.readouterr()
        return Ran(int(ended.value.code or 0), captured.out, captured.err)

    return ran
