"""People, their teams, and who may do what in them."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.text import slugify


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

    def personal_team(self) -> "Team | None":
        """The personal team they own; None for somebody who was made without one."""
        # One filter: two of them would also find other people's personal teams they were asked into.
        mine = Team.objects.filter(personal=True, memberships__person=self, memberships__role=Role.OWNER)
        return mine.order_by("created_at").first()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name


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
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def keepers(self) -> list[User]:
        """Who may change how the team works: its owners and admins (prefetch ``memberships__person``)."""
        return [seat.person for seat in self.memberships.all() if seat.role in {Role.OWNER, Role.ADMIN}]


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class Membership(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "person"], name="one_membership_per_team")]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}: {self.role}"


def free_slug(wanted: str) -> str:
    """A team slug nobody has, as near to ``wanted`` as can be."""
    base = slugify(wanted)[:50] or "team"
    return base if not Team.objects.filter(slug=base).exists() else f"{base}-{uuid.uuid4().hex[:6]}"
