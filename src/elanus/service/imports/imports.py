"""The use cases: start a job, ask for one, list them.

source  Milvus 2.5 and 2.6, proxy: checks and texts of Import
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from elanus.engine.collection import Collection
from elanus.engine.database import Engine
from elanus.engine.imports.job import ImportOrder, ImportStatus
from elanus.errors import ImportFailed, ParameterInvalid
from elanus.service.imports.files.kinds import reader_of
from elanus.service.imports.options import ImportOptions
from elanus.service.imports.places import located
from elanus.service.imports.rows import ImportedRows
from elanus.service.partitions import Partitions
from elanus.storage.catalog import ImportedFile

MAX_FILES = 1024


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """files    paths from the import directory; those in one group are read together (NumPy: a file a field)
    partition  name; "" = the default one
    """

    files: Sequence[Sequence[str]]
    partition: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


class Imports:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._partitions = Partitions()
        data_dir = engine.resources.layout.data_dir
        self._root = data_dir / engine.resources.settings.import_root
        engine.imports.read_by(ImportedRows(self._root, data_dir))

    def start(self, collection: Collection, request: ImportRequest) -> int:
        """The id of a job that has begun, or waits for those before it. Raises ImportFailed, PartitionNotFound."""
        if collection.schema.partition_key is not None and request.partition:
            raise ImportFailed("not allow to set partition name for collection with partition key")
        self._partitions.check_exist(collection, [request.partition] if request.partition else [])
        ImportOptions.of(request.options)
        groups = [tuple(group) for group in request.files if group]
        if not groups:
            raise ParameterInvalid("import request is empty")
        if len(groups) > MAX_FILES:
            raise ImportFailed(f"The max number of import files should not exceed {MAX_FILES}, but got {len(groups)}")
        files = tuple(map(self._file, groups))
        return self._engine.imports.start(collection, ImportOrder(files, request.partition, request.options))

    def status(self, job_id: int) -> ImportStatus:
        """Raises ImportFailed."""
        return self._engine.imports.status(job_id)

    def list(self, database: str, collection: str = "") -> list[ImportStatus]:
        """The jobs of a database, or of one collection of it, the oldest first. Raises CollectionNotFound."""
        home = self._engine.database(database).name
        wanted = self._engine.collection(database, collection).id if collection else 0
        known = (one for one in self._engine.imports.statuses() if one.record.database == home)
        return [one for one in known if wanted in (0, one.record.collection_id)]

    def _file(self, paths: tuple[str, ...]) -> ImportedFile:
        reader_of(paths)
        return ImportedFile(paths, sum(located(self._root, path).stat().st_size for path in paths))
