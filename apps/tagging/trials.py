"""A prompt tried on one photo, in the background: a server may think for a minute, and no page waits for it."""

from __future__ import annotations

from apps.accounts.models import Studio
from apps.accounts.tenancy import acting_in
from apps.albums.models import Photo
from apps.jobs import queue
from apps.jobs.models import Queue
from apps.media.on_demand import NotMade
from apps.tagging import asking, consent, describe
from apps.tagging.consent import DescriptionsOff
from apps.tagging.models import TRY, PromptTrial, TrialState
from apps.tagging.spending import CapReached


def begin(studio: Studio, photo: Photo, purpose: str, prompt: str) -> PromptTrial:
    """Try a prompt in the place of the last one tried. Run in `acting_in(studio)`. Raises DescriptionsOff."""
    consent.require(studio)
    mine = PromptTrial.objects.for_studio(studio)
    mine.delete()
    trial = PromptTrial(studio=studio, photo=photo, purpose=purpose, prompt=prompt)
    trial.save(force_insert=True)
    queue.put(studio, TRY, trial.pk, queue=Queue.FACES)
    return trial


def last(studio: Studio) -> PromptTrial | None:
    """The one that was tried last."""
    return PromptTrial.objects.for_studio(studio).select_related("photo").first()


def run(job: queue.Claimed) -> None:
    """Ask, and write down what would be proposed. One that was replaced meanwhile is no error."""
    with describe.place(job) as is_ours:
        if is_ours:
            _run(job)


def _run(job: queue.Claimed) -> None:
    with acting_in(job.studio_id):
        rows = PromptTrial.objects.for_studio(job.studio_id).select_related("photo__studio", "photo__original")
        trial = rows.filter(pk=job.subject_id).first()
        if trial is None:
            return
        settings = consent.settings_of(trial.photo.studio)
    found: dict[str, object] = {"state": TrialState.DONE}
    try:
        question = describe.question_about(trial.photo, settings, trial.purpose, trial.prompt)
        answered = asking.ask(trial.photo.studio, trial.purpose, question)
        found |= {
            "model": answered.model,
            "proposals": [{"text": one.text, "confidence": one.confidence} for one in answered.proposals],
        }
    except (CapReached, DescriptionsOff, NotMade, asking.NobodyAnswers) as refusal:
        found = {"state": TrialState.FAILED, "problem": str(refusal)[:300]}
    with acting_in(job.studio_id):
        PromptTrial.objects.for_studio(job.studio_id).filter(pk=trial.pk).update(**found)
