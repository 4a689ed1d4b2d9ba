"""How commands speak."""

from __future__ import annotations

import pytest

from elanus.cli.output import bytes_text, pairs
from elanus.errors import ParameterInvalid


def test_pairs_are_split_at_the_first_sign() -> None:
    assert pairs(["M=16", "note=a=b"]) == {"M": "16", "note": "a=b"}
    assert pairs(None) == {}


@pytest.mark.parametrize("given", ["M", "=16", "M=", ""])
def test_half_a_pair_is_refused(given: str) -> None:
    with pytest.raises(ParameterInvalid, match="not name=value"):
        pairs([given])


def test_bytes_are_told_in_the_unit_people_read() -> None:
    assert [bytes_text(n) for n in (0, 1023, 1024, 1.5 * 2**20, 3 * 2**30)] == [
        "0 B",
        "1023 B",
        "1.0 KiB",
        "1.5 MiB",
        "3.0 GiB",
    ]
