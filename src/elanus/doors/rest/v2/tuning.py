"""Calls on indexes that only Elanus offers: several on a field, measured, compared, exchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.shown import shown
from elanus.doors.rest.v2.address import ELANUS
from elanus.doors.rest.v2.bodies import OfCollection, OfIndex
from elanus.doors.rest.v2.tuning_bodies import AddedIndex, ExplainedSearch, MaybeOfIndex, SwitchedIndex, WishedIndex
from elanus.doors.rest.values import texts
from elanus.engine.collection import Collection
from elanus.engine.indexes.wish import Wish
from elanus.engine.requests import IndexRequest
from elanus.errors import ParameterInvalid
from elanus.search.requests import SearchSpec
from elanus.service import Service
from elanus.service.search.query_texts import SentQueries, Texts

Act: TypeAlias = Callable[[Collection, str], object]
"""(collection, index name) -> what is answered"""


class TuningCalls:
    def __init__(self, service: Service) -> None:
        self._collections = service.collections
        self._tuning = service.tuning
        self._admin = service.admin

    def endpoints(self) -> list[Endpoint]:
        return [*self._of_one_index(), *self._of_several(), *self._changes(), *self._questions()]

    def _of_one_index(self) -> list[Endpoint]:
        tuning, admin = self._tuning, self._admin
        calls: list[tuple[str, Act, str]] = [
            ("promote", tuning.promote, "Answer searches with this index from now on."),
            ("rollback", tuning.roll_back, "Answer searches with the index that served before; its name."),
            ("hide", lambda of, name: tuning.change_role(of, name, "hidden"), "Close the files of one not serving."),
            ("show", lambda of, name: tuning.change_role(of, name, "shadow"), "Let a hidden one be compared again."),
            ("drop", tuning.drop, "Drop an index by its own name; one that serves takes those beside it along."),
            ("pause", admin.pause_index, "Build nothing for it until it is resumed."),
            ("resume", admin.resume_index, "Build again, also what failed, was refused or cancelled."),
            ("cancel", admin.cancel_builds, "End its unfinished builds; how many."),
            ("report", tuning.report, "Measure it now: recall and latency under filters."),
            ("history", tuning.history, "Its last reports, the oldest first."),
            ("compare", tuning.compare, "Measure all indexes of its field with the same queries."),
        ]
        return [ELANUS.endpoint(f"indexes/{verb}", OfIndex, self._named(act), said) for verb, act, said in calls]

    def _of_several(self) -> list[Endpoint]:
        listed, verified = "Indexes whatever their role, with their builds.", "Read index files again and search them."
        return [
            ELANUS.endpoint("indexes/list", MaybeOfIndex, self._named(self._tuning.indexes), listed),
            ELANUS.endpoint("indexes/verify", MaybeOfIndex, self._named(self._tuning.verify), verified),
        ]

    def _changes(self) -> list[Endpoint]:
        return [
            ELANUS.endpoint("indexes/add", AddedIndex, self.add, "Build another index beside the one that serves."),
            ELANUS.endpoint("indexes/switch", SwitchedIndex, self.switch, "Build anew while the old one serves."),
        ]

    def _questions(self) -> list[Endpoint]:
        return [
            ELANUS.endpoint("indexes/advise", WishedIndex, self.advise, "Try candidates over a sample; best first."),
            ELANUS.endpoint("indexes/explain", ExplainedSearch, self.explain, "How a search is done, with its times."),
        ]

    def add(self, body: AddedIndex, context: Context) -> Reply:
        params = {"index_type": body.index_type, **texts(body.params)}
        self._tuning.add(
            self._collection(body, context), IndexRequest(body.field_name, body.index_name, params), body.role
        )
        return Reply()

    def switch(self, body: SwitchedIndex, context: Context) -> Reply:
        params = {"index_type": body.index_type, **texts(body.params)}
        self._admin.switch_index(self._collection(body, context), body.index_name, params)
        return Reply()

    def advise(self, body: WishedIndex, context: Context) -> Reply:
        wish = Wish(body.recall, body.memory_bytes, body.p99_us)
        return Reply(shown(self._tuning.advise(self._collection(body, context), body.field_name, wish)))

    def explain(self, body: ExplainedSearch, context: Context) -> Reply:
        search = SearchSpec(
            field=body.anns_field,
            k=body.limit,
            filter=body.filter,
            params=body.search_params,
            analyzer=str(body.search_params.get("analyzer_name", "")),
        )
        return Reply(shown(self._tuning.explain(self._collection(body, context), search, _sent(body))))

    def _named(self, act: Act) -> Callable[[OfIndex | MaybeOfIndex, Context], Reply]:
        def handle(body: OfIndex | MaybeOfIndex, context: Context) -> Reply:
            answer = act(self._collection(body, context), body.index_name)
            return Reply() if answer is None else Reply(shown(answer))

        return handle

    def _collection(self, body: OfCollection, context: Context) -> Collection:
        return self._collections.get(context.database, body.collection_name)


def _sent(body: ExplainedSearch) -> SentQueries | None:
    """The query, None for that of a stored row. Raises ParameterInvalid."""
    if not body.data:
        return None
    if len(body.data) == 1 and isinstance(body.data[0], str):
        return Texts((body.data[0],))
    try:
        return np.array([[float(number) for number in body.data]], np.float32)
    except (TypeError, ValueError):
        raise ParameterInvalid(
            "data is one vector, a list of numbers, or a list of one text; leave it out for that of a stored row"
        ) from None
