"""The addresses of the API are a promise to programs: each method below is published, and stays so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from apps.albums import batch_api
from apps.library.questions import operators
from apps.library.questions.fields import IN_RULES

# One line per address: its methods, and the path; what stands in braces may have any name.
CONTRACT = """
    POST auth/token
    POST auth/refresh
    POST auth/logout
    POST auth/register
    GET me
    GET POST api-keys
    GET POST brands
    PATCH DELETE brands/{}
    DELETE api-keys/{}
    GET galleries/{}
    POST galleries/{}/unlock
    GET galleries/{}/photos
    GET galleries/{}/photos/{}/{}
    PUT DELETE galleries/{}/favourites/{}
    POST galleries/{}/identity
    GET system/health
    GET health
    GET system/status
    GET system/status/history
    GET stats
    GET POST albums
    GET PATCH DELETE albums/{}
    GET albums/slug/{}
    PUT albums/{}/cover/{}
    GET POST albums/{}/photos
    GET albums/photos/all
    GET files/media/{}/{}
    GET PATCH DELETE albums/{}/photos/{}
    GET albums/{}/photos/{}/download
    POST albums/{}/photos/{}/regenerate-thumbnails
    GET POST albums/{}/share
    PATCH DELETE albums/{}/share/{}
    POST upload
    POST upload/multiple
    GET PUT people/settings
    GET POST people
    GET PATCH DELETE people/{}
    GET people/{}/photos
    POST people/{}/merge
    POST people/{}/split
    GET PUT people/{}/thumbnail
    GET POST people/{}/relationships
    DELETE people/{}/relationships/{}
    GET POST faces
    POST faces/assign
    POST faces/{}/ignore
    POST faces/{}/unignore
    GET POST faces/suggestions
    GET faces/{}/crop
    GET faces/{}/why
    POST photos/{}/detect-faces
    POST albums/{}/detect-faces
    POST people/never
    PUT people/{}/consent
    GET POST people/hide-requests
    POST albums/{}/guest-list
    GET POST photos/search
    GET photos
    GET PATCH DELETE photos/{}
    GET photos/{}/similar
    POST photos/batch
    GET POST smart-collections
    GET PATCH DELETE smart-collections/{}
    GET smart-collections/{}/photos
    POST smart-collections/preview
    GET POST collections
    GET PATCH DELETE collections/{}
    GET PUT collections/{}/photos
    GET POST collections/{}/share
    GET POST smart-collections/{}/share
    GET POST tags/library
    GET POST events
    GET PATCH DELETE events/{}
    GET events/{}/photos
    POST events/detect
    GET PUT events/holiday-sets
    GET locations
    PATCH locations/{}
    GET locations/clusters
    GET locations/reverse
    GET PUT ai/config
    GET PUT ai/prompts
    POST ai/test
    POST photos/{}/process-ai
    GET POST tags/suggestions
    POST uploads/check
    GET uploads/receipts
    GET uploads/receipts/{}
    GET photos/{}/versions
    PUT photos/{}/file
    POST photos/{}/versions/{}/current
    GET photos/{}/history
    POST photos/{}/promote
    POST photos/{}/demote
    POST photos/{}/embed-metadata
    GET POST stacks
    GET DELETE stacks/{}
    POST stacks/{}/primary
    POST bursts/analyze
    GET duplicates
    POST duplicates/scan
    POST duplicates/{}/resolve
    GET PUT inbox
    POST inbox/scan
    GET POST approvals
    POST albums/{}/clock
    GET PUT settings/{}
    GET clients
    GET clients/{}
    GET board
    GET POST members
    PATCH DELETE members/{}
    GET activity
    GET journal
    POST journal/{}/undo
    GET POST webhooks
    GET PATCH DELETE webhooks/{}
    GET webhooks/{}/deliveries
    POST webhooks/{}/deliveries/{}/replay
    POST export
    POST import
    POST studio/delete
    GET tasks
    GET DELETE tasks/{}
    PUT albums/{}/order
    GET albums/{}/marks
    POST photos/match
    GET photos/{}/original
"""
# May be missing yet. A line that has come is struck out here, so that it stays.
TO_COME = ""

# What each shape has, at least; of Link its rights stand beside it.
FIELDS = """
    Album: id title slug description state event_date sections cover photo_count size created_at updated_at url
    Photo: id camera_name kind width height size sha256 taken_at ready problem rating label keywords versions urls
    Photo: stages has_errors tier place taken_from photographer
    Stages: ingested thumbnailed geocoded faces described stacked backed_up
    Link: id label url token is_password_protected expires_at is_revoked rights views last_opened_at created_at
    Rights: download favourite comment rate upload people find_me search places consent_only
    Person: id name birthday photo_count face_count thumbnail_face is_hidden_from_clients is_ignored relationships
    Person: created_at
    Face: id photo box score sharpness person suggestion state
    Occasion: id kind title starts_on ends_on repeats person age photo_count
    FacetValue: value label count
    Task: id state done total result undo
    ImportRequestRequest: from source url key
    ExportRequestRequest: what album photos
"""
# What rules may ask of a photo, and how.
RULES = """
    taken_at uploaded_at album section event person people_count place country has_gps camera lens iso aperture exposure
    focal_length width height orientation kind rating label flag keyword tag color text camera_name tier favourite
    client_label client_rating commented downloaded stack problem
    stage has_errors taken_from photographer
"""
OPERATORS = """
    is is_not in not_in any_of all_of contains starts_with lt lte gt gte between within_last is_empty is_not_empty
"""
SETTINGS = "studio domain looks downloads emails presets watermark faces ai inbox holidays retention webhooks security"


def lines(table: str) -> set[tuple[str, str]]:
    """(method, path) of a table."""
    found = set()
    for line in table.split("\n"):
        *methods, path = line.split() or [""]
        found |= {(method, path) for method in methods}
    return found


@pytest.fixture
def document(db: None) -> Any:
    return Client().get("/api/schema/?format=json").json()


@pytest.fixture
def published(document: Any) -> set[tuple[str, str]]:
    return {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/")))
        for path, deeds in document["paths"].items()
        for method in deeds
    }


def test_every_line_of_the_contract_is_published(published: set[tuple[str, str]]) -> None:
    assert len(lines(CONTRACT)) > 150
    assert lines(CONTRACT) - published <= lines(TO_COME)
    assert lines(TO_COME) <= lines(CONTRACT)


def test_rules_know_every_field_and_operator_that_was_promised() -> None:
    assert set(RULES.split()) - set(IN_RULES) == set()
    assert set(OPERATORS.split()) == set(operators.OPERATORS)


def test_every_shape_has_the_fields_that_were_promised(document: Any) -> None:
    shapes, missing = document["components"]["schemas"], []
    for line in FIELDS.strip().split("\n"):
        name, _, fields = line.strip().partition(": ")
        known = shapes[name]["properties"].keys()
        missing += [f"{name}.{field}" for field in fields.split() if field not in known]
    assert not missing


def test_every_subject_of_the_settings_is_there(document: Any) -> None:
    [key] = document["paths"]["/api/settings/{key}"]["get"]["parameters"]
    assert set(key["schema"]["enum"]) == set(SETTINGS.split())
    verbs = document["components"]["schemas"]["ExportingBatchRequestRequest"]["properties"]["do"]
    named = document["components"]["schemas"][verbs["$ref"].rpartition("/")[2]] if "$ref" in verbs else verbs
    assert set(named["enum"]) >= {*batch_api.NEEDED, "export"}
