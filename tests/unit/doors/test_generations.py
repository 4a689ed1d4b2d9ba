from __future__ import annotations

import pytest

from elanus.doors.grpc_v2.generations import identifiers, marked, of_metadata, of_release
from elanus.index.generation import NEWEST, Generation


@pytest.mark.parametrize(
    ("release", "generation"),
    [
        ("2.0.2", Generation.V2_0),
        ("2.1.3", Generation.V2_0),
        ("2.2.17", Generation.V2_2),
        ("v2.4.9", Generation.V2_4),
        ("2.6.0b0", Generation.V2_6),
        ("2.9.1", Generation.V2_6),
        ("3.0.2", Generation.V3_0),
        ("4.1", NEWEST),
        ("1.9", Generation.V2_0),
        ("", NEWEST),
        ("unknown", NEWEST),
    ],
)
def test_generation_of_a_release(release, generation):
    assert of_release(release) is generation


@pytest.mark.parametrize("generation", list(Generation))
def test_an_identifier_carries_the_generation(generation):
    numbers = identifiers(2**60 + 17)
    given = [marked(next(numbers), generation) for _ in range(3)]
    assert len(set(given)) == 3
    assert max(given) < 2**63
    for identifier in given:
        assert of_metadata([("user-agent", "grpc-python/1.60.0"), ("identifier", str(identifier))]) is generation


@pytest.mark.parametrize(
    ("metadata", "generation"),
    [
        ([], NEWEST),
        ([("dbname", "default")], NEWEST),
        ([("user-agent", "grpc-go/1.48.0")], Generation.V2_0),
        ([("user-agent", "grpc-python/1.80.0"), ("client-request-unixmsec", "1")], NEWEST),
        ([("user-agent", "grpc-python/1.80.0"), ("client_request_id", "a")], NEWEST),
        ([("identifier", "63")], NEWEST),
        ([("identifier", "what")], NEWEST),
    ],
)
def test_generation_of_a_call(metadata, generation):
    assert of_metadata(metadata) is generation
