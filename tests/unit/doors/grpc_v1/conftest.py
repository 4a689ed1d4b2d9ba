from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from unit.doors.grpc_v1.asking import Door, opened


@pytest.fixture
def door(tmp_path) -> Iterator[Door]:
    with opened(tmp_path, small_segment_rows=64) as door:
        yield door


@pytest.fixture
def call(door) -> Callable[..., Any]:
    return door.call
