"""Header blocks, read quickly or through hpack: the same requests, whatever order they come in."""

from __future__ import annotations

import random

import pytest
from hpack import Decoder, Encoder

from elanus.doors.http2.fields import HeadReader, plain_literals
from elanus.doors.http2.frames import Code
from elanus.doors.http2.head import Head, request_head
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.violations import ConnectionViolation, Malformed

REQUEST = [
    (b":path", b"/s/Search"),
    (b":authority", b"127.0.0.1:19530"),
    (b":method", b"POST"),
    (b":scheme", b"http"),
    (b"content-type", b"application/grpc"),
    (b"te", b"trailers"),
    (b"user-agent", b"test"),
]


def literal(name: bytes, value: bytes, first: int = 0) -> bytes:
    return bytes([first, len(name)]) + name + bytes([len(value)]) + value


def test_repeated_block_with_changing_literals_reads_like_hpack() -> None:
    reader, plain, encoder = HeadReader(Limits()), Decoder(), Encoder()
    reader.head(encoder.encode(REQUEST))
    plain.decode(encoder.encode([]))
    references = encoder.encode(REQUEST)
    assert len(references) == len(REQUEST)
    for time in (b"1", b"2", b"3"):
        head = reader.head(references + literal(b"dbname", b"") + literal(b"unixmsec", time, 0x10))
        assert head == request_head([*REQUEST, (b"dbname", b""), (b"unixmsec", time)])


def test_remembered_head_is_forgotten_when_the_table_changes() -> None:
    reader, encoder = HeadReader(Limits()), Encoder()
    reader.head(encoder.encode(REQUEST))
    before = encoder.encode(REQUEST)
    assert reader.head(before).path == b"/s/Search"
    other = [(b":path", b"/s/Query"), *REQUEST[1:]]
    assert reader.head(encoder.encode(other)).path == b"/s/Query"
    after = encoder.encode(REQUEST)
    assert after != before
    assert reader.head(after).path == b"/s/Search"
    with pytest.raises(Malformed):  # the same bytes mean other fields now
        reader.head(before)


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_blocks_reads_like_hpack(seed: int) -> None:
    """Blocks from few fields, so that references, changes and evictions of the table all happen."""
    chance = random.Random(seed)
    reader, oracle, encoder = HeadReader(Limits()), Decoder(), Encoder()
    if chance.random() < 0.5:
        encoder.header_table_size = chance.choice([0, 200, 400, 1000])
    for _ in range(200):
        fields = [*REQUEST[: chance.choice([2, 4, 7, 7, 7])]]
        if chance.random() < 0.2:
            fields[0] = (b":path", chance.choice([b"/a", b"/b", b"/c"]))
        fields += [(chance.choice([b"x", b"y", b"grpc-timeout"]), chance.choice([b"1S", b"2S"]))]
        block = encoder.encode([(n, v, chance.random() < 0.3) for n, v in fields], huffman=chance.random() < 0.3)
        for _ in range(chance.randrange(3)):
            block += literal(
                chance.choice([b"dbname", b"te", b"Bad", b":path"]), chance.choice([b"", b"trailers", b"\n"])
            )
        assert _read(reader, block) == _expected(oracle, block)


def _read(reader: HeadReader, block: bytes) -> Head | None:
    try:
        return reader.head(block)
    except Malformed:
        return None


def _expected(oracle: Decoder, block: bytes) -> Head | None:
    try:
        return request_head([(name, value) for name, value in oracle.decode(block, raw=True)])
    except Malformed:
        return None


@pytest.mark.parametrize(
    "block",
    [
        b"\x40\x01a\x01b",  # indexed incrementally
        b"\x00\x81\xff\x01b",  # Huffman coded
        b"\x00\x7f\x00",  # a long name
        b"\x00\x01a",  # cut off
        b"\x00\x01a\x05b",
        b"\x00",
        b"\x0f\x10\x00",  # a name from the table
        b"\x20",  # a change of the table's size
    ],
)
def test_what_is_no_plain_literal_is_left_to_hpack(block: bytes) -> None:
    assert plain_literals(block, 0) is None


def test_header_list_larger_than_allowed_ends_the_connection() -> None:
    reader, encoder = HeadReader(Limits(header_list_bytes=4000)), Encoder()
    with pytest.raises(ConnectionViolation) as caught:
        reader.head(encoder.encode([*REQUEST, (b"long", b"x" * 4000)]))
    assert caught.value.code == Code.ENHANCE_YOUR_CALM


def test_many_references_to_one_large_field_meet_the_same_limit() -> None:
    reader, encoder = HeadReader(Limits()), Encoder()
    reader.head(encoder.encode([*REQUEST, (b"large", b"x" * 3000)]))
    bomb = encoder.encode(REQUEST) + encoder.encode([(b"large", b"x" * 3000)]) * 1000
    with pytest.raises(ConnectionViolation) as caught:
        reader.head(bomb)
    assert caught.value.code == Code.ENHANCE_YOUR_CALM
