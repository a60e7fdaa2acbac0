"""Links, the people who come by them, what they say of photos, and what they take home."""

from apps.sharing.models.delivery import (
    Archive,
    Letter,
    LetterKind,
    LetterState,
    LetterTemplate,
    Preset,
    PresetKind,
    TakenPhoto,
    Watermark,
)
from apps.sharing.models.links import READABLE, Download, Metadata, ShareLink
from apps.sharing.models.proofing import (
    Comment,
    Label,
    Mark,
    Pick,
    Selection,
    SelectionPreset,
    SelectionState,
    Verdict,
    Work,
)
from apps.sharing.models.visitors import Activity, ActivityKind, Visitor

__all__ = [
    "READABLE",
    "Activity",
    "ActivityKind",
    "Archive",
    "Comment",
    "Download",
    "Label",
    "Letter",
    "LetterKind",
    "LetterState",
    "LetterTemplate",
    "Mark",
    "Metadata",
    "Pick",
    "Preset",
    "PresetKind",
    "Selection",
    "SelectionPreset",
    "SelectionState",
    "ShareLink",
    "TakenPhoto",
    "Verdict",
    "Visitor",
    "Watermark",
    "Work",
]
