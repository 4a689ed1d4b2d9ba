from __future__ import annotations

from dataclasses import replace

import pytest

from elanus.errors import Rejected
from elanus.search.output import Output, resolve_output
from unit.search.views import SCHEMA

FIXED = replace(SCHEMA, fields=SCHEMA.fields[:-1])


@pytest.mark.parametrize(
    ("asked", "output"),
    [
        ((), Output((), (), ())),
        (("n", "id", "n"), Output(("n", "id"), (), ("n", "id"))),
        (("*",), Output(("id", "v", "n", "genre", "$meta"), (), ("id", "v", "n", "genre", "$meta"))),
        (("a", "n", "b"), Output(("$meta", "n"), ("a", "b"), ("a", "n", "b"))),
        (('$meta["a b"]', "$meta['c']"), Output(("$meta",), ("a b", "c"), ("a b", "c"))),
        (("a", "$meta"), Output(("$meta",), (), ("a", "$meta"))),
        (("a", "*"), Output(("$meta", "id", "v", "n", "genre"), (), ("a", "id", "v", "n", "genre", "$meta"))),
    ],
)
def test_names_to_columns(asked: tuple[str, ...], output: Output) -> None:
    assert resolve_output(asked, SCHEMA) == output


def test_without_a_dynamic_field() -> None:
    assert resolve_output(("*",), FIXED).columns == ("id", "v", "n", "genre")
    with pytest.raises(Rejected, match=r"^field a not exist$"):
        resolve_output(("n", "a"), FIXED)
