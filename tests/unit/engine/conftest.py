from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from elanus.engine.database import Engine
from unit.engine.samples import opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    engine = opened(path)
    yield engine
    engine.close()
