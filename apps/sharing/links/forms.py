"""Forms of links. Whether the terms are possible is decided by the deeds in `lifecycle`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from apps.accounts.models import Studio
from apps.albums.models import Album
from apps.sharing.branding import watermarks
from apps.sharing.links import file_names, lifecycle
from apps.sharing.links.lifecycle import LIMIT_MOST, PASSWORD_LONGEST, PASSWORD_SHORTEST, SLUG_LONGEST
from apps.sharing.links.terms import FIRST_DAY, LAST_DAY, Rights
from apps.sharing.models import Download, Metadata, ShareLink, ShowsPeople, TakesUploads
from apps.web.refusal import Unsuitable

FOLDS = {
    "downloads": ("download_limit", "has_pin", "metadata", "file_names"),
    "people": ("people", "may_find", "only_agreed"),
    "uploads": ("upload",),
    "more": ("slug", "asks_identity", "is_watermarked"),
}


# Rights that belong to one gallery (see `lifecycle.LinkWish`).
NOT_OF_COLLECTIONS = ("is_main", "people", "may_find", "upload", "uploads_wait")


@contextmanager
def _told() -> Iterator[None]:
    """What a deed would refuse is said beside the field."""
    try:
        yield
    except Unsuitable as unsuitable:
        raise forms.ValidationError(str(unsuitable)) from unsuitable


class PasswordForm(forms.Form):
    """What a guest types."""

    password = forms.CharField(
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class RightsForm(forms.Form):
    """The rights of a link. Each field is named as in `lifecycle.LinkWish`."""

    may_favourite = forms.BooleanField(required=False, initial=True, label="Mark favourites")
    may_comment = forms.BooleanField(required=False, initial=True, label="Comment")
    may_rate = forms.BooleanField(required=False, label="Rate: stars, colours, yes or no")
    may_search = forms.BooleanField(
        required=False,
        label="Search the photos",
        help_text="By caption, file name, section and date. By people’s names if the link shows them.",
    )
    may_see_places = forms.BooleanField(
        required=False,
        label="See where photos were taken",
        help_text="Town and country, in the search too. Never the exact spot or your own names of places.",
    )
    is_main = forms.BooleanField(
        required=False,
        label="Hide photos from the other links",
        help_text="For the client’s own link. It also shows hidden photos.",
    )
    download = forms.ChoiceField(choices=Download.choices, initial=Download.NONE, widget=forms.RadioSelect)
    download_limit = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LIMIT_MOST,
        label="At most",
        help_text="Total number of photos. Downloading one again is free.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "No limit"}),
    )
    has_pin = forms.BooleanField(
        required=False, label="Ask for a PIN", help_text="We create a six-digit PIN and show it next to the link."
    )
    metadata = forms.ChoiceField(
        choices=Metadata.choices, initial=Metadata.ALL, required=False, label="Metadata in downloaded files"
    )
    file_names = forms.CharField(
        required=False,
        max_length=file_names.LONGEST,
        label="File names",
        help_text=f"Use {', '.join(f'{{{one}}}' for one in file_names.VARIABLES)}. Empty: as the camera named them.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "{gallery}-{number}"}
        ),
    )
    asks_identity = forms.BooleanField(
        required=False,
        label="Ask for name and email on entry",
        help_text="Otherwise guests are asked with their first favourite or comment.",
    )
    is_watermarked = forms.BooleanField(
        required=False,
        label="Show watermark",
        help_text="On screen only. Downloads are never watermarked.",
    )

    people = forms.ChoiceField(
        choices=ShowsPeople.choices,
        initial=ShowsPeople.OFF,
        required=False,
        label="People above the photos",
        help_text="Guests tap a face to see their photos. Faces must be on for the gallery.",
    )
    may_find = forms.BooleanField(
        required=False,
        label="Find my photos by selfie",
        help_text="A guest takes a picture and sees the photos that may show them. The picture is not kept.",
    )
    only_agreed = forms.BooleanField(
        required=False,
        label="Only photos in which everyone agrees",
        help_text="Photos with anyone who has not said yes are left out. Without this, only a no counts.",
    )

    upload = forms.ChoiceField(
        choices=TakesUploads.choices,
        initial=TakesUploads.OFF,
        required=False,
        label="Photos from guests",
        help_text="They go into the section “From guests”, with the guest’s name.",
    )
    uploads_wait = forms.BooleanField(
        required=False,
        initial=True,
        label="Hide them until I approve",
        help_text="Otherwise they show at once to everyone with a link.",
    )

    @property
    def folds(self) -> dict[str, bool]:
        """Which folded parts are to be open: those in which something is set or wrong."""
        return {name: any(self._is_touched(field) for field in fields) for name, fields in FOLDS.items()}

    def _is_touched(self, name: str) -> bool:
        plain = (None, "", False, Metadata.ALL, ShowsPeople.OFF, TakesUploads.OFF, "False")
        return name in self.fields and (self[name].value() not in plain or name in self.errors)

    def clean_people(self) -> str:
        """The default, where it is not sent."""
        return self.cleaned_data["people"] or ShowsPeople.OFF

    def clean_upload(self) -> str:
        """The default, where it is not sent."""
        return self.cleaned_data["upload"] or TakesUploads.OFF

    def clean_file_names(self) -> str:
        """A pattern that gives every photo a different name."""
        pattern = str(self.cleaned_data["file_names"]).strip()
        if pattern:
            with _told():
                file_names.check(pattern)
        return pattern

    def clean_metadata(self) -> str:
        """The default, where it is not sent."""
        return self.cleaned_data["metadata"] or Metadata.ALL


class LinkForm(RightsForm):
    """Terms of a link. Each field is named as in `lifecycle.LinkWish`.

    has_password: told by the page itself, so that the sentence about an unsaved change knows of the password
    that stays.
    """

    label = forms.CharField(max_length=80, required=False, help_text="Only you see this. Who is it for?")
    password = forms.CharField(
        max_length=PASSWORD_LONGEST,
        required=False,
        help_text=f"At least {PASSWORD_SHORTEST} characters.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    no_password = forms.BooleanField(required=False, label="Remove password")
    has_password = forms.BooleanField(required=False, widget=forms.HiddenInput)
    expires_on = forms.DateField(
        required=False,
        label="Open until",
        help_text="The end of that day.",
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    slug = forms.CharField(
        max_length=SLUG_LONGEST,
        required=False,
        label="Readable address",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(
        self,
        *args: Any,
        link: ShareLink | None = None,
        studio: Studio | None = None,
        album: Album | None = None,
        preset: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if link is not None:
            kept = {name: getattr(link, name) for name in self.base_fields if hasattr(link, name)}
            kwargs["initial"] = {**kept, "has_password": link.is_password_protected}
        elif preset:
            kwargs["initial"] = dict(preset)
        super().__init__(*args, **kwargs)
        self.link, self.studio = link, studio
        shown = link.album if link is not None else album
        if shown is not None and not shown.is_gallery:
            for name in NOT_OF_COLLECTIONS:
                del self.fields[name]
        if studio is not None:
            self.fields["slug"].help_text = f"The link ends in /g/{studio.slug}.your-choice/. It needs a password too."
            name = watermarks.name_instead(studio, album)
            if name:
                words = (
                    f"No watermark is set up, so “{name}” is shown across the photos. Downloads are never watermarked."
                )
                self.fields["is_watermarked"].help_text = words
        if link is None or not link.is_password_protected:
            del self.fields["no_password"]
        else:
            self.fields["password"].label = "New password"
            self.fields["password"].help_text = "Leave empty to keep the current password."

    def clean_password(self) -> str:
        """Told together with all else that is wrong, not in a round of its own."""
        password: str = self.cleaned_data["password"]
        if password.strip():
            with _told():
                lifecycle.check_password(password.strip())
        return password

    def clean_expires_on(self) -> date | None:
        """A day that stays as it is may lie in the past."""
        day: date | None = self.cleaned_data["expires_on"]
        if day and self.studio and not (self.link and self.link.expires_on == day):
            with _told():
                lifecycle.check_day(day, timezone.localdate(timezone=self.studio.zone))
        return day

    def clean_slug(self) -> str:
        """Lower-cased."""
        slug: str = self.cleaned_data["slug"].strip().lower()
        return slug

    def terms(self) -> dict[str, Any]:
        """Arguments of `lifecycle.create` and `lifecycle.change`: an empty password keeps what is there."""
        data = dict(self.cleaned_data)
        taken_away = data.pop("no_password", False)
        data.pop("has_password")
        return {**data, "password": data["password"] or ("" if taken_away else None)}

    def draft(self) -> dict[str, Any]:
        """What can be read of the form so far, for the sentence: arguments of `terms.draft_terms`."""
        self.is_valid()
        data = (
            self.cleaned_data
            if self.is_bound
            else {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        )
        kept = bool(data.get("has_password")) and not self.data.get("no_password")
        upload, waits = TakesUploads(data.get("upload") or TakesUploads.OFF), bool(data.get("uploads_wait"))
        if upload == TakesUploads.DROP:
            rights = Rights.of_drop(asks_identity=bool(data.get("asks_identity")), uploads_wait=waits)
        else:
            rights = self._rights(data, upload, waits)
        return {
            "rights": rights,
            "needs_password": kept or bool(data.get("password")),
            "expires_on": data.get("expires_on"),
        }

    @staticmethod
    def _rights(data: Mapping[str, Any], upload: TakesUploads, waits: bool) -> Rights:
        """The rights of a link that shows photos."""
        return Rights(
            download=Download(data.get("download") or Download.NONE),
            favourite=bool(data.get("may_favourite")),
            comment=bool(data.get("may_comment")),
            rate=bool(data.get("may_rate")),
            is_main=bool(data.get("is_main")),
            download_limit=data.get("download_limit"),
            needs_pin=bool(data.get("has_pin")),
            metadata=Metadata(data.get("metadata") or Metadata.ALL),
            is_watermarked=bool(data.get("is_watermarked")),
            asks_identity=bool(data.get("asks_identity")),
            people=ShowsPeople(data.get("people") or ShowsPeople.OFF),
            may_find=bool(data.get("may_find")),
            may_search=bool(data.get("may_search")),
            shows_places=bool(data.get("may_see_places")),
            only_agreed=bool(data.get("only_agreed")),
            upload=upload,
            uploads_wait=waits,
        )
