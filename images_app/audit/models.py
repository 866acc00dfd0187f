"""Who did what, on what, when and from where; and the seals that show when somebody changed it afterwards."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from images_app.lib.append_only import OnlyGrows


class AuditEntry(OnlyGrows):
    """One deed. No foreign keys: it outlives the people, teams and things it names."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    verb = models.CharField(max_length=60, help_text='As "team.member_removed".')
    # Empty: the system itself, or somebody who has not signed in.
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(
        max_length=340, blank=True, default="", help_text="Name and address as then."
    )
    # Who really was at the keyboard, where somebody looked with another person's eyes.
    impersonator_id = models.UUIDField(null=True)
    impersonator_name = models.CharField(max_length=340, blank=True, default="")
    team_id = models.UUIDField(null=True)
    team_slug = models.CharField(max_length=60, blank=True, default="")
    target_kind = models.CharField(max_length=100, blank=True, default="", help_text='As "images_app.team".')
    target_id = models.CharField(max_length=64, blank=True, default="")
    target_name = models.CharField(max_length=200, blank=True, default="")
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=1000, blank=True, default="")
    from_address = models.CharField(max_length=45, blank=True, default="")
    session = models.CharField(
        max_length=16, blank=True, default="", help_text="The same for what one session did; opens nothing."
    )

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["verb", "-id"], name="audit_verb"),
            models.Index(fields=["team_slug", "-id"], name="audit_team"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
            models.Index(fields=["target_id", "-id"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_name}".rstrip()


class AuditSeal(OnlyGrows):
    """Closes the entries after the seal before it, up to number ``upto`` (audit/chain.py)."""

    number = models.BigIntegerField(primary_key=True, help_text="1 and on, without a gap.")
    at = models.DateTimeField(editable=False)
    upto = models.BigIntegerField(help_text="The number of the last entry under it.")
    count = models.PositiveIntegerField(help_text="How many entries are under it.")
    # For each entry its number (8 bytes) and SHA-256 (32 bytes): so a broken chain can say where.
    digests = models.BinaryField()
    previous = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "audit seal"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.hash}"
