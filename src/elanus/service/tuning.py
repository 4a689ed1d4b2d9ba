"""What only Elanus offers for indexes: several on a field, measured, compared and exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from elanus.engine.collection import Collection
from elanus.engine.indexes import measuring
from elanus.engine.indexes.advice import Advice
from elanus.engine.indexes.advisor import Advisor
from elanus.engine.indexes.family import public_name
from elanus.engine.indexes.measured import IndexReport, VerifiedIndex
from elanus.engine.indexes.verifying import verified
from elanus.engine.indexes.wish import Wish
from elanus.engine.requests import IndexRequest, IndexStatus
from elanus.errors import IndexNotFound, ParameterInvalid, Rejected
from elanus.index.generation import NEWEST
from elanus.index.request import default_metric
from elanus.search.explain import Explanation, explain
from elanus.search.requests import SearchSpec
from elanus.search.searched import searched_field
from elanus.service.names import check_index_name
from elanus.service.search.query_texts import SentQueries, as_vectors
from elanus.storage.catalog.records import IndexState


class Tuning:
    """Indexes by their own names; Milvus's calls see only the serving one of each field (:class:`Indexes`)."""

    def indexes(self, collection: Collection, name: str = "") -> list[IndexStatus]:
        """Every index, or the one of this name, whatever its role. Raises IndexNotFound."""
        found = collection.indexes.every_status(name)
        if name and not found:
            raise IndexNotFound(f"index not found[indexName={name}]")
        return found

    def with_metric(self, collection: Collection, field_name: str, params: Mapping[str, str]) -> Mapping[str, str]:
        """Parameters of a new index; on a vector field, where they name no metric, with that of an automatic index."""
        field = collection.schema.by_name.get(field_name)
        if field is None or not field.is_vector or "metric_type" in params:
            return params
        return {**params, "metric_type": default_metric(NEWEST, field.type).value}

    def add(self, collection: Collection, request: IndexRequest, role: str) -> None:
        """Builds another index beside the one that serves the field."""
        check_index_name(request.name)
        collection.indexes.roles.add(request, _role(role))

    def change_role(self, collection: Collection, name: str, role: str) -> None:
        collection.indexes.roles.change(name, _role(role))

    def promote(self, collection: Collection, name: str) -> None:
        """Searches are answered with this one from now on."""
        collection.indexes.roles.promote(name)

    def roll_back(self, collection: Collection, name: str) -> str:
        """Searches are answered with the one that served before; its name."""
        return collection.indexes.roles.roll_back(name)

    def drop(self, collection: Collection, name: str) -> None:
        """One that does not serve goes alone; one that serves takes those added beside it along."""
        for definition in list(collection.indexes.definitions.by_id.values()):
            if definition.name == name and definition.replaces is None:
                if definition.state == "serving":
                    collection.indexes.definitions.drop(public_name(definition))
                else:
                    collection.indexes.roles.discard(name)

    def report(self, collection: Collection, name: str) -> IndexReport:
        """Measures an index now."""
        return collection.indexes.reports.report(name)

    def history(self, collection: Collection, name: str) -> tuple[IndexReport, ...]:
        """The last reports of an index, the oldest first. Raises IndexNotFound."""
        return collection.indexes.reports.history(self.indexes(collection, name)[0].id)

    def compare(self, collection: Collection, name: str) -> list[IndexReport]:
        """Measures every open index of the field with the same queries, the serving one first."""
        return collection.indexes.reports.compare(name)

    def advise(self, collection: Collection, field: str, wish: Wish) -> list[Advice]:
        """Tries candidates over a sample of the field's rows; the best first."""
        return Advisor(collection, collection.schema.field(field)).advise(wish)

    def verify(self, collection: Collection, name: str = "") -> list[VerifiedIndex]:
        """Reads every file of one index, or of all, again and searches it; what is damaged is built again."""
        if name:
            self.indexes(collection, name)
        return verified(collection, name)

    def explain(self, collection: Collection, search: SearchSpec, sent: SentQueries | None) -> Explanation:
        """How a search is done now, with its times; None = with the vector of a stored row."""
        view = collection.view
        if sent is not None:
            return explain(view, search, as_vectors(view.schema, search, sent))
        if not view.row_count:
            raise Rejected(f"collection {collection.name} is empty: give a vector or a text to explain a search of it")
        field = searched_field(collection.schema, search.field).name
        return explain(view, search, measuring.stored_rows(view, field, 1, seed=0).asked[0].queries)


def _role(given: str) -> IndexState:
    for known in get_args(IndexState):
        if given == known:
            role: IndexState = known
            return role
    raise ParameterInvalid(f"there is no role {given!r}; an index is added as shadow or hidden")
