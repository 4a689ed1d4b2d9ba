from __future__ import annotations

import pytest

from elanus.errors import DatabaseNameInvalid, FieldNameInvalid, ParameterInvalid, Rejected
from elanus.service.names import (
    check_alias,
    check_collection_name,
    check_database_name,
    check_field_name,
    check_index_name,
    check_partition_name,
)

EVERY = [check_collection_name, check_alias, check_database_name, check_field_name, check_partition_name]
ERRORS = {check_field_name: FieldNameInvalid, check_database_name: DatabaseNameInvalid}


@pytest.mark.parametrize("check", EVERY)
@pytest.mark.parametrize("name", ["a", "_", "A9_", "x" * 255])
def test_good_names_pass(check, name):
    check(name)


@pytest.mark.parametrize("check", EVERY)
@pytest.mark.parametrize("name", ["", "x" * 256, "é", "a b", "-a", "a\n"])
def test_bad_names_are_refused(check, name):
    with pytest.raises(ERRORS.get(check, ParameterInvalid)):
        check(name)


def test_only_a_partition_begins_with_a_digit_or_holds_a_dash():
    check_partition_name("2024-01")
    for check in (check_collection_name, check_alias, check_database_name):
        for name in ("2024", "a-b"):
            with pytest.raises(ERRORS.get(check, ParameterInvalid)):
                check(name)


@pytest.mark.parametrize("word", ["and", "IN", "like", "json_contains"])
def test_field_may_not_be_a_word_of_the_filter_language(word):
    with pytest.raises(FieldNameInvalid):
        check_field_name(word)


def test_index_name_texts():
    check_index_name("_ok9")
    with pytest.raises(Rejected, match="The length of a index name must be less than 255 characters"):
        check_index_name("x" * 256)
    with pytest.raises(Rejected, match="The first character of a index name must be an underscore or letter"):
        check_index_name("9")
    with pytest.raises(Rejected, match="Index name can only contain numbers, letters, and underscores"):
        check_index_name("a.b")
