from __future__ import annotations

import logging

import pytest

from elanus import errors
from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import common_pb2, milvus_pb2
from elanus.doors.grpc_v2.status import failure, guarded, ok, status_of


def _leaves(kind):
    below = kind.__subclasses__()
    return [leaf for one in below for leaf in _leaves(one)] if below else [kind]


@pytest.mark.parametrize("leaf", _leaves(errors.Error))
def test_every_failure_sets_both_numbers(leaf):
    error = leaf("why")
    status = status_of(error)
    assert status.code == leaf.code != 0
    assert status.error_code != 0
    assert status.reason == error.message
    assert status.reason.startswith("why")
    assert status.retriable is leaf.retriable
    assert ("is_input_error" in status.extra_info) is leaf.input_error


@pytest.mark.parametrize(
    ("error", "legacy"),
    [
        (errors.CollectionNotFound, common_pb2.CollectionNotExists),
        (errors.IndexNotFound, common_pb2.IndexNotExist),
        (errors.ParameterInvalid, common_pb2.IllegalArgument),
        (errors.RateLimited, common_pb2.RateLimit),
        (errors.SchemaMismatch, common_pb2.SchemaMismatch),
        (errors.Rejected, common_pb2.UnexpectedError),
        (errors.CollectionNotLoaded, common_pb2.UnexpectedError),
    ],
)
def test_legacy_number(error, legacy):
    assert status_of(error("why")).error_code == legacy


def test_success_leaves_both_numbers_zero():
    assert (ok().code, ok().error_code) == (0, 0)


def test_failure_is_a_status_or_carries_one():
    assert failure(common_pb2.Status, errors.Rejected("no")).reason == "no"
    assert failure(milvus_pb2.SearchResults, errors.Rejected("no")).status.reason == "no"


def test_what_nobody_foresaw_is_logged_and_answered(caplog):
    def handler(_request, _context):
        raise ZeroDivisionError("oops")

    with caplog.at_level(logging.ERROR):
        answer = guarded("Search", handler, milvus_pb2.SearchResults)(None, CallContext())
    assert answer.status.code == 65535
    assert "ZeroDivisionError: oops" in answer.status.reason
    assert "ZeroDivisionError" in caplog.text
