"""Every declaration is complete; every parameter refuses what is not allowed, in the words of old and new clients."""

import pytest

from elanus.errors import ParameterInvalid
from elanus.index.generation import Generation
from elanus.index.params import INT_MAX
from elanus.index.registry import index_types
from elanus.index.wording import wording
from elanus.schema.metric import Metric, metrics_of

PARAMS = [(d.name, p) for d in index_types().values() for p in (*d.build_params, *d.search_params)]
IDS = [f"{name}-{param.name}" for name, param in PARAMS]


@pytest.mark.parametrize("declared", index_types().values(), ids=lambda d: d.name)
def test_a_declaration_is_complete(declared):
    assert declared.about.endswith(".")
    assert not declared.stands_in or declared.stands_in.endswith(".")
    assert declared.data_types
    for kind in declared.data_types:
        assert set(declared.metrics) & set(metrics_of(kind)) - {Metric.BM25}
    assert (declared.builder is None) == (declared.open is None)
    assert declared.since <= declared.until


def test_no_two_types_share_a_name_or_a_code():
    names = [name for d in index_types().values() for name in (d.name, *d.aliases)]
    assert len(names) == len(set(names))
    codes = [d.code_1x for d in index_types().values() if d.code_1x is not None]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("name", "param"), PARAMS, ids=IDS)
def test_a_parameter_explains_itself(name, param):
    assert param.about.endswith(".")
    assert (
        not param.inert
        or "without effect" in param.about
        or "serve every choice" in param.about
        or param.low == param.high
    )
    for rules in (param, *(rules for _, rules in param.earlier)):
        assert rules.name == param.name
        if rules.default is not None:
            assert rules.read(rules.default) == rules.default
    assert [newer for newer, _ in param.earlier] == sorted((newer for newer, _ in param.earlier), reverse=True)


@pytest.mark.parametrize(("name", "param"), PARAMS, ids=IDS)
@pytest.mark.parametrize("generation", [Generation.V1, Generation.V3_0])
def test_what_is_not_allowed_is_refused(name, param, generation):
    text, rules = wording(generation), param.at(generation)
    wrong = {int: "x", float: "x", bool: 3, str: 3}[rules.kind]
    with pytest.raises(ParameterInvalid, match=param.name):
        rules.read(wrong, text)
    if rules.choices:
        with pytest.raises(ParameterInvalid, match="NEITHER"):
            rules.read("NEITHER", text)
    for value in outside(rules):
        with pytest.raises(ParameterInvalid, match=rf"{param.name}.*range"):
            rules.read(value, text)


def outside(rules):
    """A value below, one above, and one too large for any integer, where there are such."""
    if rules.low is not None:
        yield rules.kind(rules.low - 1)
    if rules.high is not None:
        yield rules.kind(rules.high + 1) if rules.kind is int else rules.high * 1.01
        if rules.open_end:
            yield rules.high
    if rules.kind is int:
        yield INT_MAX + 1


@pytest.mark.parametrize(("name", "param"), PARAMS, ids=IDS)
def test_the_ends_of_a_range_are_allowed(name, param):
    for value in (param.low, None if param.open_end else param.high):
        if value is not None:
            assert param.read(param.kind(value)) == value
    assert [param.read(choice.lower()) for choice in param.choices] == list(param.choices)
