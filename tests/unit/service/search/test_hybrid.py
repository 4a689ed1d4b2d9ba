"""What a hybrid search may ask for."""

from __future__ import annotations

import numpy as np
import pytest

from elanus.errors import Rejected
from elanus.schema.types import DataType
from elanus.search.requests import SearchSpec
from elanus.segment.view import View
from elanus.service.schema.collection import schema_of
from elanus.service.schema.drafts import CollectionDraft, FieldDraft
from elanus.service.search.hybrid import HybridSpec, hybrid_search
from elanus.service.search.rerank import ReciprocalRank

FIELDS = (
    FieldDraft("id", DataType.INT64, is_primary=True),
    FieldDraft("v", DataType.FLOAT_VECTOR, params={"dim": "2"}),
)
EMPTY = View(0, 1, schema_of(CollectionDraft("c", FIELDS)), (), {"_default": 1}, frozenset([1]))


@pytest.mark.parametrize("digits", [-2, 7, 2**63 - 1])
def test_scores_are_rounded_to_six_digits_at_most(digits):
    one = (SearchSpec(field="v", k=3), np.zeros((1, 2), np.float32))
    spec = HybridSpec([one], ReciprocalRank(), k=3, round_decimal=digits)
    with pytest.raises(Rejected, match=f"round_decimal .{digits}. is invalid, should be -1 or an integer in range"):
        hybrid_search(EMPTY, spec)
