"""Calls on text analyzers."""

from __future__ import annotations

from typing import Any

from msgspec import field

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.family import Context, Reply
from elanus.doors.rest.v2.address import V2
from elanus.doors.rest.v2.bodies import InDatabase
from elanus.service import Service
from elanus.service.analysis import Analysis
from elanus.text.terms import term_number
from elanus.text.tokenizers import Span


class RunAnalyzer(InDatabase, frozen=True, kw_only=True):
    """analyzer_params  a JSON text; or collection_name and field_name"""

    text: list[str]
    analyzer_params: str = ""
    with_detail: bool = False
    with_hash: bool = False
    collection_name: str = ""
    field_name: str = ""
    analyzer_names: list[str] = field(default_factory=list)


class AnalysisCalls:
    def __init__(self, service: Service) -> None:
        self._analyses = service.analyses

    def endpoints(self) -> list[Endpoint]:
        return [V2.endpoint("common/run_analyzer", RunAnalyzer, self.run, "The terms an analyzer cuts texts into.")]

    def run(self, body: RunAnalyzer, context: Context) -> Reply:
        asked = Analysis(
            tuple(body.text), body.analyzer_params, body.collection_name, body.field_name, tuple(body.analyzer_names)
        )
        found = self._analyses.run(context.database, asked)
        return Reply({"results": [{"tokens": [_token(span, body) for span in spans]} for spans in found]})


def _token(span: Span, body: RunAnalyzer) -> dict[str, Any]:
    token: dict[str, Any] = {"token": span.word}
    if body.with_detail:
        token |= {"startOffset": span.start, "endOffset": span.end}
        token |= {"position": span.position, "positionLength": span.width}
    if body.with_hash:
        token["hash"] = term_number(span.word)
    return token
