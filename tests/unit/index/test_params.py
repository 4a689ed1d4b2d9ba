"""Parameters: reading values, every error text, and what a search of k rows demands."""

import pytest

from elanus.errors import ParameterInvalid
from elanus.index.params import Param, read_search_values, read_values

NLIST = Param("nlist", int, "lists", low=1, high=65536, default=128)
REFINE_K = Param("refine_k", float, "factor", low=1, default=1.0)
REFINE = Param("refine", bool, "again", default=False)
SQ_TYPE = Param("sq_type", str, "bits", choices=("SQ4", "SQ8"), default="SQ8")
PIECES = Param("m", int, "pieces", low=1, high=65536, required=True)
EF = Param("ef", int, "candidates", low=1, high=2**31 - 1, default=16, at_least_k=True)


@pytest.mark.parametrize(
    ("param", "given", "value"),
    [
        (NLIST, 7, 7),
        (NLIST, "128", 128),
        (NLIST, 1, 1),
        (NLIST, 65536, 65536),
        (REFINE_K, "2.5", 2.5),
        (REFINE_K, 3, 3.0),
        (REFINE, True, True),
        (REFINE, "True", True),
        (REFINE, "false", False),
        (SQ_TYPE, "sq4", "SQ4"),
    ],
)
def test_a_value_is_read_in_its_own_type(param, given, value):
    read = param.read(given)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("param", "given", "text"),
    [
        (NLIST, 0, "Out of range in json: param 'nlist' (0) should be in range [1, 65536]"),
        (NLIST, "65537", "Out of range in json: param 'nlist' (65537) should be in range [1, 65536]"),
        (EF, 0, "Out of range in json: param 'ef' (0) should be in range [1, 2147483647]"),
        (REFINE_K, 0.5, "Out of range in json: param 'refine_k' (0.5) should be in range [1, inf]"),
        (NLIST, "abc", "Type conflict in json: param 'nlist' (abc) should be integer"),
        (NLIST, 8.0, "Type conflict in json: param 'nlist' (8.0) should be integer"),
        (NLIST, True, "Type conflict in json: param 'nlist' (True) should be integer"),
        (NLIST, None, "Type conflict in json: param 'nlist' (None) should be integer"),
        (REFINE_K, "x", "Type conflict in json: param 'refine_k' (x) should be number"),
        (REFINE_K, "nan", "Type conflict in json: param 'refine_k' (nan) should be number"),
        (REFINE, "yes", "Type conflict in json: param 'refine' (yes) should be boolean"),
        (REFINE, 1, "Type conflict in json: param 'refine' (1) should be boolean"),
        (SQ_TYPE, 8, "Type conflict in json: param 'sq_type' (8) should be string"),
        (SQ_TYPE, "SQ5", "invalid value of param 'sq_type' (SQ5), should be one of SQ4, SQ8"),
        (EF, 2**31, "Arithmetic overflow: param 'ef' (2147483648) should be in range [-2147483647, 2147483647]"),
    ],
)
def test_a_wrong_value_says_what_is_allowed(param, given, text):
    with pytest.raises(ParameterInvalid) as caught:
        param.read(given)
    assert caught.value.message == text


def test_defaults_are_filled_in_and_unknown_keys_ignored():
    assert read_values((NLIST, REFINE), {"refine": True, "colour": "red"}) == {"nlist": 128, "refine": True}


def test_a_missing_required_parameter_is_named():
    with pytest.raises(ParameterInvalid, match=r"^param 'm' not exist in json$"):
        read_values((PIECES,), {})


@pytest.mark.parametrize(("given", "k", "ef"), [({}, 10, 16), ({}, 100, 100), ({"ef": 100}, 100, 100)])
def test_ef_reaches_k(given, k, ef):
    assert read_search_values((EF,), given, k) == {"ef": ef}


def test_an_ef_below_k_is_refused():
    with pytest.raises(ParameterInvalid, match=r"^ef\(5\) should be larger than k\(10\)$"):
        read_search_values((EF,), {"ef": "5"}, 10)
