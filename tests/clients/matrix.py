"""The matrix client x operation: on a terminal, and as docs/compatibility.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .declared import Subject
from .outcomes import Outcome

Matrix = Mapping[Subject, Mapping[str, Outcome]]

_PREAMBLE = """\
# Compatibility

What real clients, unmodified and installed from their registries, could do with Elanus: written by `make test-clients`
from its run. Every operation compares what comes back with what is expected, not only that something comes back.
A cell with a number is absent from that client, or refused in its generation of Milvus, too, in the words below the
table: the client's own, wherever it has some.
"""
_WORDS_SHOWN = 160


def failures(matrix: Matrix) -> list[str]:
    """A line for each operation that failed."""
    return [
        f"{subject.label}: {operation}: {outcome.words}"
        for subject, found in matrix.items()
        for operation, outcome in found.items()
        if outcome.state == "failed"
    ]


def page(matrix: Matrix) -> str:
    """A table for each family of clients, its versions side by side, and the words of what is absent."""
    families = dict.fromkeys(subject.family for subject in matrix)
    tables = ("\n".join(_table(family, _columns(matrix, family))) for family in families)
    return "\n".join([_PREAMBLE, *tables])


def _columns(matrix: Matrix, family: str) -> Matrix:
    return {subject: found for subject, found in matrix.items() if subject.family == family}


def _table(family: str, columns: Matrix) -> Iterator[str]:
    notes: dict[str, int] = {}
    yield f"## {family}\n"
    yield f"| operation | {' | '.join(subject.version for subject in columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for operation in _operations(columns):
        cells = (_cell(found.get(operation), notes) for found in columns.values())
        yield f"| {operation} | {' | '.join(cells)} |"
    if notes:
        yield ""
    for words, number in notes.items():
        yield f"{number}. `{words.replace('`', ' ')[:_WORDS_SHOWN]}`"
    yield ""


def _operations(columns: Matrix) -> list[str]:
    return list(dict.fromkeys(operation for found in columns.values() for operation in found))


def _cell(outcome: Outcome | None, notes: dict[str, int]) -> str:
    if outcome is None:
        return ""
    if outcome.state == "ok":
        return "ok"
    number = notes.setdefault(outcome.words, len(notes) + 1)
    return f"[{number}]" if outcome.state == "absent" else f"**failed** [{number}]"
