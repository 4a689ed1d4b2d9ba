from __future__ import annotations

import pytest

from elanus.errors import ImportFailed, NotImplementedYet
from elanus.service.imports.options import ImportOptions


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 0), ("300s", 300), ("1h30m", 5400), ("1.5m", 90), ("250ms", 0.25), ("1m1s", 61)],
)
def test_durations_of_go(text: str, seconds: float) -> None:
    assert ImportOptions.of({"timeout": text}).timeout_s == seconds


def test_defaults_and_options() -> None:
    assert ImportOptions.of({}) == ImportOptions(",", "", 0.0)
    assert ImportOptions.of({"sep": "\t", "nullkey": "NULL"}) == ImportOptions("\t", "NULL", 0.0)
    assert ImportOptions.of({"backup": "false", "auto_commit": "true"}) == ImportOptions()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"timeout": "5"}, "parse timeout failed, value=5"),
        ({"timeout": "soon"}, "parse timeout failed, value=soon"),
        ({"sep": ""}, "unsupported csv separator: ''"),
        ({"sep": '"'}, "unsupported csv separator"),
        ({"sep": "€"}, "unsupported csv separator"),
        ({"separator": ";"}, "there is no import option separator, allowed: sep, nullkey, timeout"),
    ],
    ids=["number", "word", "empty", "quote", "wide", "unknown"],
)
def test_what_is_refused(options: dict[str, str], why: str) -> None:
    with pytest.raises(ImportFailed) as refusal:
        ImportOptions.of(options)
    assert refusal.value.what.startswith(why)


@pytest.mark.parametrize("options", [{"backup": "true"}, {"l0_import": "true"}, {"auto_commit": "false"}], ids=str)
def test_what_is_not_there_yet(options: dict[str, str]) -> None:
    with pytest.raises(NotImplementedYet):
        ImportOptions.of(options)
