"""The only way a view gets a job or a generation: what this person may see, else the same 404 as for none at all."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from images_app.images.access import with_hearts
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State, written_out
from images_app.teams.access import may, own
from images_app.teams.models import User
from images_app.teams.roles import Can


def jobs_of(person: User) -> QuerySet[ImageJob]:
    """A person's own jobs, newest first, with what every page shows of them."""
    return (
        ImageJob.objects.filter(own(person))
        .select_related("generation__model", "provider", "person", "team")
        .prefetch_related(
            "generation__model__prices", Prefetch("images", with_hearts(StoredImage.objects.all(), person))
        )
    )


def generations_of(person: User) -> QuerySet[Generation]:
    """A person's own submissions, newest first, with their jobs and pictures."""
    return (
        Generation.objects.filter(own(person))
        .select_related("model__provider", "person", "team", "parent_image__job__generation__model")
        .prefetch_related(
            "model__prices",
            "jobs__provider",
            Prefetch("jobs__images", with_hearts(StoredImage.objects.all(), person)),
        )
    )


def undecided(person: User) -> int:
    """How many of a person's calls wait for their decision. Every page says so."""
    # As the index job_person_message has it.
    where = written_out([State.UNKNOWN, State.REJECTED, State.FAILED, State.LOST])
    return ImageJob.objects.filter(own(person), state=State.UNKNOWN).extra(where=[where]).count()  # noqa: S610 - our own words


def visible_job(person: User, job_id: UUID) -> ImageJob:
    job = jobs_of(person).filter(pk=job_id).first()
    if job is None:
        raise Http404("no such job")
    return job


def visible_generation(person: User, generation_id: UUID) -> Generation:
    generation = generations_of(person).filter(pk=generation_id).first()
    if generation is None:
        raise Http404("no such generation")
    return generation


def may_act_on(person: User, job: ImageJob) -> bool:
    """Whether a person may cancel or decide: the owner, and the team's owners and admins."""
    return may(person, job.team, Can.SEE if job.person_id == person.pk else Can.SETTLE)
