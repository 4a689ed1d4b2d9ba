"""What each generation asks of a search's parameters."""

from __future__ import annotations

import pytest

from elanus.errors import ParameterInvalid
from elanus.index.base import IndexSpec
from elanus.index.generation import NEWEST, Generation
from elanus.index.registry import index_types
from elanus.index.request import check_search_of_any
from elanus.schema.metric import Metric
from elanus.service.search.params import LENIENT_SINCE

LATER = [one for one in Generation if one >= LENIENT_SINCE]


def _spec(name):
    return IndexSpec(name, Metric.L2, 8, {})


def test_no_type_asks_more_of_a_search_than_the_newest_rules_do_from_that_generation_on():
    for declared in index_types().values():
        for param in declared.search_params:
            for generation in LATER:
                assert param.at(generation) == param, (declared.name, param.name, generation)


@pytest.mark.parametrize("generation", [Generation.V1, Generation.V2_0, Generation.V2_2])
@pytest.mark.parametrize(("kind", "param"), [("IVF_FLAT", "nprobe"), ("HNSW", "ef")])
def test_early_ones_must_send_what_the_index_needs(generation, kind, param):
    with pytest.raises(ParameterInvalid, match=param):
        check_search_of_any([_spec(kind)], {}, 10, generation)
    check_search_of_any([_spec(kind)], {param: 16}, 10, generation)
    check_search_of_any([_spec(kind)], {}, 10, NEWEST)


def test_while_an_index_is_replaced_the_parameters_of_either_will_do():
    both = [_spec("IVF_FLAT"), _spec("HNSW")]
    check_search_of_any(both, {"nprobe": 4}, 10, Generation.V2_0)
    check_search_of_any(both, {"ef": 16}, 10, Generation.V2_0)
    with pytest.raises(ParameterInvalid, match="nprobe"):
        check_search_of_any(both, {"search_k": 4}, 10, Generation.V2_0)


def test_without_an_index_nothing_is_asked():
    check_search_of_any([], {}, 10, Generation.V2_0)
