"""Containers as Docker tells of them: state, health, restarts, last lines; a Docker that is away hides nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from apps.monitoring import checks, containers, overview
from apps.monitoring.containers import DockerAway
from apps.monitoring.models import Condition
from tests.factories import PlacementFactory
from tests.monitoring.docker_server import DockerServer, container, frames, serving

pytestmark = pytest.mark.django_db

STATUS = "/status/"
WEB, WORKER, SETUP, STRANGE = (f"{number:064x}" for number in (1, 2, 3, 9))
HEALTHY: dict[str, Any] = {"Health": {"Status": "healthy", "FailingStreak": 0}}


@pytest.fixture
def socket_path(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Path:
    # A path of a socket has 107 characters at most.
    path = tmp_path_factory.mktemp("d") / "docker.sock"
    settings.DOCKER_SOCKET = str(path)
    settings.OPERATORS = ("alice@example.com",)
    return path


@pytest.fixture
def docker(socket_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DockerServer]:
    """Three containers of ours, of which this process is one, and one of somebody else."""
    monkeypatch.setattr("socket.gethostname", lambda: WEB[:63])
    log = frames((1, "2026-11-30T04:00:01Z listening\n"), (2, "2026-11-30T04:00:02Z POST /g/abcdefghijkl/unlock 401\n"))
    with serving(
        socket_path,
        container(1, "web", **HEALTHY),
        container(2, "worker", restarts=2),
        container(3, "setup", Status="exited", policy="no"),
        container(9, "other", project="elsewhere"),
        logs={WEB: log},
    ) as server:
        yield server


def change(docker: DockerServer, index: int, **said: Any) -> None:
    docker.containers[index]["State"] |= said


def test_state_health_and_restarts_of_our_own_containers_are_told(docker: DockerServer) -> None:
    shown = {one.service: one for one in containers.all_of_ours()}
    assert set(shown) == {"web", "worker", "setup"}
    assert (shown["web"].state, shown["web"].health, shown["web"].restarts) == ("running", "healthy", 0)
    assert shown["worker"].restarts == 2
    assert shown["worker"].started_at is not None
    assert shown["worker"].started_at.isoformat() == "2026-11-30T04:00:00.123456+00:00"
    assert {one.trouble for one in shown.values()} == {""}


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ({"Status": "exited", "ExitCode": 1}, "has ended with 1"),
        ({"Status": "exited", "ExitCode": 0}, "has ended with 0"),
        ({"Status": "exited", "ExitCode": 137, "OOMKilled": True}, "was ended because memory ran out"),
        ({"Status": "restarting", "ExitCode": 1}, "is restarting"),
        ({"Status": "paused"}, "is paused"),
        ({"Health": {"Status": "unhealthy"}}, "does not pass its health check"),
    ],
)
def test_a_container_that_should_run_and_does_not_is_a_fault(
    docker: DockerServer, said: dict[str, Any], trouble: str
) -> None:
    assert checks.CHECKS["containers"]().condition == Condition.OK
    change(docker, 1, **said)
    found = checks.CHECKS["containers"]()
    assert found.condition == Condition.FAULT
    assert found.sentence == f"The container worker 1 {trouble}."


def test_docker_is_asked_by_get_alone_and_for_nothing_but_lists_states_and_logs(
    docker: DockerServer, alice: Client
) -> None:
    alice.get(STATUS)
    alice.get(f"{STATUS}containers/{WEB}/")
    asked = {(method, path.partition("?")[0]) for method, path in docker.asked}
    own = {("GET", f"/containers/{one}/json") for one in (WEB, WORKER, SETUP)}
    assert asked == {("GET", "/containers/json"), *own, ("GET", f"/containers/{WEB}/logs")}


def test_the_page_shows_them_to_operators_with_a_way_to_their_last_lines(
    docker: DockerServer, alice: Client, bob: Client
) -> None:
    PlacementFactory.create(photo__camera_name="CAME_LAST.JPG")
    page = alice.get(STATUS).content.decode()
    for text in ("Worker 1", "healthy", "restarted 2 times", f"{STATUS}containers/{WEB}/", "CAME_LAST.JPG"):
        assert text in page
    assert "other" not in page.lower().partition("containers</h2>")[2].partition("</section>")[0]
    log = alice.get(f"{STATUS}containers/{WEB}/").content.decode()
    assert "2026-11-30T04:00:01Z listening\n2026-11-30T04:00:02Z POST /g/[token]/unlock 401" in log
    assert "SECRET" not in page + log
    assert bob.get(f"{STATUS}containers/{WEB}/").status_code == 404
    assert Client().get(f"{STATUS}containers/{WEB}/").headers["location"].startswith("/login/")


@pytest.mark.parametrize("container_id", [STRANGE, "0" * 64, "web", "..%2Fimages"])
def test_no_other_container_can_be_read(docker: DockerServer, alice: Client, container_id: str) -> None:
    assert alice.get(f"{STATUS}containers/{container_id}/").status_code == 404
    assert not [path for _, path in docker.asked if "logs" in path or STRANGE in path]


def test_what_docker_does_not_say_in_time_is_left_out(docker: DockerServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "ANSWER_SECONDS", 0.2)
    docker.mute = f"{WORKER}/json"
    shown = {one.service: one for one in containers.all_of_ours()}
    assert shown["web"].health == "healthy"
    assert (shown["worker"].state, shown["worker"].restarts, shown["worker"].trouble) == ("running", None, "")


def test_while_docker_is_away_the_page_shows_all_the_rest(
    socket_path: Path, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = alice.get(STATUS)
    assert page.status_code == 200
    assert "Docker doesn’t answer right now." in page.content.decode()
    assert "Photo storage" in page.content.decode()
    assert alice.get(f"{STATUS}containers/{WEB}/").status_code == 503
    assert checks.CHECKS["containers"]().condition == Condition.WARNING
    monkeypatch.setattr(containers, "ANSWER_SECONDS", 0.2)
    with serving(socket_path, container(1, "web")) as hanging:
        hanging.mute = "/containers/json"
        assert "Docker doesn’t answer right now." in alice.get(STATUS).content.decode()
        hanging.mute, hanging.containers = "", [{"Id": "junk"}]
        with pytest.raises(DockerAway):
            containers.log_of(WEB)


def test_without_a_socket_nothing_is_said_of_containers(settings: Settings, alice: Client) -> None:
    settings.DOCKER_SOCKET, settings.OPERATORS = None, ("alice@example.com",)
    assert "Containers" not in alice.get(STATUS).content.decode()
    assert "containers" not in {one.service for one in overview.services()}
    assert checks.CHECKS["containers"]().condition == Condition.OK
