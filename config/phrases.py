"""What the journal's verbs say behind a name, as "Anna moved 12 photos to “Ceremony”".

Here, because the verbs are those of several apps. A verb without a line says itself; a test asks for the lines.
"""

from __future__ import annotations

from typing import Final

from apps.accounts.journal.sentences import Phrase, SentenceFacts, joined

_FIELDS: Final = {
    "title": "title",
    "event_date": "date",
    "promised_on": "promised date",
    "description": "text",
    "state": "state",
    "brand_id": "brand",
    "caption": "caption",
    "rating": "stars",
    "label": "label",
    "keywords": "keywords",
    "place": "place",
    "taken_at": "time",
}
_ORDERS: Final = {"manual": "by hand", "time": "by time", "name": "by file name"}


def _fields(facts: SentenceFacts) -> str:
    return joined([_FIELDS.get(name, name) for name in facts["fields"] or ["details"]])


def _moved(facts: SentenceFacts) -> str:
    if facts["section"]:
        return "moved {photos} to “{section}”".format_map(facts)
    return "moved {photos} out of their sections".format_map(facts)


def _removed(facts: SentenceFacts) -> str:
    # Photos that lie in other galleries too did not go to the trash.
    return "removed {photos} from the gallery" if facts.get("elsewhere") else "moved {photos} to the trash"


def _marked(facts: SentenceFacts) -> str:
    if "rating" in facts:
        stars = int(facts["rating"])
        given = f"{stars} star{'' if stars == 1 else 's'}" if stars else "no stars"
    elif "label" in facts:
        given = f"the label {facts['label']}" if facts["label"] else "no label"
    else:
        given = f"the flag {facts['flag']}" if facts["flag"] else "no flag"
    return f"gave {facts['photos']} {given}"


def _gathered(facts: SentenceFacts) -> str:
    made = "made the gallery “{title}”".format_map(facts)
    return f"{made} of {facts['photos']}" if facts["photos"] else made


def _tagged(facts: SentenceFacts) -> str:
    words = ", ".join(f"“{word}”" for word in facts["added"] or facts["removed"] or [])
    return f"gave {facts['photos']} {words}" if facts["added"] else f"took {words} from {facts['photos']}"


def _order(facts: SentenceFacts) -> str:
    return f"ordered the photos {_ORDERS.get(str(facts['ordering']), 'anew')}"


def _audience(what: str) -> Phrase:
    def say(facts: SentenceFacts) -> str:
        named = what.format_map(facts)
        return f"showed {named} to every link" if facts.get("links") is None else f"showed {named} to chosen links"

    return say


def _switched(on: str, off: str) -> Phrase:
    return lambda facts: on if facts["on"] else off


_ALBUMS: Final[dict[str, Phrase]] = {
    "album.changed": lambda facts: f"changed the {_fields(facts)} of the gallery",
    "album.cover": "chose the cover",
    "album.created": "made the gallery “{title}”",
    "album.deleted": "moved the gallery “{title}” to the trash",
    "album.design": "changed the look of the gallery",
    "album.more_coming": _switched(
        "told clients that more photos will follow", "told clients that all photos are here"
    ),
    "album.public_page": _switched("put the gallery on the public page", "took the gallery off the public page"),
    "album.purged": "deleted the gallery “{title}” for ever",
    "album.reordered": _order,
    "album.restored": "took the gallery “{title}” out of the trash",
    "album.state": "changed the gallery from {before} to {after}",
    "photo.changed": lambda facts: f"changed the {_fields(facts)} of {facts['photos']}",
    "photo.joined": "combined {name} with {photo}",
    "photo.split": "separated {name} from {photo}",
    "photo.replaced": "replaced the file of {photo} with {name}",
    "photo.replace_refused": "could not replace {photo} with {name}: {reason}",
    "photo.version_chosen": "went back to {name} for {photo}",
    "photos.approved": "approved {photos}",
    "photos.audience": _audience("{photos}"),
    "photos.clock": "moved the times of {photos} of the {camera} by {shift}",
    "photos.copied": "added {photos} to the gallery “{title}”",
    "photos.deleted": lambda facts: _removed(facts).format_map(facts),
    "photos.filed": "sorted {photos} into sections by number of people",
    "photos.gallery": _gathered,
    "photos.hidden": "hid {photos} from clients",
    "photos.located": lambda facts: (
        "said that {photos} were taken in {place}".format_map(facts)
        if facts["place"]
        else "said where {photos} were taken".format_map(facts)
    ),
    "photos.marked": _marked,
    "photos.moved": _moved,
    "photos.ordered": "put {photos} in another place",
    "photos.place_borrowed": lambda facts: (
        "took the places of {photos} from the {camera}".format_map(facts)
        if facts["camera"]
        else "took the places of {photos} from other cameras".format_map(facts)
    ),
    "photos.purged": "deleted {photos} for ever",
    "photos.relocated": "moved {photos} to the gallery “{title}”",
    "photos.restored": "took {photos} out of the trash",
    "photos.shown": "showed {photos} to clients",
    "photos.tagged": _tagged,
    "photos.thrown": lambda facts: _removed(facts).format_map(facts),
    "photos.unapproved": "put {photos} back to be reviewed",
    "section.audience": _audience("the section “{title}”"),
    "section.created": "made the section “{title}”",
    "section.deleted": "removed the section “{title}”",
    "section.renamed": "renamed the section “{before}” to “{title}”",
    "sections.reordered": "put the sections in another order",
}
_SHARING: Final[dict[str, Phrase]] = {
    "comment.removed": "removed a comment",
    "email.cancelled": "cancelled an email to a client",
    "email.retried": "sent an email to a client again",
    "emails.template_changed": "changed an email template",
    "emails.template_reset": "restored the original text of an email template",
    "emails.written": "sent emails to clients",
    "link.changed": "changed the link “{label}”",
    "link.created": "made the link “{label}”",
    "link.deleted": "deleted the link “{label}”",
    "link.extended": "kept a link open until {expires_on}",
    "link.guessed": "saw many wrong passwords at a link",
    "link.new_pin": "gave a link a new PIN",
    "link.pin_guessed": "saw many wrong PINs at a link",
    "link.public_page": "gave a link the address “{slug}”",
    "link.reminders": _switched("switched reminders on for a link", "switched reminders off for a link"),
    "link.restored": "opened a link again",
    "link.revoked": "closed a link",
    "link.sessions_ended": "ended the sessions of a link",
    "preset.changed": "changed the preset “{name}{title}”",
    "preset.created": "made the preset “{name}{title}”",
    "preset.deleted": "deleted the preset “{name}{title}”",
    "selection.added": "put {photos} into a client’s list",
    "selection.granted": "allowed {extra} more photos in a client’s list",
    "selection.reopened": "opened a client’s list again",
    "selection.worked": "set a client’s list to {work}",
    "visitor.erased": "erased a visitor",
    "watermark.changed": "changed the watermark",
    "watermark.removed": "removed the watermark of a gallery",
}
_PERSON_FIELDS: Final = {
    "birthday": "birthday",
    "is_hidden": "visibility to clients",
    "is_ignored": "state",
    "name": "name",
    "passport": "consent",
    "passport_note": "consent",
    "thumbnail_id": "picture",
}


def _faces_word(facts: SentenceFacts) -> str:
    number = facts["faces"] or 0
    return "1 face" if number == 1 else f"{number:,} faces"


def _people_changed(facts: SentenceFacts) -> str:
    if "is_ignored" in facts:
        return "ignored several people" if facts["is_ignored"] else "stopped ignoring several people"
    return "hid several people from clients" if facts["is_hidden"] else "showed several people to clients again"


def _person_changed(facts: SentenceFacts) -> str:
    words = dict.fromkeys(_PERSON_FIELDS.get(name, name) for name in facts["fields"] or ["details"])
    return f"changed the {' and the '.join(words)} of a person"


def _assigned(facts: SentenceFacts) -> str:
    if facts["name"]:
        return f"said that {_faces_word(facts)} show {facts['name']}"
    return f"said who is in {_faces_word(facts)}"


_FACES: Final[dict[str, Phrase]] = {
    "faces.assigned": _assigned,
    "faces.denied": lambda facts: f"said that a face is not {facts['name'] or 'this person'}",
    "faces.gallery": _switched("switched faces on in the gallery", "switched faces off in the gallery"),
    "faces.ignored": lambda facts: f"ignored {_faces_word(facts)}",
    "face.drawn": "outlined a face",
    "faces.off": "switched faces off",
    "faces.on": "switched faces on",
    "faces.unignored": lambda facts: f"stopped ignoring {_faces_word(facts)}",
    "people.changed": _people_changed,
    "people.merged": lambda facts: f"made {facts['people']} groups of faces one person",
    "people.related": "said that {name} is {kind} of {other}",
    "people.unrelated": "took back that {name} is {kind} of {other}",
    "people.never": "said that two people are never the same",
    "person.changed": _person_changed,
    "hide_request.answered": "answered a guest who asked to be hidden",
    "person.erased": "erased a person",
    "person.split": lambda facts: f"took {_faces_word(facts)} out of {facts['name'] or 'a person'}",
}
_EVENTS: Final[dict[str, Phrase]] = {
    "event.changed": "changed the event “{title}”",
    "event.created": "added the event “{title}”",
    "event.removed": "removed the event “{title}”",
    "events.detected": "made events of the shoots in the library",
    "holidays.followed": "chose whose holidays are shown",
}


def _keywords(facts: SentenceFacts) -> str:
    return joined([f"“{word}”" for word in facts["keywords"] or ["keywords"]])


_KEYWORDS: Final[dict[str, Phrase]] = {
    "keyword.changed": "changed the synonyms of the keyword “{name}”",
    "keyword.created": "added the keyword “{name}”",
    "keywords.deleted": lambda facts: f"deleted the keyword {_keywords(facts)}",
    "keywords.merged": lambda facts: f"merged {_keywords(facts)} into “{facts['new']}”",
    "keywords.renamed": lambda facts: f"renamed the keyword {_keywords(facts)} to “{facts['new']}”",
}


def _suggested(done: str) -> Phrase:
    return lambda facts: f"{done} suggestions for {facts['photos']}"


_TAGGING: Final[dict[str, Phrase]] = {
    "ai.meaning_off": "switched search by meaning off",
    "ai.meaning_on": "agreed that captions, keywords and searches are sent to {to}",
    "ai.meaning_server": "changed the server for search by meaning",
    "ai.off": "switched descriptions off",
    "ai.on": lambda facts: f"agreed that photos are sent to {joined(facts['to'] or ['a server'])} to be described",
    "ai.prompt_changed": "changed the prompt for {purpose}",
    "ai.prompt_reset": "restored the original prompt for {purpose}",
    "ai.settings": "changed how photos are described",
    "suggestions.accepted": _suggested("accepted"),
    "suggestions.rejected": _suggested("rejected"),
}
_PLACES: Final[dict[str, Phrase]] = {
    "place.changed": "changed the place “{name}”",
    "place.created": "named the place “{name}”",
    "place.removed": "removed the place “{name}”",
}
_COLLECTIONS: Final[dict[str, Phrase]] = {
    "collection.added": "added {photos} to the collection “{title}”",
    "collection.arranged": "arranged the collection “{title}”",
    "collection.created": "made the collection “{title}”",
    "collection.deleted": "deleted the collection “{title}”",
    "collection.ordered": "moved {photos} in the collection “{title}”",
    "collection.renamed": "renamed the collection “{title}”",
    "collection.taken_out": "removed {photos} from the collection “{title}”",
    "smart_collection.changed": "changed the smart collection “{title}”",
    "smart_collection.created": "made the smart collection “{title}”",
    "smart_collection.deleted": "deleted the smart collection “{title}”",
    "duplicates.different": "called {photos} no duplicates",
    "duplicates.kept": "kept {photo} of its duplicates",
    "stack.left": "took {photos} out of a stack",
    "stack.made": "stacked {photos}",
    "stack.parted": "unstacked {photos}",
    "stack.top": "put {photo} on top of its stack",
}
_STUDIO: Final[dict[str, Phrase]] = {
    "api_key.ended": "ended the API key “{name}”",
    "api_key.made": "made the API key “{name}”",
    "brand.changed": "changed the brand “{name}”",
    "brand.created": "made the brand “{name}”",
    "brand.logo_changed": "changed the logo of the brand “{name}”",
    "brand.logo_removed": "removed the logo of the brand “{name}”",
    "brand.removed": "removed the brand “{name}”",
    "member.invitation_taken_back": lambda facts: f"took back the invitation of {facts['email'] or 'somebody'}",
    "member.invited": lambda facts: f"invited {facts['email'] or 'somebody'} as {facts['role']}",
    "member.joined": "joined as {role}",
    "member.password_changed": "changed their password",
    "member.password_reset": "chose a new password",
    "member.removed": "removed a member",
    "member.role_changed": "changed a member from {before} to {now}",
    "member.passkey_added": "added a passkey",
    "member.passkey_removed": "removed a passkey",
    "member.second_factor_off": "turned two-step sign-in off",
    "member.second_factor_on": "turned two-step sign-in on",
    "member.signed_in": "signed in",
    "studio.agreed": "agreed to the data-processing agreement",
    "studio.design": "changed the look of all galleries",
    "studio.domain_lapsed": "noticed that {host} no longer leads here",
    "studio.domain_named": "chose the domain {host}",
    "studio.domain_removed": "removed the domain {host}",
    "studio.domain_verified": "verified the domain {host}",
    "studio.logo_changed": "changed the logo",
    "studio.logo_removed": "removed the logo",
    "studio.opened": "opened the studio",
    "studio.public_page": _switched("switched the public page on", "switched the public page off"),
    "studio.clients_return": _switched(
        "switched the page for returning clients on", "switched the page for returning clients off"
    ),
    "studio.second_factor": _switched(
        "began to ask members for two-step sign-in", "no longer asks members for two-step sign-in"
    ),
    "studio.reminders": "changed when clients are reminded",
    "studio.deleted": "deleted the studio",
    "studio.restored": "restored the studio",
    "studio.export_begun": "began an export of everything",
    "photos.export_begun": "began an export of {title}",
    "studio.import_begun": "began an import: {label}",
    "studio.settings_changed": "changed the studio’s settings",
    "studio.sizes": "changed the download sizes",
    "visit.begun": "began to look into the studio as the operator ({email}): {reason}",
    "visit.ended": "ended the visit as the operator ({email})",
    "visit.ran_out": "ended the visit of the operator ({email}): the hour was over",
    "webhook.changed": "changed the webhook {url}",
    "webhook.created": "made the webhook {url}",
    "webhook.deleted": "deleted the webhook {url}",
    "webhook.secret": "gave the webhook {url} a new secret",
}
PHRASES: Final[dict[str, Phrase]] = (
    _ALBUMS | _SHARING | _FACES | _COLLECTIONS | _EVENTS | _PLACES | _KEYWORDS | _TAGGING | _STUDIO
)
