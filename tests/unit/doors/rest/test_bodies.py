"""Bodies are read as Go reads them."""

from __future__ import annotations

import pytest
from msgspec import field

from elanus.doors.rest.bodies import Body, members, read
from elanus.errors import BodyIncomplete, BodyUnreadable


class Part(Body, frozen=True, kw_only=True):
    part_name: str
    size: int = 0


class Whole(Body, frozen=True, kw_only=True):
    whole_name: str
    parts: list[Part] = field(default_factory=list)
    main: Part | None = None
    ratio: float = 0.5


def test_names_match_in_any_case_and_unknown_ones_are_ignored():
    assert read({"WHOLENAME": "a", "other": 1, "Parts": [{"partname": "x"}]}, Whole) == Whole(
        whole_name="a", parts=[Part(part_name="x")]
    )


def test_null_is_nothing_at_every_depth():
    assert read({"wholeName": "a", "ratio": None, "main": {"partName": "x", "size": None}}, Whole) == Whole(
        whole_name="a", main=Part(part_name="x")
    )


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ({}, "wholeName"),
        ({"wholeName": ""}, "wholeName"),
        ({"wholeName": "a", "parts": [{"partName": "x"}, {}]}, "parts.partName"),
        ({"wholeName": "a", "main": {"size": 1}}, "main.partName"),
    ],
)
def test_what_is_required_is_named_when_it_is_missing(content, missing):
    with pytest.raises(BodyIncomplete, match=f"^missing required parameters, error: {missing} is required$"):
        read(content, Whole)


@pytest.mark.parametrize(
    "content",
    [
        {"wholeName": 5},
        {"wholeName": "a", "parts": "x"},
        {"wholeName": "a", "parts": [5]},
        {"wholeName": "a", "main": "x"},
        {"wholeName": "a", "ratio": "half"},
        {"wholeName": "a", "main": {"partName": "x", "size": 1.5}},
    ],
)
def test_value_of_another_type_is_refused(content):
    with pytest.raises(BodyUnreadable, match=r"^can only accept json format request, error: Expected"):
        read(content, Whole)


@pytest.mark.parametrize("body", [b"", b"  \n", b"{", b"[]", b"5", b"\xff", b"[" * 200_000])
def test_body_that_is_no_object_is_refused(body):
    with pytest.raises(BodyUnreadable):
        members(body)
