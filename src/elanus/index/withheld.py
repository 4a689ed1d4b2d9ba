"""Names that Milvus knows and does not offer to users: refused like any unknown name, with the reason as detail."""

from __future__ import annotations

from collections.abc import Mapping

_INTERNAL = "is chosen by the server for growing rows and never by a request; use {0}"
_UNRELEASED = "was never in a release of Milvus; use {0}"
_OPTIONAL = "is in no released build of Milvus: it needs an optional library; use {0}"

WITHHELD: Mapping[str, str] = {
    name: f"{name} {reason.format(instead)}"
    for reason, instead, names in (
        (_INTERNAL, "IVF_FLAT", ("IVF_FLAT_CC",)),
        (_INTERNAL, "IVF_SQ8", ("IVF_SQ_CC",)),
        (_INTERNAL, "SCANN", ("SCANN_DVR",)),
        (_OPTIONAL, "FLAT", ("SVS_FLAT",)),
        (_OPTIONAL, "HNSW or HNSW_SQ", ("SVS_VAMANA", "SVS_VAMANA_LVQ", "SVS_VAMANA_LEANVEC")),
        ("(any factory text of faiss) is not offered yet; use {0}", "the type that the text names", ("FAISS",)),
        ("is made by AUTOINDEX only; use {0}", "AUTOINDEX", ("HYBRID",)),
        (_UNRELEASED, "INVERTED", ("BTREE",)),
        (f"{_UNRELEASED} over text", "NGRAM or FMINDEX", ("MOL_PATTERN",)),
    )
    for name in names
}
"""Name -> why not, and what to use."""
