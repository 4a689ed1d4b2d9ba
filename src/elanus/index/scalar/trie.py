"""TRIE: strings by what they begin with."""

from __future__ import annotations

from elanus.index.generation import Generation
from elanus.index.scalar import inverted
from elanus.index.scalar._term_index import open_row_lists
from elanus.index.scalar.base import ScalarType
from elanus.schema.types import DataType

DECLARATION = ScalarType(
    name="TRIE",
    aliases=("Trie", "marisa-trie", "MARISA_TRIE"),
    about="Strings by what they begin with: prefixes and equality.",
    data_types=(DataType.VARCHAR,),
    unfit="TRIE are only supported on varchar field",
    build=inverted.build,
    open=open_row_lists,
    since=Generation.V2_0,
    stands_in="A sorted dictionary of the strings answers: those with one prefix stand together in it, so that a "
    "prefix costs two binary searches, and ranges work too, which a trie answers by walking through everything.",
)
