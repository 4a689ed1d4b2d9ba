"""Messages, time limits, metadata and status as gRPC writes them into HTTP/2."""

from __future__ import annotations

import gzip
import zlib
from base64 import b64encode
from urllib.parse import unquote_to_bytes

import pytest
from hpack import Decoder

from elanus.doors.http2.answers import NOT_GRPC, answered, escaped, plain, refused
from elanus.doors.http2.grpc_framing import Metadata, framed, message_of, timeout_s
from elanus.doors.http2.refusal import Refused, Status


def compressed(data: bytes) -> bytes:
    return b"\x01" + len(data).to_bytes(4, "big") + data


@pytest.mark.parametrize("message", [b"", b"x", b"y" * 100_000])
def test_framed_message_is_read_back(message: bytes) -> None:
    assert message_of(framed(message), b"identity", 10) == message


@pytest.mark.parametrize(
    ("encoding", "data"),
    [(b"gzip", gzip.compress(b"z" * 999)), (b"deflate", zlib.compress(b"z" * 999))],
    ids=["gzip", "deflate"],  # a gzip header holds the time: as a name it differs between two test workers
)
def test_compressed_message_is_read(encoding: bytes, data: bytes) -> None:
    assert message_of(compressed(data), encoding, 999) == b"z" * 999


BAD = {
    "no message": (b"", b"identity", Status.INTERNAL),
    "half a prefix": (b"\0\0\0", b"identity", Status.INTERNAL),
    "cut off": (framed(b"hello")[:-1], b"identity", Status.INTERNAL),
    "two messages": (framed(b"one") + framed(b"two"), b"identity", Status.UNIMPLEMENTED),
    "unknown encoding": (compressed(b"x"), b"snappy", Status.UNIMPLEMENTED),
    "compressed, yet identity": (compressed(b"x"), b"identity", Status.UNIMPLEMENTED),
    "no gzip": (compressed(b"x" * 30), b"gzip", Status.INTERNAL),
    "gzip cut off": (compressed(gzip.compress(b"x" * 30)[:-9]), b"gzip", Status.INTERNAL),
    "gzip bomb": (compressed(gzip.compress(b"x" * 1001)), b"gzip", Status.RESOURCE_EXHAUSTED),
}


@pytest.mark.parametrize(("body", "encoding", "status"), BAD.values(), ids=BAD)
def test_bad_body_is_refused(body: bytes, encoding: bytes, status: Status) -> None:
    with pytest.raises(Refused) as caught:
        message_of(body, encoding, 1000)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"", None),
        (b"2H", 7200.0),
        (b"3M", 180.0),
        (b"10S", 10.0),
        (b"15m", 0.015),
        (b"99999999u", 99.999999),
        (b"1n", 1e-9),
    ],
)
def test_time_limit_is_read(value: bytes, seconds: float | None) -> None:
    assert timeout_s(value) == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("value", [b"10", b"S", b"-1S", b"1.5S", b"123456789S", b"1x"])
def test_wrong_time_limit_is_refused(value: bytes) -> None:
    with pytest.raises(Refused, match="grpc-timeout"):
        timeout_s(value)


def test_metadata_is_text_or_bytes_and_grpcs_own_fields_are_left_out() -> None:
    fields = [
        (b"dbname", b"mine"),
        (b"grpc-accept-encoding", b"gzip"),
        (b"trace-bin", b64encode(b"\x00\xff").rstrip(b"=")),
        (b"padded-bin", b64encode(b"\x00")),
        (b"broken-bin", b"?"),
    ]
    expected = [("dbname", "mine"), ("trace-bin", b"\x00\xff"), ("padded-bin", b"\x00"), ("broken-bin", b"?")]
    assert list(Metadata(fields)) == expected


def test_answer_is_two_header_blocks_hpack_can_read() -> None:
    response = answered(b"message")
    decoder = Decoder()
    assert decoder.decode(response.head) == [(":status", "200"), ("content-type", "application/grpc")]
    assert response.body == b"\0\0\0\0\x07message"
    assert decoder.decode(response.trailers or b"") == [("grpc-status", "0")]
    assert not decoder.header_table.dynamic_entries


@pytest.mark.parametrize("message", ["plain", "100 % of it", "zwölf\nZeilen", "", "x" * 2000, "数据" * 600, "\ud800"])
def test_refusal_carries_its_message_escaped_and_bounded(message: str) -> None:
    response = refused(Refused(Status.INTERNAL, message))
    fields = dict(Decoder().decode(response.head))
    assert fields["grpc-status"] == "13"
    assert fields["grpc-accept-encoding"] == "identity,deflate,gzip"
    said = unquote_to_bytes(fields["grpc-message"]).decode()
    if len(message) <= 1000:
        assert said == message.encode(errors="replace").decode()
    else:
        assert said == message[:997] + "..."
    assert len(response.head) < 16_384


def test_escaped_message_is_visible_ascii() -> None:
    assert escaped("a b~%\n") == b"a b~%25%0A"


def test_plain_answers_say_their_status() -> None:
    assert dict(Decoder().decode(plain(404, "x").head))[":status"] == "404"
    assert dict(Decoder().decode(NOT_GRPC.head))[":status"] == "415"
