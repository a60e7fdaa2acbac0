"""What an export is made of: the format, what is left out of it and why, and which columns are secrets. Pure.

Tables are read from the database's catalogue, so one that is added later is exported by itself; what must not leave is
named here. The format is described in docs/export.md.
"""

from __future__ import annotations

from typing import Final

FORMAT: Final = 1
HEAD, README, SECRETS_FILE = "export.json", "README.txt", "secrets.enc"
DATA, PHOTOS, PREVIEWS, OTHER = "data/", "photos/", "previews/", "other/"
STUDIO, USERS = "accounts_studio", "accounts_user"

# Tables of a studio that stay at home, each with the reason that the export itself gives.
LEFT_OUT: Final[dict[str, str]] = {
    "accounts_apikey": "keys open this installation alone; make new ones",
    "accounts_idempotentreply": "answers that are kept for a day",
    "accounts_invitation": "an invitation opens this installation alone; invite again",
    "accounts_refreshtoken": "sessions of programs end here",
    "accounts_task": "work in progress and its reports of 30 days",
    "accounts_taskslice": "work in progress",
    "backups_backupcopy": "what lies in the backups of this installation",
    "jobs_job": "work in progress",
    "jobs_lane": "work in progress",
    "library_knownword": "read from the photos' words; it is read again",
    "portability_exportfile": "the export itself",
    "portability_exportpart": "the export itself",
    "portability_studioexport": "the export itself",
    "sharing_archive": "plans of downloads, kept for two days",
    "tagging_aiprovider": "the key opens an account of this installation's owner; set the server up again",
    "tagging_meaningserver": "the key opens an account of this installation's owner; set the server up again",
    "tagging_meaningwait": "work in progress",
    "tagging_photomeaning": "computed by the server of search by meaning; it is computed again",
    "tagging_prompttrial": "the last prompt that was tried",
    "uploads_importentry": "reports of 30 days",
    "uploads_importrun": "reports of 30 days",
    "uploads_inboxfile": "files in a folder of this server",
    "uploads_upload": "uploads that are not complete",
    "webhooks_webhook": "the secrets are shared with the receiver; set webhooks up again",
    "webhooks_webhookdelivery": "a log of 30 days",
}

# Columns that open something. In the rows stands "*" for a secret that there is and "" for none.
SECRETS: Final[dict[str, tuple[str, ...]]] = {
    "accounts_email": ("sealed",),
    "sharing_sharelink": ("token_hash", "token_sealed", "password_hash", "pin_hash", "pin_sealed"),
    "sharing_studioclient": ("code_hash",),
    "sharing_visitor": ("code_hash",),
}
THERE: Final = "*"

# Of a person's account: what other people of the studio know too, and no password.
USER_COLUMNS: Final = ("id", "email", "name", "is_active", "created_at")
