"""What an API caller shows: a five-minute access token or an API key. The studio comes from it and from nowhere else.

Neither is believed about rights: membership, role and whether the session still runs are read at every request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.accounts.access import MEMBER, Entered, entered_of
from apps.accounts.models import ApiKey, Role, Studio, User, secret_hash
from apps.accounts.tenancy import across_studios
from apps.web.raw_rows import RowColumns

ACCESS_LIFETIME = timedelta(minutes=5)
ALGORITHM = "HS256"
AUDIENCE = "glassine-api"
KIND = "access"
LAST_USED_STEP = timedelta(minutes=1)

SCOPES_OF: dict[Role, frozenset[str]] = {
    Role.CONTRIBUTOR: frozenset({"read", "upload"}),
    Role.VIEWER: frozenset({"read"}),
    Role.EDITOR: frozenset({"read", "upload", "albums", "share", "people"}),
    Role.OWNER: frozenset(ApiKey.SCOPES),
}

# PyJWT is imported where a token is made or read: with kinds of keys that we never use it takes 2 MB and 30 ms once,
# which processes that see browsers and API keys alone are spared.

_KEY, _USER = RowColumns(ApiKey), RowColumns(User)
_THEIRS = f"""{_USER.sql("u")}, {MEMBER}"""
_AS_MEMBER = """
    join accounts_user u on u.id = {user}
    join accounts_membership m on m.user_id = u.id and m.studio_id = {studio}
    join accounts_studio s on s.id = m.studio_id"""
# A session has ended when one of its tokens was revoked, so these come first.
_BY_FAMILY = f"""
    select t.revoked_at, {_THEIRS}
    from accounts_refreshtoken t {_AS_MEMBER.format(user="t.user_id", studio="t.studio_id")}
    where t.family = %s and t.studio_id = %s and t.user_id = %s order by t.revoked_at nulls last limit 1
"""
_BY_KEY = f"""
    select {_KEY.sql("k")}, {_THEIRS}
    from accounts_apikey k {_AS_MEMBER.format(user="k.made_by_id", studio="k.studio_id")}
    where k.key_hash = %s and (k.expires_at is null or k.expires_at > %s) limit 1
"""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who calls, in which studio, with which scopes. key: the API key, or None for an access token."""

    entered: Entered
    scopes: frozenset[str]
    key: ApiKey | None = None
    family: UUID | None = None

    def require(self, scope: str) -> None:
        """Raises PermissionDenied with a sentence when the scope is not held."""
        if scope not in self.scopes:
            raise PermissionDenied(f"This needs the scope {scope}.")


def credential_of(header: bytes) -> Credential | None:
    """The credential that the value of an `Authorization` header shows, or None."""
    words = header.split()
    if len(words) != 2 or not words[1].isascii():
        return None
    scheme, secret = words[0].lower(), words[1].decode()
    if scheme == b"bearer":
        return by_access_token(secret)
    return by_api_key(secret) if scheme == b"api-key" else None


class Credentials(BaseAuthentication):
    """`Authorization: Bearer <access token>` or `Authorization: Api-Key <key>`."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        header = get_authorization_header(request)
        if not header.split():
            return None
        credential = credential_of(header)
        if credential is None:
            raise AuthenticationFailed("This credential is not valid or has expired.")
        return credential.entered.user, credential

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="glassine"'


class HasScope(BasePermission):
    """Signed in, let in by the view's door, with the scope that it asks for (`StudioView.needs`)."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, Credential):
            raise NotAuthenticated
        if hasattr(view, "needs"):
            door, scope = view.needs(request)
            request.auth.entered.admit(door, album=view.kwargs.get("album_id"))
            request.auth.require(scope)
        return True


# -- access tokens -----------------------------------------------------------------------------------------


def access_token(user: User, studio: Studio, family: UUID) -> str:
    """A signed token for five minutes. It names the session (`family`), so that ending the session ends it too."""
    import jwt

    now = timezone.now()
    claims = {
        "iss": settings.PUBLIC_URL,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + ACCESS_LIFETIME,
        "typ": KIND,
        "sub": str(user.pk),
        "studio": str(studio.pk),
        "family": str(family),
    }
    return jwt.encode(claims, _signing_key(), algorithm=ALGORITHM)


def _signing_key() -> str:
    # Not the bare secret: nothing else that is signed with it can pass for a token.
    return f"glassine.jwt:{settings.SECRET_KEY}"


def _claims(token: str) -> dict[str, Any] | None:
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _signing_key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=settings.PUBLIC_URL,
            options={"require": ["exp", "iat", "aud", "iss", "sub"]},
        )
    except jwt.InvalidTokenError:
        return None
    return claims if claims.get("typ") == KIND else None


def by_access_token(token: str) -> Credential | None:
    """The credential of a token, or None if it is forged, too old, or its session has ended."""
    claims = _claims(token)
    if claims is None:
        return None
    family = UUID(claims["family"])
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_BY_FAMILY, [family, UUID(claims["studio"]), UUID(claims["sub"])])
        found = cursor.fetchone()
    if found is None or found[0] is not None:
        return None
    entered = _member(found[1:])
    return Credential(entered, SCOPES_OF[entered.role], family=family) if entered else None


def _member(values: Sequence[Any], *, by_key: bool = False) -> Entered | None:
    """values: of a user, and what `MEMBER` gives."""
    user = _USER.row(values[: len(_USER)])
    return entered_of(user, values[len(_USER) :], by_key=by_key) if user.is_active else None


# -- API keys ----------------------------------------------------------------------------------------------


def by_api_key(secret: str) -> Credential | None:
    """The credential of a key, or None. A key can never do more than the member who made it can do now."""
    now = timezone.now()
    with across_studios(), connection.cursor() as cursor:
        cursor.execute(_BY_KEY, [secret_hash(secret), now])
        found = cursor.fetchone()
        if found is None:
            return None
        key = _KEY.row(found[: len(_KEY)])
        if key.last_used_at is None or key.last_used_at < now - LAST_USED_STEP:
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    entered = _member(found[len(_KEY) :], by_key=True)
    return Credential(entered, SCOPES_OF[entered.role] & frozenset(key.scopes), key=key) if entered else None
