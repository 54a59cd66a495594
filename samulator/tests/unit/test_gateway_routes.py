"""Route matching by API Gateway's precedence."""

import pytest

from samulator.http.gateway.routes import RouteTable
from samulator.template.model import TemplateError
from samulator.template.model_http import LambdaProxy, Route


def route(function: str, method: str, path: str) -> Route:
    return Route(method, path, LambdaProxy(function))


TABLE = RouteTable(
    [
        route("default", "ANY", "$default"),
        route("any-proxy", "ANY", "/{proxy+}"),
        route("pets-proxy", "GET", "/pets/{proxy+}"),
        route("pet", "GET", "/pets/dog/{id}"),
        route("first-dog", "GET", "/pets/dog/1"),
        route("any-dog", "ANY", "/pets/dog/1"),
    ]
)


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/pets/dog/1", "first-dog", {}),
        ("POST", "/pets/dog/1", "any-dog", {}),
        ("GET", "/pets/dog/2", "pet", {"id": "2"}),
        ("GET", "/pets/cat/3", "pets-proxy", {"proxy": "cat/3"}),
        ("POST", "/pets/cat/3", "any-proxy", {"proxy": "pets/cat/3"}),
        ("GET", "/pets/dog/", "pets-proxy", {"proxy": "dog/"}),
        ("GET", "/test/5", "any-proxy", {"proxy": "test/5"}),
        ("GET", "/", "any-proxy", {"proxy": ""}),
    ],
)
def test_request_goes_to_the_most_specific_route(method, path, function, parameters):
    match = TABLE.match(method, path)

    assert match is not None
    assert (match.route.function, match.path_parameters) == (function, parameters)


def test_default_route_takes_what_nothing_else_matches():
    table = RouteTable([route("default", "ANY", "$default"), route("one", "GET", "/one")])

    match = table.match("DELETE", "/one")

    assert match is not None
    assert match.route.function == "default"
    assert match.route_key == "$default"


@pytest.mark.parametrize(("method", "path"), [("POST", "/one"), ("GET", "/one/"), ("GET", "/")])
def test_request_without_a_route_matches_nothing(method, path):
    assert RouteTable([route("one", "GET", "/one")]).match(method, path) is None


def test_dots_in_a_path_are_literal():
    assert RouteTable([route("f", "GET", "/a.b")]).match("GET", "/axb") is None


def test_variable_inside_a_segment_with_a_hyphen_is_a_parameter():
    match = RouteTable([route("f", "GET", "/users/{user-id}")]).match("GET", "/users/7")

    assert match is not None
    assert match.path_parameters == {"user-id": "7"}


def test_same_route_twice_is_an_error_naming_it():
    with pytest.raises(TemplateError, match="route GET /a is declared more than once"):
        RouteTable([route("f", "GET", "/a"), route("g", "GET", "/a")])
