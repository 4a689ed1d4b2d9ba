"""``text_match(f, 'words', minimum_should_match=2)``, ``phrase_match(f, 'words', slop)``.

source  Milvus 2.6: rules and texts
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from elanus.filter.mismatch import Mismatch, described
from elanus.filter.operands import Constant, Kind
from elanus.filter.syntax.tree import Option
from elanus.filter.texts import HasPhrase, HasTerms, TextField
from elanus.schema.types import DataType

if TYPE_CHECKING:
    from elanus.filter.bind import Binder
    from elanus.filter.conditions import Condition
    from elanus.filter.syntax.tree import Call, Node
    from elanus.text.tokens import Tokens

LEAST, MOST = 1, 1000
_OPTION = "minimum_should_match"
_UINT32 = 2**32 - 1


def bind_text_match(call: Call, binder: Binder) -> Condition:
    if not 2 <= len(call.arguments) <= 3:
        raise binder.rejection(call, f"text_match takes a field, a text and maybe {_OPTION}=n")
    field, text, *options = call.arguments
    target = _field(call, binder, field)
    least = _minimum(binder, options[0]) if options else LEAST
    return HasTerms(target, _terms(target.tokens(_text(call, binder, text))), least)


def bind_phrase_match(call: Call, binder: Binder) -> Condition:
    if not 2 <= len(call.arguments) <= 3:
        raise binder.rejection(call, "phrase_match takes a field, a text and maybe a slop")
    field, text, *slops = call.arguments
    target = _field(call, binder, field)
    slop = _slop(binder, slops[0]) if slops else 0
    tokens = target.tokens(_text(call, binder, text))
    if len(tokens.codes) < 2:
        return HasTerms(target, _terms(tokens))
    return HasPhrase(target, _terms(tokens), tuple(tokens.positions.tolist()), slop)


def _terms(tokens: Tokens) -> tuple[str, ...]:
    return tuple(tokens.terms[code] for code in tokens.codes)


def _field(call: Call, binder: Binder, node: Node) -> TextField:
    field = binder.field(node)
    if field.type is not DataType.VARCHAR:
        raise Mismatch(f"{call.name.replace('_', ' ')} operation on non-string is unsupported")
    if not field.enable_match:
        raise binder.rejection(node, f'field "{field.name}" does not enable match', "create it with enable_match")
    return TextField.of(field)


def _text(call: Call, binder: Binder, node: Node) -> str:
    value = binder.value(node)
    if not isinstance(value, Constant) or value.kind is not Kind.STRING:
        raise Mismatch(f"{call.name} takes a text to look for, not {described(value)}")
    return str(value.value)


def _minimum(binder: Binder, node: Node) -> int:
    if not isinstance(node, Option) or node.name != _OPTION:
        raise binder.rejection(node, f"text_match knows the option {_OPTION}=n alone")
    least = _whole(binder, node.value, f"{_OPTION} should be a const integer expression")
    if least < LEAST:
        raise Mismatch(f"{_OPTION} should be >= {LEAST}, got {least}")
    if least > MOST:
        raise Mismatch(f"{_OPTION} should be <= {MOST}, got {least}")
    return least


def _slop(binder: Binder, node: Node) -> int:
    slop = _whole(binder, node, '"slop" should be a const integer expression with "uint32" value')
    if slop < 0:
        raise Mismatch(f'"slop" should not be a negative interger. "slop" passed: {slop}')
    if slop > _UINT32:
        raise Mismatch(f'"slop" exceeds the range of "uint32". "slop" expression passed: {slop}')
    return slop


def _whole(binder: Binder, node: Node, refusal: str) -> int:
    value = binder.value(node)
    if not isinstance(value, Constant) or value.kind is not Kind.INT:
        raise Mismatch(f"{refusal}, not {described(value)}")
    return int(value.value)


CONDITIONS = {"text_match": bind_text_match, "phrase_match": bind_phrase_match}
