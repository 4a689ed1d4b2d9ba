"""What pymilvus 1.x gives back: a status alone, or a tuple of a status and something."""

from steps import expect

SUCCESS, UNEXPECTED, NO_COLLECTION, ARGUMENT, DIMENSION, INDEX_TYPE, NAME_TAKEN, TOPK, RECORD, ID = (
    0, 1, 4, 5, 7, 8, 9, 10, 11, 12,
)  # fmt: skip


def done(answer):
    """What came with a status that says success."""
    status, *rest = answer if isinstance(answer, tuple) else (answer,)
    expect((status.code, status.message if status.code else ""), (SUCCESS, ""))
    return rest[0] if rest else None


def refused(code, answer, text=""):
    """The status says this code, and the text."""
    status = answer[0] if isinstance(answer, tuple) else answer
    expect(status.code, code)
    assert text in status.message, f"found {status.message}, expected {text}"
