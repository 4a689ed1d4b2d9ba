"""A JSON path on its own."""

from __future__ import annotations

import pytest

from elanus.errors import FilterInvalid
from elanus.filter.syntax.paths import path_of


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("info", ("info",)),
        ("info['price']", ("info", "price")),
        ('info["a"][0]["b c"]', ("info", "a", 0, "b c")),
        ("$meta['colour']", ("$meta", "colour")),
    ],
)
def test_a_path_is_a_name_and_what_is_below_it(text: str, path: tuple[str | int, ...]):
    assert path_of(text) == path


@pytest.mark.parametrize("text", ["", "1", "info['a'] > 1", "info['a'", "'a'", "f(x)"])
def test_what_is_no_path_is_refused(text: str):
    with pytest.raises(FilterInvalid):
        path_of(text)
