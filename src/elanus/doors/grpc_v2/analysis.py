"""RPCs on text analyzers."""

from __future__ import annotations

from elanus.doors.grpc_v2.call import CallContext
from elanus.doors.grpc_v2.messages import Message, milvus_pb2
from elanus.doors.grpc_v2.query_vectors import texts_of
from elanus.doors.grpc_v2.status import ok
from elanus.service import Service
from elanus.service.analysis import Analysis
from elanus.text.terms import term_number
from elanus.text.tokenizers import Span


class AnalysisCalls:
    def __init__(self, service: Service) -> None:
        self._analyses = service.analyses

    def RunAnalyzer(self, request: Message, context: CallContext) -> Message:
        asked = Analysis(
            texts=tuple(texts_of(request.placeholder)),
            params=request.analyzer_params,
            collection=request.collection_name,
            field=request.field_name,
            names=tuple(request.analyzer_names),
        )
        reply = milvus_pb2.RunAnalyzerResponse(status=ok())
        for spans in self._analyses.run(context.database(request), asked):
            reply.results.add(tokens=[_token(span, request) for span in spans])
        return reply

    def ComputePhraseMatchSlop(self, request: Message, context: CallContext) -> Message:
        reply = milvus_pb2.ComputePhraseMatchSlopResponse(status=ok())
        if request.query_text and request.data_texts:
            slops = self._analyses.slops(request.analyzer_params, request.query_text, list(request.data_texts))
            reply.slops.extend(slops)
            reply.is_match.extend(slop >= 0 for slop in slops)
        return reply


def _token(span: Span, request: Message) -> Message:
    message = milvus_pb2.AnalyzerToken(token=span.word)
    if request.with_detail:
        message.start_offset, message.end_offset = span.start, span.end
        message.position, message.position_length = span.position, span.width
    if request.with_hash:
        message.hash = term_number(span.word)
    return message
