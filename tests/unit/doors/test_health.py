"""gRPC's own health service says what the parts of the database say."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from elanus.doors.health import NOT_SERVING, SERVING, HealthCall


@pytest.mark.parametrize(
    ("works", "said"),
    [([], SERVING), ([True, True], SERVING), ([True, False], NOT_SERVING)],
    ids=["none", "all", "one not"],
)
def test_it_serves_when_every_part_works(works, said):
    parts = [SimpleNamespace(works=one) for one in works]
    service = SimpleNamespace(admin=SimpleNamespace(health=lambda: parts))
    assert HealthCall(service).check(b"", None) == said
