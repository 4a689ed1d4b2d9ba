"""The documentation of a site as a page for people: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import HTML, Request, Response, json_response
from elanus.doors.rest.openapi import document

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2rem; font-size: 1.1rem; }
summary { cursor: pointer; padding: .2rem 0; }
code { font: 13px ui-monospace, monospace; }
.method { display: inline-block; width: 4.5rem; font-weight: 600; }
td { padding: .1rem 1rem .1rem 0; vertical-align: top; }
"""


def documentation(endpoints: Sequence[Endpoint], version: str) -> list[Endpoint]:
    """``/docs`` and ``/openapi.json`` of a site that offers these endpoints. version  of Elanus"""

    def openapi(_request: Request) -> Response:
        return json_response(document(endpoints, version))

    def page(_request: Request) -> Response:
        return Response(_page(document(endpoints, version)).encode(), content_type=HTML)

    return [
        Endpoint("GET", "/openapi.json", openapi, "documentation", "What is offered, as an OpenAPI document."),
        Endpoint("GET", "/docs", page, "documentation", "What is offered, as a page."),
    ]


def _page(openapi: dict[str, Any]) -> str:
    schemas = openapi["components"]["schemas"]
    operations = [
        (operation["tags"][0], _operation(method, path, operation, schemas))
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]
    groups = (
        f"<h2>{escape(group)}</h2>" + "".join(text for _, text in members)
        for group, members in groupby(sorted(operations, key=lambda one: one[0]), key=lambda one: one[0])
    )
    title = f"Elanus {escape(openapi['info']['version'])}: REST"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
        f'<h1>{title}</h1><p>{escape(openapi["info"]["description"])} <a href="openapi.json">OpenAPI</a></p>'
        f"{''.join(groups)}</html>"
    )


def _operation(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    rows = [_parameter(one) for one in operation["parameters"]]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    rows += _members(body, schemas)
    return (
        f"<details><summary><span class=method>{method.upper()}</span><code>{escape(path)}</code>"
        f" {escape(operation['summary'])}</summary><table>{''.join(rows)}</table></details>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    return _row(parameter["name"], parameter["schema"]["type"], f"in the {parameter['in']}")


def _members(body: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    schema = schemas.get(body.get("$ref", "").rpartition("/")[2], {})
    required = schema.get("required", [])
    return [
        _row(name, _kind(member), "required" if name in required else _default(member))
        for name, member in schema.get("properties", {}).items()
    ]


def _kind(member: dict[str, Any]) -> str:
    if "$ref" in member:
        return str(member["$ref"].rpartition("/")[2])
    if "anyOf" in member:
        return " or ".join(_kind(one) for one in member["anyOf"])
    if member.get("type") == "array":
        return f"array of {_kind(member.get('items', {}))}"
    return str(member.get("type", "any"))


def _default(member: dict[str, Any]) -> str:
    return f"default {member['default']!r}" if member.get("default") not in (None, "", [], {}) else ""


def _row(name: str, kind: str, remark: str) -> str:
    return f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td>{escape(remark)}"
