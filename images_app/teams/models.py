"""People, their teams, and who may do what in them."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.text import slugify

from images_app.teams.audience import Audience
from images_app.teams.roles import MAY, Can, Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by their email address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=80, blank=True, default="")
    # Chosen in the switcher; teams.access.current_team knows whether it still holds.
    team = models.ForeignKey("Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        words = self.display_name.replace(".", " ").replace("-", " ").split()
        return "".join(word[0] for word in words[:2]).upper() or "?"

    @property
    def tint(self) -> int:
        """Of five, the colour of their initials: the same everywhere."""
        return 1 + self.id.int % 5

    def personal_team(self) -> "Team | None":
        """The personal team they own; None for somebody who was made without one."""
        # One filter: two of them would also find other people's personal teams they were asked into.
        mine = Team.objects.filter(personal=True, memberships__person=self, memberships__role=Role.OWNER)
        return mine.order_by("created_at").first()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


class Ending(models.TextChoices):
    """Where the pictures of a team go that ends."""

    MAKERS = "makers", "Everybody takes their own pictures along"
    HEIR = "heir", "All pictures move to another team"
    NOWHERE = "nowhere", "All pictures are deleted with the team"


class Team(models.Model):
    """Who pictures belong to. Everyone has a personal team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=80)
    personal = models.BooleanField(default=False)
    retry_unknown_once = models.BooleanField(
        default=False,
        help_text="Retry a call with unknown outcome once by itself, at the risk of paying twice.",
    )
    prompt_in_files = models.BooleanField(
        default=False,
        help_text="Write the prompt into the display copies of pictures made from now on."
        " Originals are never changed.",
    )
    audience = models.PositiveSmallIntegerField(
        default=Audience.PRIVATE,
        choices=[choice for choice in Audience.choices if choice[0] <= Audience.TEAM],
        help_text="Who sees a new picture until its maker says otherwise.",
    )
    link_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=30,
        validators=[MinValueValidator(1)],
        help_text="How long a new link for people outside is good for, unless its maker says otherwise.",
    )
    link_days_most = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="No link is good for longer. Empty: a link may last until it is taken back.",
    )
    may_publish = models.BooleanField(
        default=False,
        help_text="Whether its people may ask to show their pictures to everybody. In a personal team they always may.",
    )
    shows_at_once = models.BooleanField(
        default=False,
        help_text="Whether they hang in the public gallery before anybody has looked, where the site allows that.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Asked to be deleted: then it goes, with its pictures or without them.
    ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    ends_with = models.CharField(max_length=10, blank=True, default="", editable=False, choices=Ending)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    heir = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | ~models.Q(ends_with=""),
                name="an_end_says_where_pictures_go",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def publishes(self) -> bool:
        """Whether pictures of it may be shown to everybody; galleries/publications.py says the same to the database."""
        return self.may_publish or self.personal


class Membership(models.Model):
    """A person's seat in a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="one_membership_per_team"),
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(role="owner"), name="one_owner_per_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}: {self.role}"

    def may(self, can: Can) -> bool:
        return self.role in MAY[can]

    @property
    def makes(self) -> bool:
        """Whether pictures can be made from it just now."""
        return self.may(Can.MAKE) and self.team.ends_at is None


class Invitation(models.Model):
    """A way into a team: a letter to one address, or a link for several people. Its token is kept only as a hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    email = models.EmailField(
        blank=True, default="", max_length=254, help_text="Empty: whoever has the link."
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    uses_left = models.PositiveIntegerField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(role="owner"), name="nobody_is_invited_as_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.email or 'a link'} into {self.team}"


class Deed(models.TextChoices):
    """What somebody did in a team, as its activity page tells it."""

    SHOWN = "shown", "Pictures"
    COMMENT = "comment", "Comments"
    COLLECTION = "collection", "Collections"
    HEART = "heart", "Hearts"
    JOINED = "joined", "Joined"
    LEFT = "left", "Left"


class Happening(models.Model):
    """Something somebody did in a team (teams/activity.py writes it). Added to and never changed: whoever left is in no
    other row, and no other row says when a picture was shown. It goes with what it is about."""

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Deed)
    image = models.ForeignKey(
        "images_app.StoredImage", null=True, on_delete=models.CASCADE, related_name="happenings"
    )
    comment = models.ForeignKey("images_app.Comment", null=True, on_delete=models.CASCADE, related_name="+")
    collection = models.ForeignKey(
        "images_app.Collection", null=True, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            # Shown again, or loved again, is told where it was told first.
            models.UniqueConstraint(
                fields=["image", "person", "kind"],
                condition=models.Q(kind__in=["shown", "heart"]),
                name="told_once",
            ),
        ]
        indexes = [
            models.Index(fields=["team", "-created_at", "-id"], name="happening_team_newest"),
            models.Index(fields=["team", "kind", "-created_at", "-id"], name="happening_team_kind"),
            models.Index(fields=["team", "person", "-created_at", "-id"], name="happening_team_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"


def free_slug(wanted: str) -> str:
    """A team slug nobody has, as near to ``wanted`` as can be."""
    base = slugify(wanted)[:50] or "team"
    return base if not Team.objects.filter(slug=base).exists() else f"{base}-{uuid.uuid4().hex[:6]}"
