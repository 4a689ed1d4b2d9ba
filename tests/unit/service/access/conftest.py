from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from elanus.engine.database import Engine
from elanus.engine.settings import EngineSettings
from elanus.service.access import Access


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine.open(tmp_path / "data", EngineSettings())
    yield engine
    engine.close()


@pytest.fixture
def access(engine: Engine) -> Access:
    return Access(engine, enforced=True)
