"""Header blocks -> request heads (RFC 7541), quickly where a client repeats itself.

gRPC clients send the same block with every call: references to fields they sent before, then a few plain literals
that change (a time stamp). The references are one byte each and their meaning depends on the dynamic table alone, so
it is remembered until the table changes. Whatever is not of that shape goes through ``hpack``, which is the only code
that changes the table; after it nothing is remembered.
"""

from __future__ import annotations

import re

from hpack import Decoder, HPACKError, OversizedHeaderListError

from elanus.doors.http2.frames import Code
from elanus.doors.http2.head import Field, Head, check_value, is_metadata, request_head
from elanus.doors.http2.limits import Limits
from elanus.doors.http2.violations import ConnectionViolation, Malformed

_REFERENCES = re.compile(rb"[\x81-\xfe]{0,64}")
"""Indexed fields whose index fits one byte."""
_LITERALS = (0x00, 0x10)
"""First byte of a literal with a literal name that stays out of the table ("without indexing", "never indexed")."""
_LONG = 0x7F
"""A length byte below this is the length itself, of a text that is not Huffman coded."""
_REMEMBERED = 256


class HeadReader:
    """Reads the header blocks of one connection, in the order they came."""

    def __init__(self, limits: Limits) -> None:
        self._decoder = Decoder(limits.header_list_bytes)
        self._heads: dict[bytes, Head] = {}
        self._metadata_names: set[bytes] = set()

    def head(self, block: bytes) -> Head:
        """The request. Raises ConnectionViolation; Malformed, after which the next block can be read."""
        return self._repeated(block) or request_head(self.fields(block))

    def fields(self, block: bytes) -> list[Field]:
        """All fields of a block, unchecked. Raises ConnectionViolation."""
        self._heads.clear()
        try:
            return [(field[0], field[1]) for field in self._decoder.decode(block, raw=True)]
        except OversizedHeaderListError as error:
            raise ConnectionViolation(Code.ENHANCE_YOUR_CALM, str(error)) from error
        except (HPACKError, IndexError) as error:
            raise ConnectionViolation(Code.COMPRESSION_ERROR, "the header block cannot be decoded") from error

    def _repeated(self, block: bytes) -> Head | None:
        """The request when the block is references that make one, then plain metadata; else None."""
        references = _REFERENCES.match(block)[0]  # type: ignore[index]  # it matches the empty text too
        literals = plain_literals(block, len(references))
        if literals is None or not self._are_metadata(literals):
            return None
        head = self._heads.get(references) or self._looked_up(references)
        return head and head._replace(metadata=head.metadata + tuple(literals))

    def _looked_up(self, references: bytes) -> Head | None:
        table = self._decoder.header_table
        try:
            head = request_head(table.get_by_index(reference & 0x7F) for reference in references)
        except (Malformed, HPACKError):
            return None
        if len(self._heads) < _REMEMBERED:
            self._heads[references] = head
        return head

    def _are_metadata(self, literals: list[Field]) -> bool:
        names = self._metadata_names
        for name, value in literals:
            if name not in names:
                if not is_metadata(name):
                    return False
                if len(names) < _REMEMBERED:
                    names.add(name)
            check_value(value)
        return True


def plain_literals(block: bytes, position: int) -> list[Field] | None:
    """The fields from there on, when all are short literals that leave the table alone; else None."""
    fields = []
    try:
        while position < len(block):
            name_at = position + 2
            value_length_at = name_at + block[position + 1]
            value_at = value_length_at + 1
            position_after = value_at + block[value_length_at]
            if block[position] not in _LITERALS or block[position + 1] >= _LONG or block[value_length_at] >= _LONG:
                return None
            fields.append((block[name_at:value_length_at], block[value_at:position_after]))
            position = position_after
    except IndexError:
        return None
    return fields if position == len(block) else None
