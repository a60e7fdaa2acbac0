"""The studio's pages of its email templates: read them, change them, try them on oneself."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts import outbox
from apps.accounts.access import StudioRequest, studio_page
from apps.accounts.emails import Words
from apps.accounts.models import Role
from apps.sharing.emails import composing, reminders, templates
from apps.sharing.emails.forms import ReminderForm, TemplateForm
from apps.sharing.emails.views import framed
from apps.sharing.links.terms import day_words
from apps.sharing.models import EmailKind
from apps.web import htmx
from apps.web.answers import SeeOther
from apps.web.ids import uuid7


def _kind(kind: str) -> EmailKind:
    if kind not in EmailKind.values:
        raise Http404
    return EmailKind(kind)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def email_templates(request: StudioRequest) -> HttpResponse:
    """The kinds of email, and when reminders go out (POST)."""
    days = ", ".join(str(day) for day in request.studio.reminder_days)
    form = ReminderForm(request.POST if request.method == "POST" else None, initial={"days": days})
    if form.is_valid():
        reminders.set_days(request.studio, form.cleaned_data["days"], by=request.user)
        return htmx.tell(request, SeeOther(request.path), "Saved.")
    shown = [(kind, templates.template_of(request.studio, kind, "en")) for kind in EmailKind]
    context = {"templates": shown, "form": form}
    return render(request, "sharing/emails/email_templates.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def email_template(request: StudioRequest, kind: str) -> HttpResponse:
    """The words of one kind of email. POST saves, or with `reset` goes back to the installation's words."""
    which = _kind(kind)
    template = templates.template_of(request.studio, which, "en")
    form = TemplateForm(
        request.POST if request.method == "POST" else None,
        initial={"subject": template.subject, "body": template.body},
    )
    here = SeeOther(reverse("sharing:email_templates", args=[request.studio.slug]))
    if request.method == "POST" and "reset" in request.POST:
        composing.reset_template(request.studio, which, by=request.user)
        return htmx.tell(request, here, "Template reset.")
    if form.is_valid():
        composing.set_template(request.studio, which, by=request.user, **form.cleaned_data)
        return htmx.tell(request, here, "Saved.")
    context = {"kind": which, "form": form, "is_own": template.is_own, "variables": templates.VARIABLES}
    return render(request, "sharing/emails/email_template.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@studio_page(Role.EDITOR)
def email_template_preview(request: StudioRequest, kind: str) -> HttpResponse:
    """An email with the words of the form and values of a made-up gallery; GET shows the saved words."""
    return framed(request, _sample(request, _kind(kind)))


@require_POST
@studio_page(Role.EDITOR)
def email_template_test(request: StudioRequest, kind: str) -> HttpResponse:
    """The same email, to whoever presses the button."""
    words = _sample(request, _kind(kind))
    to = request.user.email
    outbox.put(request.studio, f"template-test:{uuid7()}", to, words, reply_to=to, is_automatic=False)
    answer = SeeOther(reverse("sharing:email_template", args=[request.studio.slug, kind]))
    return htmx.tell(request, answer, outbox.on_its_way(f"A test email to {to}"))


def _sample(request: StudioRequest, kind: EmailKind) -> Words:
    studio = request.studio
    template = templates.template_of(studio, kind, "en")
    form = TemplateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        template = templates.Template(form.cleaned_data["subject"], form.cleaned_data["body"])
    found = templates.values(studio, "Anna & Tom", None, "en", client="Anna", note="It was a lovely day.", count=214)
    found |= {
        "link": request.build_absolute_uri(reverse("sharing:gallery", args=["example"])),
        "expires": day_words(timezone.localdate(timezone=studio.zone) + timedelta(days=30)),
        "password_hint": f"You’ll need the password from {studio.name}.",
    }
    return templates.compose(studio, template, found, "en")
