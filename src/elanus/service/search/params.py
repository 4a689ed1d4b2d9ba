"""Search parameters held to the rules of the client's generation, before the search itself is as lenient as the newest.

Clients of Milvus before 2.3 had to send what their index needs (``nprobe``, ``ef``), in narrower ranges.
"""

from __future__ import annotations

from typing import Final

from elanus.engine.collection import Collection
from elanus.engine.indexes.specs import vector_spec
from elanus.index.generation import Generation
from elanus.index.request import check_search_of_any
from elanus.search.requests import SearchSpec
from elanus.search.searched import searched_field

LENIENT_SINCE: Final = Generation.V2_3
"""From this generation on a search is held to the newest rules."""


def check_generation(collection: Collection, asked: SearchSpec, generation: Generation) -> None:
    """Raises ParameterInvalid when the index declared for the searched field refuses the parameters, FieldNotFound."""
    if generation >= LENIENT_SINCE:
        return
    field = searched_field(collection.schema, asked.field)
    declared = collection.indexes.definitions.of_field(field.id)
    specs = [vector_spec(one.spec) for one in declared if one.state in ("serving", "switching")]
    check_search_of_any(specs, asked.params, asked.offset + asked.k, generation)
