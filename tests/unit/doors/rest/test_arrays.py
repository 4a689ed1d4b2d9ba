"""Array fields in answers."""

import numpy as np
import orjson
import pyarrow as pa
import pytest

from elanus.doors.rest.arrays import written_arrays
from elanus.schema.types import DataType

MESSAGES = [
    (DataType.BOOL, pa.bool_(), [True, False], "BoolData"),
    (DataType.INT8, pa.int8(), [-7], "IntData"),
    (DataType.INT32, pa.int32(), [70000], "IntData"),
    (DataType.INT64, pa.int64(), [5, 4, 3], "LongData"),
    (DataType.DOUBLE, pa.float64(), [0.1], "DoubleData"),
    (DataType.VARCHAR, pa.string(), ["pop", "rock"], "StringData"),
]


@pytest.mark.parametrize(("element", "arrow", "row", "message"), MESSAGES)
def test_an_array_is_written_as_the_message_that_holds_its_elements(element, arrow, row, message):
    written = written_arrays(element, pa.array([row, None, []], pa.list_(arrow)))
    assert written == [{"Data": {message: {"data": row}}}, None, {"Data": {message: {}}}]


def test_floats_are_written_with_as_many_digits_as_they_have():
    written = written_arrays(DataType.FLOAT, pa.array([[0.1, 0.5]], pa.list_(pa.float32())))
    assert orjson.dumps(written, option=orjson.OPT_SERIALIZE_NUMPY) == b'[{"Data":{"FloatData":{"data":[0.1,0.5]}}}]'
    assert written[0]["Data"]["FloatData"]["data"].dtype == np.float32
