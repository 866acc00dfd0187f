"""One submission, its pictures, the paid calls made for them, and everything that happened."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.collections.models import Collection
from images_app.images.models import StoredImage
from images_app.jobs.states import IN_FLIGHT, State
from images_app.providers.models import ImageModel, Provider, shape_of
from images_app.teams.audience import Audience
from images_app.teams.models import Team

COST_AT_MOST = 1_000  # dollars for one call; a greater number is no cost


class Generation(models.Model):
    """One submission: a prompt, its settings, and how many pictures were asked for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="generations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="generations")
    model = models.ForeignKey(ImageModel, on_delete=models.PROTECT, related_name="generations")
    prompt = models.TextField()
    size = models.CharField(max_length=40)
    quality = models.CharField(max_length=40, blank=True, default="")
    style = models.CharField(max_length=40, blank=True, default="")
    n = models.PositiveSmallIntegerField(help_text="Pictures asked for.")
    # Same person, same key: same submission, however often the form is sent.
    idempotency_key = models.CharField(max_length=255)
    body_hash = models.CharField(
        max_length=64, help_text="sha256 of the request; the same key with another is refused."
    )
    source = models.CharField(max_length=10, default="studio", help_text="studio or api.")
    # Submissions sent with one press: several prompts, or one prompt to several models (compare).
    batch = models.UUIDField(null=True, blank=True, db_index=True)
    compare = models.BooleanField(default=False, help_text="Shown side by side with the others of its batch.")
    parent_image = models.ForeignKey(
        "images_app.StoredImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="remixes"
    )
    audience = models.PositiveSmallIntegerField(
        default=Audience.PRIVATE,
        choices=Audience.choices,
        help_text="Who sees its pictures once they are made.",
    )
    collection = models.ForeignKey(
        Collection,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Where its pictures are hung once they are made.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "idempotency_key"], name="one_submission_per_key")
        ]
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="generation_person_newest"),
            # What a rule for prompts would have done to the last ones (moderation/past.py).
            models.Index(fields=["-created_at"], name="generation_newest"),
            models.Index(fields=["person", "model"], name="generation_person_model"),
            # What became of a picture. Where most rows have no parent, the key's own index seems worthless to SQLite,
            # which then reads all of them.
            models.Index(
                fields=["parent_image"], condition=Q(parent_image__isnull=False), name="generation_remixes"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height to reserve on the page; a square where the endpoint decides."""
        return shape_of(self.size) or (1024, 1024)


class ImageJob(models.Model):
    """One picture to be made: one paid call, unless a person decides on another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="jobs")
    # Copied from the generation, so that the claim and the pages need no join.
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="jobs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="jobs")
    position = models.PositiveSmallIntegerField(help_text="Place in its generation, from 0.")

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=60, blank=True, default="", help_text="Stable code of why it is so.")
    message = models.TextField(
        blank=True, default="", help_text="The reason in words, the endpoint's where it gave some."
    )
    turn = models.FloatField(help_text="Start tag of the fair queue: the smallest is next (jobs/claim.py).")
    quiet = models.BooleanField(default=False, help_text="Waits until no ordinary job may run.")
    run_after = models.DateTimeField(default=timezone.now)
    fence = models.PositiveIntegerField(
        default=0, help_text="Grows with every claim: tells an old owner from the new."
    )
    lease_owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    requeues = models.PositiveIntegerField(
        default=0, help_text="Times it went back unexecuted; drives the backoff."
    )
    # What authorises the next attempt: "submit", or a retry's cause, actor and note.
    next_cause = models.CharField(max_length=20, default="submit")
    next_actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    media_tries = models.PositiveIntegerField(default=0)

    price_usd = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, help_text="Of one call; None: unknown."
    )
    charged_usd = models.DecimalField(
        max_digits=10,
        decimal_places=4,
        null=True,
        help_text="Settled sum over all attempts; None until settled.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(IN_FLIGHT)) | Q(lease_until__isnull=False),
                name="job_in_flight_has_a_lease",
            ),
            models.UniqueConstraint(fields=["generation", "position"], name="one_job_per_position"),
        ]
        indexes = [
            # The claim: next runnable job of a provider.
            models.Index(
                fields=["provider", "quiet", "turn", "id"],
                condition=Q(state="queued"),
                name="job_waiting_turn",
            ),
            # Limits, heartbeat and sweep look only at the few that are under way.
            models.Index(
                fields=["provider", "lease_until"],
                condition=Q(state__in=["claimed", "sent"]),
                name="job_in_flight",
            ),
            models.Index(fields=["run_after"], condition=Q(state="received"), name="job_received"),
            models.Index(fields=["person", "-created_at", "-id"], name="job_person_newest"),
            # The administration's list of all there are.
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
            # What waits for a decision is counted on every page; the few that failed are found among a million.
            models.Index(
                fields=["person", "state", "-created_at", "-id"],
                condition=Q(state__in=["unknown", "rejected", "failed", "lost"]),
                name="job_person_message",
            ),
            models.Index(fields=["team", "person"], condition=Q(state="queued"), name="job_waiting_flow"),
            models.Index(fields=["state"], name="job_state"),
            # What ended in an hour (oversight/actions.py).
            models.Index(fields=["finished_at"], name="job_finished"),
            # Who is making what in a team: asked again and again by everybody who looks at its gallery.
            models.Index(
                fields=["team", "person", "created_at"],
                condition=Q(state__in=["claimed", "queued", "received", "sent"]),
                name="job_under_way",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def kept_images(self) -> list[StoredImage]:
        """In the order they were sent (there may be more than were asked for); without those in the trash
        and those that are hidden."""
        kept = [image for image in self.images.all() if not (image.trashed_at or image.hidden_at)]
        return sorted(kept, key=lambda image: image.position)


class Attempt(models.Model):
    """One authorised paid call. Its id travels with the request; at most one call bears it."""

    class Outcome(models.TextChoices):
        OPEN = "open", "Under way"
        NOT_SENT = "not_sent", "Not sent"
        NOT_EXECUTED = "not_executed", "Not executed"
        REFUSED = "refused", "Refused"
        BLOCKED = "blocked", "Blocked"
        UNKNOWN = "unknown", "Unknown"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(ImageJob, on_delete=models.PROTECT, related_name="attempts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField(help_text="1 for the first.")
    cause = models.CharField(
        max_length=20, help_text="submit, requeue, decision or policy: why this call was allowed."
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    price_usd = models.DecimalField(max_digits=10, decimal_places=4, null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.OPEN)
    reason = models.CharField(max_length=60, blank=True, default="")
    status = models.PositiveIntegerField(null=True, help_text="HTTP status, where one came back.")
    request_id = models.CharField(
        max_length=200, blank=True, default="", help_text="The endpoint's own id of the call."
    )
    usage = models.JSONField(null=True, blank=True)
    raw_excerpt = models.TextField(
        blank=True, default="", help_text="Beginning of an unclear reply, for the decision."
    )
    sent_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["job", "number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="one_attempt_per_number")]
        indexes = [models.Index(fields=["provider", "sent_at"], name="attempt_provider_sent")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def cost(self) -> Decimal | None:
        """US dollars that the call came to, where it was executed: the endpoint's own word where it says dollars
        (``usage.cost``), else the price that was agreed. None: unknown."""
        stated = self.usage.get("cost") if isinstance(self.usage, dict) else None
        if isinstance(stated, bool) or not isinstance(stated, int | float) or not 0 <= stated < COST_AT_MOST:
            return self.price_usd
        return Decimal(str(stated)).quantize(Decimal("0.0001"))


class JobEvent(models.Model):
    """One change of state, written in the same transaction: feeds the live page, the timeline and the audit."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(ImageJob, on_delete=models.CASCADE, related_name="events")
    from_state = models.CharField(max_length=10, blank=True, default="")
    to_state = models.CharField(max_length=10, choices=State)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["job", "id"], name="event_job")]

    def __str__(self) -> str:
        return f"{self.from_state} to {self.to_state}"


class Turn(models.Model):
    """Where one person's line in one provider's fair queue has got to (start-time fair queueing).

    What waits until it is quiet stands in a queue of its own, so that it uses up no ordinary turns.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    quiet = models.BooleanField(default=False)
    finish = models.FloatField(default=0.0, help_text="Finish tag of the last job submitted.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "team", "person", "quiet"], name="one_line_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.provider}: {self.finish}"


class Preset(models.Model):
    """Settings of the composer a person saved under a name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presets")
    name = models.CharField(max_length=60)
    model = models.ForeignKey(ImageModel, on_delete=models.CASCADE, related_name="+")
    size = models.CharField(max_length=40)
    quality = models.CharField(max_length=40, blank=True, default="")
    style = models.CharField(max_length=40, blank=True, default="")
    n = models.PositiveSmallIntegerField(default=1)
    collection = models.ForeignKey(
        Collection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_preset_per_name")]

    def __str__(self) -> str:
        return self.name
