"""The guests' download page: what, in which size, where. It works without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import smtp
from apps.accounts.context import brand_css
from apps.albums.design import Design
from apps.albums.request_params import readable_uuids, uuid_or_none
from apps.media import responses, serving
from apps.media.formats import MP4, is_film
from apps.media.mime import download_name
from apps.sharing.access import Grant, lockout
from apps.sharing.downloads import email_link, offers, pin_code, quota, single, sizes
from apps.sharing.downloads.archive import plan, prepare
from apps.sharing.downloads.archive import response as archive_response
from apps.sharing.downloads.archive.plan import Wish
from apps.sharing.guests import view_as, visitors
from apps.sharing.guests.identify import back_to, needs_person
from apps.sharing.guests.pages import guest_page
from apps.web.answers import SeeOther, retry_after, too_many
from apps.web.client_ip import client_ip
from apps.web.rate_limit import RateLimited
from apps.web.refusal import Refusal

BATCH = 20


class PinForm(forms.Form):
    """Six digits; blanks and hyphens between them are what people type."""

    pin = forms.CharField(
        label=gettext_lazy("Download PIN"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_pin(self) -> str:
        pin = pin_code.without_blanks(str(self.cleaned_data["pin"]))
        if len(pin) != pin_code.DIGITS or not (pin.isascii() and pin.isdigit()):
            raise forms.ValidationError(_("The PIN has %(digits)s digits.") % {"digits": pin_code.DIGITS})
        return pin


@guest_page()
def downloads(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """What to take home, in which size, as which files."""
    return _page(request, grant, token, request.GET, PinForm())


def _page(
    request: HttpRequest,
    grant: Grant,
    token: str,
    query: Mapping[str, str],
    form: PinForm,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    if grant.rights.download_size is None:
        raise Http404
    now = timezone.now()
    visitor = visitors.of(grant, request.COOKIES, now=now)
    wish = _wish(grant, query)
    single_photo = _photo(grant, token, query, wish)
    photo_id = single_photo["id"] if single_photo else ""
    chosen = grant.photos().filter(photo_id=photo_id) if photo_id else plan.members(grant, wish.what, visitor)
    needs_pin = grant.rights.needs_pin and not pin_code.is_held(pin_code.link_of(grant), request.COOKIES, now=now)
    context = _common(grant, token) | {
        "wish": wish,
        "whats": offers.whats(grant, token, wish, visitor),
        "sizes": offers.measures(grant, token, wish, chosen, photo=photo_id),
        "counter": offers.counter(grant),
        "form": form,
        "needs_pin": needs_pin,
        "here": f"{reverse('sharing:downloads', args=[token])}?{urlencode({'what': wish.what, 'size': wish.size})}",
        "photo": single_photo,
        "folds_stacks": Design.of(grant.studio.design, grant.shown.design).stacks == "folded",
        "batch_url": reverse("sharing:download_batch", args=[token]),
        "batch": BATCH,
        "ticks": grant.link_id.hex[-16:],
        "email_to": visitor.email if visitor else "",
        # Without a mail server emails are kept as files, and nothing is on its way to anybody.
        "is_without_email": bool(smtp.kept_in()),
        "email": "sent" if visitor and "emailed" in query else "",
        **shown,
    }
    refresh = False
    if not (needs_pin or single_photo):
        holder = plan.holder(grant, request.COOKIES)
        found, refresh = _files(grant, token, wish, visitor, holder, is_asked="prepare" in query)
        context |= found
    response = render(request, "sharing/downloads/download.html", context, status=status)
    if refresh:
        # Without `prepare`: looking again is not asking again.
        response["Refresh"] = f"3; url={context['here']}"
    return response


def _files(
    grant: Grant, token: str, wish: Wish, visitor: Any, holder: str, *, is_asked: bool
) -> tuple[dict[str, Any], bool]:
    """The ZIP files, or how far they are, or why there are none; and whether the page shall look again soon.

    is_asked: the guest pressed *Prepare*.
    """
    try:
        found = offers.files(grant, token, wish, visitor, holder)
        quota.check(grant, list(plan.members(grant, wish.what, visitor).values_list("photo_id", flat=True)))
        return {"files": found}, False
    except plan.NotReady as reason:
        if is_asked and not grant.is_preview:
            prepare.begin(grant, reason.missing)
        state = prepare.state(grant, reason.missing)
        words = _("Preparing %(done)s of %(total)s") % {"done": reason.done, "total": reason.total}
        return {"unready": state, "progress": words, "done": reason.done, "total": reason.total}, state == "busy"
    except Refusal as reason:
        return {"refusal": _(str(reason))}, False


def _wish(grant: Grant, query: Mapping[str, str]) -> Wish:
    size = query.get("size", "")
    offered = sizes.is_offered(grant, size)
    return Wish(query.get("what", "") or "all", size if offered else grant.rights.download_size or "")


def _photo(grant: Grant, token: str, query: Mapping[str, str], wish: Wish) -> dict[str, str] | None:
    """The single photo of which the page tells the sizes, or for which it asks the PIN. Raises Http404."""
    photo_id = uuid_or_none(query.get("photo"))
    if photo_id is None:
        return None
    name = grant.require(photo_id).camera_name
    address = reverse("sharing:download", args=[token, photo_id])
    return {"name": name, "id": str(photo_id), "url": f"{address}?{urlencode({'size': wish.size})}"}


def _common(grant: Grant, token: str) -> dict[str, Any]:
    return {
        "album": grant.shown.album,
        "studio": grant.studio,
        "brand_css": brand_css(grant.studio),
        "gallery_url": reverse("sharing:gallery", args=[token]),
        "token": token,
    }


@guest_page(locked_status=403, takes_posts=True)
def download_pin(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """A try at the PIN; back to the page with a pass, or with what was wrong."""
    here = back_to(token, request.POST.get("next", "") or reverse("sharing:downloads", args=[token]))
    answer = SeeOther(here)
    if request.method != "POST" or not grant.rights.needs_pin:
        return HttpResponse(status=405, headers={"Allow": "POST"}) if request.method != "POST" else answer
    query = QueryDict(here.partition("?")[2]).dict()
    form = PinForm(request.POST)
    if not form.is_valid():
        return _page(request, grant, token, query, form, status=422)
    link = pin_code.link_of(grant)
    try:
        pin_code.check(link, form.cleaned_data["pin"])
    except lockout.Wrong as wrong:
        form.add_error("pin", _("Incorrect PIN."))
        return _page(request, grant, token, query, form, status=422, tries_left=wrong.tries_left)
    except RateLimited as stop:
        return too_many(_page(request, grant, token, query, PinForm(), locked_minutes=stop.minutes), stop.wait)
    pin_code.hand_over(answer, request.COOKIES, link, now=timezone.now())
    return answer


@guest_page(locked_status=403, takes_posts=True)
def download_chosen(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """Single photos (`photos`, ids, at most 500): remembered, and on to the page that asks for the size."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if grant.rights.download_size is None:
        raise Http404
    what = plan.choose(grant, readable_uuids(request.POST.getlist("photos"), most=plan.MOST_CHOSEN + 1))
    return SeeOther(f"{reverse('sharing:downloads', args=[token])}?{urlencode({'what': what})}")


@guest_page(locked_status=403, takes_posts=True)
def download_email(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """Email the address of the page, with `what` and `size`, to who is known in this browser."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    if grant.rights.download_size is None:
        raise Http404
    now = timezone.now()
    visitor = visitors.of(grant, request.COOKIES, now=now)
    if visitor is None:
        return needs_person(request, token)
    query = request.POST.dict()
    wish = _wish(grant, query)
    count = plan.members(grant, wish.what, visitor).count()
    try:
        email_link.write(grant, visitor, wish, count, client_ip=client_ip(request), now=now)
    except RateLimited as stop:
        return too_many(_page(request, grant, token, query, PinForm(), email="often"), stop.wait)
    here = {"what": wish.what, "size": wish.size, "emailed": "1"}
    return SeeOther(f"{reverse('sharing:downloads', args=[token])}?{urlencode(here)}#email")


@guest_page(locked_status=403)
def download_batch(request: HttpRequest, grant: Grant, token: str) -> HttpResponse:
    """Names and addresses of the photos of one batch for the share sheet: `?what=…&size=…&number=1`."""
    if grant.rights.download_size is None:
        raise Http404
    visitor = visitors.of(grant, request.COOKIES, now=timezone.now())
    wish = _wish(grant, request.GET.dict())
    number = request.GET.get("number", "1")
    first = (int(number) - 1) * BATCH if number.isascii() and number.isdecimal() and len(number) < 6 else -1
    if first < 0:
        raise Http404
    members = plan.members(grant, wish.what, visitor)
    rows = members.in_order().values_list("photo_id", "photo__camera_name", "photo__original__mime")
    total = members.count()
    found = [
        {
            "id": str(photo_id),
            "name": download_name(name, _mime(wish.size, mime)),
            "url": f"{reverse('sharing:download', args=[token, photo_id])}?{urlencode({'size': wish.size})}",
        }
        for photo_id, name, mime in rows[first : first + BATCH]
    ]
    return JsonResponse({"total": total, "photos": found})


def _mime(size: str, original: str) -> str:
    """What a photo is in this size."""
    if size != "original" and is_film(original):
        return MP4.mime
    return {"original": original, "web": "image/webp"}.get(size, "image/jpeg")


@guest_page(locked_status=403)
def archive(request: HttpRequest, grant: Grant, token: str) -> HttpResponseBase:
    """Why an archive was not sent (see `archive.response`): the byte path leaves to this page what it refused."""
    if grant.is_preview:
        return view_as.refuse(request, grant)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        archive_response.decide(grant, request.COOKIES, request.GET.dict(), headers)
    except archive_response.OutOfRange as reason:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{reason.length}"})
    except plan.NotReady as reason:
        prepare.begin(grant, reason.missing)
        return _explained(request, grant, token, reason)
    except Refusal as reason:
        return _explained(request, grant, token, reason)
    # What stood in the way is gone, or it was the cookie of a preview that is over.
    response = SeeOther(request.get_full_path())
    view_as.end(response)
    return response


def _explained(request: HttpRequest, grant: Grant, token: str, reason: Refusal) -> HttpResponse:
    """The reason on a page, with the way on."""
    query = {"what": request.GET.get("what", "all"), "size": request.GET.get("size", "")}
    if isinstance(reason, plan.NotReady):
        query["prepare"] = "1"
    onward = f"{reverse('sharing:downloads', args=[token])}?{urlencode(query)}" if grant.rights.download_size else ""
    response = retry_after(single.refused(request, grant, token, reason, onward), reason.wait)
    if reason.wait:
        response["Refresh"] = f"2; url={onward}"
    return response


# A program that wants a file must not take the form for one.
@guest_page(locked_status=403)
def download(request: HttpRequest, grant: Grant, token: str, photo_id: UUID) -> HttpResponseBase:
    """The file of one photo, `?size=web` or `original`; without it the largest that the link grants."""
    asked = single.ask_pin(request, grant, token, photo_id)
    if asked is not None:
        return asked
    location, name = single.find(grant, photo_id, request.GET.get("size"))
    answer = serving.download_answer(location, filename=name)
    if answer.status >= 500:
        return single.refused(request, grant, token, sizes.Unwhole())
    return single.take(request, grant, token, photo_id, answer) or responses.respond(request, answer)
