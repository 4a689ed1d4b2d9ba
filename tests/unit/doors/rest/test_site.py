"""Paths find their endpoints."""

from __future__ import annotations

import pytest

from elanus.doors.rest.endpoint import Endpoint
from elanus.doors.rest.exchange import PLAIN, Request, Response
from elanus.doors.rest.site import Site


def endpoint(method: str, path: str) -> Endpoint:
    def answer(request: Request) -> Response:
        said = " ".join(f"{name}={value}" for name, value in request.parameters.items())
        return Response(f"{method} {path} {said}".encode(), content_type=PLAIN)

    return Endpoint(method, path, answer, "test", "")


SITE = Site(
    [
        endpoint("GET", "/books"),
        endpoint("POST", "/books"),
        endpoint("GET", "/books/{book}/pages/{page}"),
        endpoint("GET", "/books/newest"),
        endpoint("DELETE", "/books/{book}"),
        endpoint("PUT", "/books/newest"),
    ]
)


def ask(method: str, path: str) -> tuple[int, str]:
    request = Request(method, path)
    response = SITE.find(request).answer(request)
    return response.status, response.body.decode()


def test_method_and_path_choose():
    assert ask("GET", "/books") == (200, "GET /books ")
    assert ask("POST", "/books") == (200, "POST /books ")
    assert ask("HEAD", "/books") == (200, "GET /books ")


def test_open_parts_of_a_path_are_parameters_and_a_fixed_path_wins():
    assert ask("GET", "/books/Emma/pages/7") == (200, "GET /books/{book}/pages/{page} book=Emma page=7")
    assert ask("DELETE", "/books/a.b") == (200, "DELETE /books/{book} book=a.b")
    assert ask("GET", "/books/newest") == (200, "GET /books/newest ")
    assert ask("DELETE", "/books/newest") == (200, "DELETE /books/{book} book=newest"), "not hidden by a fixed path"


def test_what_is_not_there_is_404():
    assert ask("GET", "/shelves") == (404, "404 page not found: /shelves\n")
    assert ask("GET", "/books/") == (404, "404 page not found: /books/\n")
    status, text = ask("PUT", "/books")
    assert status == 404
    assert "GET or POST, not with PUT" in text


@pytest.mark.parametrize(("path", "status"), [("/books", 204), ("/books/x", 204), ("/nowhere", 404)])
def test_preflight(path, status):
    assert ask("OPTIONS", path)[0] == status
