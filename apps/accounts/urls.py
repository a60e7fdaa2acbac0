"""Addresses of people and studios."""

from django.urls import path

from apps.accounts.journal import views as journal
from apps.accounts.views import (
    browser_sessions,
    domain,
    entrance,
    joining,
    managing,
    membership,
    passkeys,
    second_factor,
)

app_name = "accounts"

urlpatterns = [
    path("", entrance.home, name="home"),
    path("login/", entrance.login, name="login"),
    path("login/code/", second_factor.code, name="code"),
    path("account/security/", second_factor.security, name="security"),
    path("account/security/off/", second_factor.turn_off, name="security_off"),
    path("login/passkey/ask/", passkeys.sign_in_begin, name="passkey_ask"),
    path("login/passkey/", passkeys.sign_in, name="passkey_sign_in"),
    path("account/passkeys/ask/", passkeys.add_begin, name="passkey_add_ask"),
    path("account/passkeys/", passkeys.add, name="passkey_add"),
    path("account/passkeys/<uuid:passkey_id>/remove/", passkeys.remove, name="passkey_remove"),
    path("account/sessions/", browser_sessions.sessions, name="sessions"),
    path("account/sessions/<str:handle>/end/", browser_sessions.session_end, name="session_end"),
    path("logout/", entrance.logout, name="logout"),
    path("password/", entrance.password, name="password"),
    path("studios/", entrance.choose_studio, name="choose_studio"),
    path("brand/<str:accent>.css", entrance.brand, name="brand"),
    path("sign-up/", joining.sign_up, name="sign_up"),
    path("sign-up/<str:token>/", joining.sign_up_finish, name="sign_up_finish"),
    path("first-run/", joining.first_run, name="first_run"),
    path("reset/", joining.reset_request, name="reset_request"),
    path("reset/<str:token>/", joining.reset, name="reset"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("studio/<slug:slug>/settings/", managing.settings, name="settings"),
    path("studio/<slug:slug>/domain/", domain.domain, name="domain"),
    path("studio/<slug:slug>/domain/check/", domain.domain_check, name="domain_check"),
    path("studio/<slug:slug>/domain/remove/", domain.domain_remove, name="domain_remove"),
    path("studio/<slug:slug>/brands/<uuid:brand_id>/domain/", domain.domain, name="brand_domain"),
    path("studio/<slug:slug>/brands/<uuid:brand_id>/domain/check/", domain.domain_check, name="brand_domain_check"),
    path("studio/<slug:slug>/brands/<uuid:brand_id>/domain/remove/", domain.domain_remove, name="brand_domain_remove"),
    path("studio/<slug:slug>/agreement/", managing.agreement, name="agreement"),
    path("studio/<slug:slug>/journal/<uuid:entry_id>/undo/", journal.undo, name="undo"),
    path("studio/<slug:slug>/members/", membership.members_page, name="members"),
    path("studio/<slug:slug>/members/second-factor/", membership.second_factor, name="members_second_factor"),
    path("studio/<slug:slug>/members/<uuid:member_id>/role/", membership.member_role, name="member_role"),
    path("studio/<slug:slug>/members/<uuid:member_id>/remove/", membership.member_remove, name="member_remove"),
    path(
        "studio/<slug:slug>/invitations/<uuid:invitation_id>/revoke/",
        membership.invitation_revoke,
        name="invitation_revoke",
    ),
    path("studio/<slug:slug>/api-keys/", managing.api_keys, name="api_keys"),
    path("studio/<slug:slug>/api-keys/<uuid:key_id>/delete/", managing.api_key_delete, name="api_key_delete"),
]
