"""What people type. Rows of a studio are never choices here: keys come from the address."""

from __future__ import annotations

import re
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from apps.accounts.credentials import SCOPES_OF
from apps.accounts.models import Role, Studio, User
from apps.accounts.signing_in import LONGEST_PASSWORD
from apps.accounts.zones import ZoneField

SCOPE_LABELS = {
    "read": "Read everything in the studio",
    "upload": "Upload photos",
    "albums": "Change galleries and photos",
    "share": "Create and turn off share links",
    "people": "Name and merge people",
    "admin": "Manage keys, see the state of the system",
}


# As `albums.design` has them, which stands above the accounts.
GALLERY_LANGUAGES = (("auto", "Match the visitor’s device"), ("en", "English"), ("de", "Deutsch"))


def _colour(text: str) -> str:
    """ "#rrggbb", lower-cased. Raises ValidationError."""
    accent = text.strip().lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", accent):
        raise ValidationError("This must look like #3b5b54.")
    return accent


def _email() -> forms.EmailField:
    return forms.EmailField(label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))


def _new_password(label: str = "Password") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _old_password(label: str = "Password") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _your_name() -> forms.CharField:
    return forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))


def _studio_name() -> forms.CharField:
    return forms.CharField(label="Studio name", max_length=120)


class SignInForm(forms.Form):
    email = _email()
    password = _old_password()


class SecondFactorForm(forms.Form):
    """Six digits of an app, or a recovery code."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True}),
    )


class PresentPasswordForm(forms.Form):
    current = _old_password("Your password")


class VisitForm(PresentPasswordForm):
    """What the operator says before looking into a studio. code: of who has a second factor."""

    slug = forms.CharField(
        label="Studio",
        max_length=60,
        help_text="The part of its web address after /studio/.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="The studio’s owners get this by email, and all its members can read it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )
    field_order = ("slug", "reason", "current", "code")

    def __init__(self, *args: Any, has_second_factor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_second_factor:
            del self.fields["code"]


class SwitchOnForm(SecondFactorForm, PresentPasswordForm):
    """The first code of an app, and the password: a browser that was left open is not enough."""

    field_order = ("code", "current")


def _first_zone() -> ZoneField:
    return ZoneField(required=False, help_text="As your browser says. Type a city to find another.")


class SignUpForm(forms.Form):
    """The password is chosen by who opens the email, so nobody can prepare an account for somebody else."""

    studio_name = _studio_name()
    name = _your_name()
    email = _email()


class NewPasswordForm(forms.Form):
    """person: whose name and address the password must not resemble."""

    password = _new_password()

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        self.person = person
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.person)
        return password


class OpenStudioForm(NewPasswordForm):
    """The last step of a sign-up."""

    time_zone = _first_zone()


class ChangePasswordForm(NewPasswordForm):
    current = _old_password("Current password")
    password = _new_password("New password")
    field_order = ("current", "password")


class FirstRunForm(forms.Form):
    code = forms.CharField(
        label="One-time code", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "one-time-code"})
    )
    studio_name = _studio_name()
    name = _your_name()
    email = _email()
    password = _new_password()
    time_zone = _first_zone()
    language = forms.ChoiceField(
        required=False, choices=GALLERY_LANGUAGES, label="Language of your galleries", help_text="Your clients read it."
    )
    accent = forms.CharField(
        required=False,
        initial=Studio._meta.get_field("accent").default,
        label="Colour of your studio",
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="For buttons in your galleries and emails.",
    )
    field_order = ("code", "studio_name", "name", "email", "password", "time_zone", "language", "accent")

    def clean_accent(self) -> str:
        return _colour(self.cleaned_data["accent"] or Studio._meta.get_field("accent").default)

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or {}
        if "password" in fields:
            person = User(email=fields.get("email", ""), name=fields.get("name", ""))
            try:
                validate_password(fields["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return fields


class ResetRequestForm(forms.Form):
    email = _email()


class JoinAsNewForm(NewPasswordForm):
    name = _your_name()
    field_order = ["name", "password"]


class JoinForm(forms.Form):
    """For who has an account, but is not signed in with it."""

    password = _old_password()


class GalleryIds(forms.Field):
    """Ids of galleries, sent by checkboxes of one name. Whether they are the studio's is asked by the deed."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: object) -> list[UUID]:
        one = forms.UUIDField()
        try:
            return [one.clean(text) for text in value or ()]  # type: ignore[attr-defined]
        except ValidationError:
            raise ValidationError("One of these galleries no longer exists.") from None


class RoleForm(forms.Form):
    """A role, and where it is held. reach: missing means that this stays as it is."""

    ALL, SOME = "all", "some"

    role = forms.ChoiceField(label="Role", choices=[(role.value, role.label) for role in reversed(Role)])
    reach = forms.ChoiceField(
        label="Works in",
        choices=[(ALL, "All galleries"), (SOME, "Only these")],
        widget=forms.RadioSelect,
        required=False,
    )
    albums = GalleryIds(required=False)

    def works_in(self, now: list[UUID] | None = None) -> list[UUID] | None:
        """The galleries that a valid form names, None for all. now: where the person works at present."""
        chosen: list[UUID] = self.cleaned_data["albums"]
        if self.cleaned_data["reach"] == self.SOME:
            return chosen
        if self.cleaned_data["role"] == Role.CONTRIBUTOR:
            # Contributors always work in chosen galleries, so the page does not ask them whether.
            return chosen or now or []
        return None if self.cleaned_data["reach"] or self.cleaned_data["role"] == Role.OWNER else now


class InviteForm(RoleForm):
    email = forms.EmailField(label="Email", max_length=254)
    field_order = ("email", "role", "reach", "albums")


class AgreementForm(forms.Form):
    """digest: of the text that was read."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label="I have read this and agree to it for the studio",
        error_messages={"required": "Check the box to agree."},
    )


class ApiKeyForm(forms.Form):
    label = forms.CharField(
        label="Name", max_length=80, help_text="What will use it, such as “Lightroom on my laptop”."
    )
    scopes = forms.MultipleChoiceField(label="It may", widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(
        label="Works for",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "Until you delete it"), ("30", "30 days"), ("90", "90 days"), ("365", "A year")],
    )

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = SCOPES_OF[role]
        choices = [(scope, label) for scope, label in SCOPE_LABELS.items() if scope in held]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]


class SettingsForm(forms.ModelForm[Studio]):
    time_zone = ZoneField(
        required=True,
        help_text="Links end and emails go out by this clock, and photos whose camera stored no zone are read in it. "
        "All of them follow when you change it.",
    )

    class Meta:
        model = Studio
        fields = ("name", "slug", "time_zone", "accent")
        labels: ClassVar[dict[str, str]] = {"name": "Name", "slug": "Address", "accent": "Colour"}
        help_texts: ClassVar[dict[str, str]] = {
            "slug": "Part of your studio’s web address. Existing client links keep working."
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {"accent": forms.TextInput(attrs={"type": "color"})}

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()

    def clean_accent(self) -> str:
        return _colour(self.cleaned_data["accent"])


class BrandForm(forms.Form):
    """A brand beside the studio's own; its logo comes by another form."""

    name = forms.CharField(max_length=120, label="Name")
    accent = forms.CharField(label="Colour", widget=forms.TextInput(attrs={"type": "color"}))

    def clean_accent(self) -> str:
        return _colour(self.cleaned_data["accent"])


class DomainForm(forms.Form):
    """Understood by `domain_names`."""

    host = forms.CharField(
        label="Domain",
        max_length=300,
        help_text="Usually part of a domain that you own, such as photos.example.com.",
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
        ),
    )


class LogoForm(forms.Form):
    """Drawn here, read by `sharing.branding.logo`."""

    logo = forms.FileField(
        label="Logo",
        required=False,
        help_text="PNG, JPEG or WebP, up to 5 MB. A transparent background works best.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    remove_logo = forms.BooleanField(label="Remove logo", required=False)
