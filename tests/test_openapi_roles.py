"""The published schema holds for whoever asks: an editor, a viewer, a key that may only read, and from call to call.

In this process and in a world with one of everything (tests/world.py); each call is undone. The owner's calls to a
running installation are tests/test_openapi.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from apps.accounts.models import ApiKey, Studio, User
from apps.accounts.tenancy import acting_in
from apps.web import rate_limit
from tests.amounts import LONG, amount
from tests.test_strangers import undone
from tests.world import World, build_world

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(3600 if LONG else 600),
]

CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)
HOW = settings(
    max_examples=amount(suite=1, long=100),
    derandomize=not LONG,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
# Signing in spends the budget of guesses, and no worker runs here whose health could be told.
LEFT_OUT = ("/api/auth/", "/api/health", "/api/system/health")
# What is made by one call and named by the next.
CONNECTED = "^/api/(albums|events|collections|smart-collections|webhooks|locations|stacks)"
CALLERS = ("editor", "viewer", "narrow key")


@pytest.fixture
def world(north: Studio, alice_user: User, monkeypatch: pytest.MonkeyPatch) -> World:
    # What is refused for its number says nothing of shapes.
    monkeypatch.setattr(rate_limit, "reserve", lambda limit, subject: limit.tries)
    return build_world(north, alice_user)


@pytest.fixture
def published(world: World) -> Iterator[Any]:
    # As Django's own test client does: the connection of the test is not the request's to close.
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def headers(request: pytest.FixtureRequest, world: World) -> dict[str, str]:
    """A key of the caller's: it does not end after five minutes, as an access token does."""
    caller = request.param
    user = request.getfixturevalue({"editor": "erin_user", "viewer": "bob_user"}.get(caller, "alice_user"))
    scopes = ["read"] if caller == "narrow key" else list(ApiKey.SCOPES)
    with acting_in(world.studio):
        _, secret = ApiKey.make(world.studio, user, name=caller, scopes=scopes)
    return {"Authorization": f"Api-Key {secret}"}


def known(world: World, case: Any) -> None:
    """Half of the addresses name what is there, so that more than 404 is answered."""
    for name in case.path_parameters or {}:
        if name in world.values and case.operation.path.count("{") < 4:
            case.path_parameters[name] = world.values[name]


def operations(published: Any) -> Iterator[Any]:
    for result in published.get_all_operations():
        operation = result.ok()
        if not operation.path.startswith(LEFT_OUT):
            yield operation


@pytest.mark.parametrize("headers", CALLERS, indirect=True)
def test_any_input_of_any_caller_gets_a_published_answer(published: Any, headers: dict[str, str], world: World) -> None:
    tried = list(operations(published))
    assert len(tried) > 150
    faults = []
    for operation in tried:
        try:
            _try(operation, headers, world)
        except (Exception, FailureGroup) as error:
            faults.append(f"{operation.label}: {error}"[:2_000])
    assert not faults, "\n\n".join(faults)


# Files of the world are rows without bytes: what is answered in their place is tested in tests/media.
def _try(operation: Any, headers: dict[str, str], world: World) -> None:
    @given(case=operation.as_strategy())
    @HOW
    def check(case: Any) -> None:
        known(world, case)
        with undone():
            response = case.call(headers=headers)
            if b'"damaged"' not in response.content:
                case.validate_response(response, checks=CHECKS)

    check()


def test_what_one_call_answers_is_taken_by_the_next(published: Any, world: World) -> None:
    """Made, read, changed and deleted in turn, as the schema connects them."""
    with acting_in(world.studio):
        _, secret = ApiKey.make(world.studio, world.owner, name="owner", scopes=list(ApiKey.SCOPES))

    connected = published.include(path_regex=CONNECTED).as_state_machine()

    class Calls(connected):  # type: ignore[misc, valid-type]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Api-Key {secret}"}}

        def validate_response(self, response: Any, case: Any, **how: Any) -> None:
            case.validate_response(response, checks=CHECKS)

    how = settings(HOW, max_examples=amount(suite=4, long=200), stateful_step_count=8)
    with undone():
        run_state_machine_as_test(Calls, settings=how)
