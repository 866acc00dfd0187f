"""What prompts may say: the rules, what they refused, flagged and changed, and the endpoint that is asked besides."""

import uuid
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from images_app.moderation.matching import Kind, Pattern
from images_app.providers.models import Provider
from images_app.teams.models import Team

NAME_AT_MOST = 80
PATTERN_AT_MOST = 500


class Kinds(models.TextChoices):
    WORD = Kind.WORD.value, "A word"
    PHRASE = Kind.PHRASE.value, "A phrase"
    EXPRESSION = Kind.EXPRESSION.value, "A regular expression"


class Action(models.TextChoices):
    BLOCK = "block", "Refuse the prompt"
    FLAG = "flag", "Make it, and tell the desk"
    REPLACE = "replace", "Write something else instead"


class PromptRule(models.Model):
    """A word, phrase or expression that prompts are searched for, and what happens to those that hold it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        max_length=NAME_AT_MOST,
        help_text="Whoever it stops reads this name: say what it is about, not the words.",
    )
    kind = models.CharField(max_length=10, choices=Kinds, default=Kinds.WORD)
    pattern = models.CharField(max_length=PATTERN_AT_MOST)
    action = models.CharField(max_length=10, choices=Action, default=Action.BLOCK)
    replacement = models.CharField(max_length=200, blank=True, default="")
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty: every team.",
    )
    advice = models.CharField(
        "what to do instead",
        max_length=300,
        blank=True,
        default="",
        help_text="One sentence for whoever it stops, such as: Ask the press office about people by name.",
    )
    active = models.BooleanField(default=False)
    # Tried out: it only notes what it would have done.
    trial_since = models.DateTimeField(null=True, blank=True)
    # Another one with every change, so that each process knows when its copy is old.
    stamp = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(trial_since=None) | Q(active=True), name="rule_tried_out_is_active"
            ),
            models.CheckConstraint(
                condition=~Q(action="replace") | ~Q(replacement=""), name="rule_replaces_by_something"
            ),
        ]
        indexes = [models.Index(fields=["active", "team"], name="rule_active")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **options: Any) -> None:
        self.stamp = uuid.uuid4()
        super().save(*args, **options)

    @property
    def as_pattern(self) -> Pattern:
        return Pattern(str(self.pk), Kind(self.kind), self.pattern)


class RefusedPrompt(models.Model):
    """A prompt nothing was made of, and why. Deleted after REFUSED_PROMPT_DAYS; only the desk reads it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(PromptRule, null=True, on_delete=models.SET_NULL, related_name="+")
    # The rule's as it was, or the endpoint's word for it.
    reason = models.CharField(max_length=120)
    text = models.TextField("prompt")
    # Sent twice with one key it is kept once.
    digest = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "digest"], name="one_refusal_per_press_and_prompt")
        ]

    def __str__(self) -> str:
        return str(self.id)


class FlaggedPrompt(models.Model):
    """A prompt the desk is told of, though it was made. The text is the generation's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey("images_app.Generation", on_delete=models.CASCADE, related_name="flags")
    rule = models.ForeignKey(PromptRule, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=120)
    # What the rule would have done, of one that is tried out; empty where it only flags.
    would = models.CharField(max_length=10, choices=Action, blank=True, default="")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["generation", "reason"], name="one_flag_per_reason")]

    def __str__(self) -> str:
        return str(self.id)


class ChangedPrompt(models.Model):
    """What somebody wrote, where a rule wrote something else: the generation holds what was sent."""

    generation = models.OneToOneField(
        "images_app.Generation", primary_key=True, on_delete=models.CASCADE, related_name="changed"
    )
    written = models.TextField()
    because = models.CharField(max_length=400, help_text="Names of the rules, as they were.")

    def __str__(self) -> str:
        return str(self.pk)


class ModerationEndpoint(models.Model):
    """The endpoint that is asked about every prompt, where one is set up: POST {base}/moderations."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    provider = models.ForeignKey(
        Provider,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Its address and key are used; it need not make pictures.",
    )
    model = models.CharField(max_length=100, default="omni-moderation-latest")
    enabled = models.BooleanField(
        default=True, help_text="Every prompt is sent to it before anything is made."
    )
    fail_open = models.BooleanField(
        "make pictures while it cannot be asked",
        default=True,
        help_text="Off: nobody can make pictures while it does not answer.",
    )
    action = models.CharField(
        max_length=10,
        choices=[(str(one.value), one.label) for one in (Action.BLOCK, Action.FLAG)],
        default=Action.BLOCK,
    )
    advice = models.CharField("what to do instead", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "moderation endpoint"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_moderation_endpoint")]

    def __str__(self) -> str:
        return f"{self.model} at {self.provider}"


class CategoryThreshold(models.Model):
    """From which score on a category counts, instead of the endpoint's own judgement of it."""

    endpoint = models.ForeignKey(ModerationEndpoint, on_delete=models.CASCADE, related_name="thresholds")
    category = models.CharField(
        max_length=60, help_text="As the endpoint calls it, such as violence/graphic."
    )
    score = models.FloatField(
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="0 to 1; 1 with a category nobody minds.",
    )

    class Meta:
        ordering = ["category"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "category"], name="one_threshold_per_category")
        ]

    def __str__(self) -> str:
        return f"{self.category} from {self.score}"
