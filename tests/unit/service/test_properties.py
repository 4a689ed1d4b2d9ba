from __future__ import annotations

import pytest

from elanus.errors import NotImplementedYet, ParameterInvalid, Rejected
from elanus.service.properties import check_alteration, check_properties, truth


@pytest.mark.parametrize("text", ["1", "t", "T", "true", "True", "TRUE"])
def test_every_spelling_of_true(text):
    assert truth(text) is True


@pytest.mark.parametrize("text", ["0", "f", "F", "false", "False", "FALSE"])
def test_every_spelling_of_false(text):
    assert truth(text) is False


def test_other_words_are_no_boolean():
    with pytest.raises(ParameterInvalid, match="invalid boolean: yes"):
        truth("yes")


@pytest.mark.parametrize("text", ["-1", "0", "3155760000"])
def test_ttl_in_range(text):
    check_properties({"collection.ttl.seconds": text, "anything": "else"})


@pytest.mark.parametrize("text", ["-2", "3155760001", "soon"])
def test_ttl_out_of_range(text):
    with pytest.raises(ParameterInvalid, match="collection TTL"):
        check_properties({"collection.ttl.seconds": text})


def test_alteration_sets_or_deletes():
    check_alteration({"a": "b"}, [])
    check_alteration({}, ["a"])
    with pytest.raises(ParameterInvalid):
        check_alteration({"a": "b"}, ["a"])
    with pytest.raises(Rejected, match="no properties or delete keys provided"):
        check_alteration({}, [])


def test_a_property_to_come_is_named() -> None:
    with pytest.raises(NotImplementedYet, match="ttl_field"):
        check_properties({"ttl_field": "x"})


def test_whether_there_is_a_dynamic_field_is_a_truth() -> None:
    check_properties({"dynamicfield.enabled": "true"})
    with pytest.raises(ParameterInvalid, match=r"invalid dynamicfield\.enabled value: x"):
        check_properties({"dynamicfield.enabled": "x"})


def test_isolation_that_would_not_be_enforced_is_refused() -> None:
    with pytest.raises(NotImplementedYet, match=r"partitionkey\.isolation"):
        check_properties({"partitionkey.isolation": "true"})
    check_properties({"partitionkey.isolation": "false"})
