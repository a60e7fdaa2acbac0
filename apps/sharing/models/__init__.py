"""Links, the people who come by them, what they say of photos, and what they take home."""

from apps.sharing.models.branding import Watermark
from apps.sharing.models.clients import StudioClient
from apps.sharing.models.downloads import Archive, TakenPhoto
from apps.sharing.models.emails import ClientEmail, EmailKind, EmailTemplate
from apps.sharing.models.feedback import BadComment, Comment, Label, Mark, Verdict
from apps.sharing.models.links import (
    EXTENSION_DAYS,
    LONGEST_RUN,
    READABLE,
    WATERMARKS_JOB,
    Download,
    Metadata,
    ShareLink,
    ShowsPeople,
    TakesUploads,
)
from apps.sharing.models.people import FoundPhotos, HideAnswer, HideRequest
from apps.sharing.models.presets import Preset, PresetKind
from apps.sharing.models.selections import Pick, Selection, SelectionPreset, SelectionState, Work
from apps.sharing.models.shown import Shown, ShownKind, still_there
from apps.sharing.models.visitors import Activity, ActivityKind, Visitor

__all__ = [
    "EXTENSION_DAYS",
    "LONGEST_RUN",
    "WATERMARKS_JOB",
    "READABLE",
    "Activity",
    "ActivityKind",
    "BadComment",
    "Archive",
    "ClientEmail",
    "Comment",
    "Download",
    "EmailKind",
    "EmailTemplate",
    "FoundPhotos",
    "HideAnswer",
    "HideRequest",
    "Label",
    "Mark",
    "Metadata",
    "Pick",
    "Preset",
    "PresetKind",
    "Selection",
    "SelectionPreset",
    "SelectionState",
    "ShareLink",
    "Shown",
    "ShownKind",
    "ShowsPeople",
    "StudioClient",
    "TakenPhoto",
    "TakesUploads",
    "Verdict",
    "Visitor",
    "Watermark",
    "Work",
    "still_there",
]
