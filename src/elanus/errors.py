"""The one error tree.

    Error
      InvalidArgument    ParameterInvalid ParameterTooLarge SchemaInvalid FieldNameInvalid
                         DatabaseNameInvalid MetricNotFound FilterInvalid Rejected DimensionMismatch
                         BodyUnreadable BodyIncomplete RowsUnreadable KeysUnreadable
                         CollectionNameInvalid TopKInvalid VectorsInvalid PrimaryKeysInvalid
                         PasswordWrong BuiltIn
                         ImportFailed
      NotFound           DatabaseNotFound CollectionNotFound PartitionNotFound IndexNotFound AliasNotFound
                         FieldNotFound SegmentNotFound SnapshotNotFound RestoreNotFound
      Denied             Unauthenticated SignInsBusy PermissionDenied
      AlreadyExists      AliasExists AliasNameConflict IndexAmbiguous NameTaken
      WrongState         CollectionNotLoaded PartitionNotLoaded CollectionLoaded SchemaMismatch
                         SnapshotPinned
      Exhausted          OutOfMemory OutOfDisk RateLimited TooManyCollections CapacityExceeded
                         TooManyDatabases TooManyUsers
      Unsupported        NotImplementedYet IndexNotSupported OperationNotSupported
      Unavailable        NotReady DirectoryInUse OwnerGone
      Stopped            Cancelled TimedOut
      Internal           DataCorrupted BuildFailed Unexpected

A kind (second level) says what a caller can do about it; a leaf says what it is about. ``code`` is the number
Milvus 2.3 and later use (merr); doors map it to older numbers. Leaves also inherit the built-in a Python user
expects. A message says what was given, what is allowed, and what to do.
"""

from __future__ import annotations

from typing import ClassVar


class Error(Exception):
    """Root of everything Elanus raises on purpose. Never raised itself."""

    code: ClassVar[int] = 65535
    retriable: ClassVar[bool] = False
    input_error: ClassVar[bool] = False
    """True when the caller made the mistake (sent to clients as ``is_input_error``)."""

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail or message


class InvalidArgument(Error, ValueError):
    """The request is wrong; sending it again unchanged cannot help."""

    code = 1100
    input_error = True


class ParameterInvalid(InvalidArgument):
    code = 1100


class ParameterTooLarge(InvalidArgument):
    code = 1102


class SchemaInvalid(InvalidArgument):
    code = 1100


class DatabaseNameInvalid(InvalidArgument):
    code = 802


class FieldNameInvalid(InvalidArgument):
    code = 1701


class MetricNotFound(InvalidArgument):
    code = 1200


class DimensionMismatch(InvalidArgument):
    """Query vector of the wrong size (Milvus: segcore error)."""

    code = 2000


class FilterInvalid(InvalidArgument):
    """A filter that cannot be read or does not fit the schema.

    position  offset of the first wrong character in the filter text, or -1
    hint      what to write instead, or ""
    """

    code = 1100

    def __init__(self, message: str, *, position: int = -1, hint: str = "") -> None:
        super().__init__(message)
        self.position = position
        self.hint = hint


class Rejected(InvalidArgument):
    """A refusal for which Milvus has a text and no number of its own (it leaves as 65535)."""

    code = 65535


class PasswordWrong(InvalidArgument):
    """The password that is to be changed is another one."""

    code = 1400


class BuiltIn(InvalidArgument):
    """A user or a role that is always there."""

    code = 1401


class BodyUnreadable(InvalidArgument):
    """A request body that is no JSON, or has a value of another type than expected (REST only)."""

    code = 1801


class BodyIncomplete(InvalidArgument):
    """A request body without something it must have (REST only)."""

    code = 1802


class RowsUnreadable(InvalidArgument):
    """Rows in JSON that do not fit the collection's fields (REST only)."""

    code = 1804


class KeysUnreadable(InvalidArgument):
    """Primary keys in JSON that are none (REST only)."""

    code = 1806


class CollectionNameInvalid(InvalidArgument):
    """A name that Milvus 1.x does not take (it has a number of its own there, as the next three)."""


class TopKInvalid(InvalidArgument):
    """More, or fewer, rows asked for than a search gives."""


class VectorsInvalid(InvalidArgument):
    """Rows that are no vectors, or not all of one kind and size."""


class PrimaryKeysInvalid(InvalidArgument):
    """Keys sent where they are made, left out where they are wanted, or not one for each row."""


class ImportFailed(InvalidArgument):
    """Files that cannot be imported, or a job that does not exist.

    what  the message without Milvus's words at its end, which may be there already
    """

    code = 2100
    _END: ClassVar[str] = ": importing data failed"

    def __init__(self, what: str) -> None:
        self.what = what.removesuffix(self._END)
        super().__init__(self.what + self._END)


class NotFound(Error, KeyError):
    """What the request names does not exist."""

    input_error = True

    def __str__(self) -> str:  # KeyError would quote the message
        return self.message


class DatabaseNotFound(NotFound):
    code = 800


class CollectionNotFound(NotFound):
    code = 100


class PartitionNotFound(NotFound):
    code = 200


class ResourceGroupNotFound(NotFound):
    code = 300


class SegmentNotFound(NotFound):
    code = 600


class IndexNotFound(NotFound):
    code = 700


class AliasNotFound(NotFound):
    code = 1600


class FieldNotFound(NotFound):
    code = 1700


class SnapshotNotFound(NotFound):
    code = 2600


class RestoreNotFound(NotFound):
    """No job of this number restores a snapshot, or did so lately."""

    code = 2100


class Denied(Error):
    """Nobody who may do this: say who you are, or ask for a grant. Doors refuse the call itself with it."""

    input_error = True


class Unauthenticated(Denied):
    code = 1400


class SignInsBusy(Denied):
    """Passwords are checked one after the other, and many wait: try again."""

    code = 8
    input_error = False
    retriable = True


class PermissionDenied(Denied):
    code = 1401


class AlreadyExists(Error):
    """The name is taken."""

    input_error = True


class AliasNameConflict(AlreadyExists):
    """An alias may not have the name of a collection."""

    code = 1601


class AliasExists(AlreadyExists):
    code = 1602


class IndexAmbiguous(AlreadyExists):
    """Several indexes and no name to choose one."""

    code = 702


class NameTaken(AlreadyExists):
    """A collection or partition of this name is there (an error in Milvus 1.x only)."""


class WrongState(Error):
    """Possible, but not now: change the state first."""


class CollectionNotLoaded(WrongState):
    code = 101


class PartitionNotLoaded(WrongState):
    code = 201


class CollectionLoaded(WrongState):
    code = 104


class SchemaMismatch(WrongState):
    """The client's idea of the schema is older than the server's."""

    code = 109
    retriable = True


class SnapshotPinned(WrongState):
    code = 2601


class Exhausted(Error):
    """A limit of the machine or of the settings is reached."""


class OutOfMemory(Exhausted):
    code = 3


class OutOfDisk(Exhausted):
    code = 7


class RateLimited(Exhausted):
    code = 8
    retriable = True


class TooManyCollections(Exhausted):
    code = 102


class CapacityExceeded(Exhausted):
    """Too many partitions (times shards) of all collections together."""

    code = 250


class TooManyDatabases(Exhausted):
    code = 801


class TooManyUsers(Exhausted):
    """Or roles."""

    code = 9


class Unsupported(Error):
    """Not offered; never a silent success."""


class NotImplementedYet(Unsupported, NotImplementedError):
    code = 10


class IndexNotSupported(Unsupported):
    code = 701
    input_error = True


class OperationNotSupported(Unsupported):
    code = 3000
    input_error = True


class Unavailable(Error):
    """Try again, here or elsewhere."""

    retriable = True


class NotReady(Unavailable):
    code = 1


class DirectoryInUse(Unavailable):
    """Another process owns the data directory and cannot be reached.

    pid      of that process; 0 = unknown
    address  of the socket it answers on; "" = none known
    """

    code = 2

    def __init__(self, message: str, *, pid: int = 0, address: str = "") -> None:
        super().__init__(message)
        self.pid = pid
        self.address = address


class OwnerGone(Unavailable):
    """The process that owned the data directory ended while it was answering."""

    code = 2


class Stopped(Error):
    """The work was ended before it was done."""


class Cancelled(Stopped):
    code = 10000


class TimedOut(Stopped, TimeoutError):
    code = 10001


class Internal(Error):
    """Our fault, or the disk's."""


class DataCorrupted(Internal):
    """A file is not what was written. The message names the file, what was expected and what was found."""

    code = 1000


class BuildFailed(Internal):
    code = 65535


class Unexpected(Internal):
    code = 65535
