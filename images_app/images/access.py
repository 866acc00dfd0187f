"""The only way a view gets a picture: what this person may see, else the same 404 as for none at all."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from images_app.images.models import SHOWN, Favourite, StoredImage
from images_app.teams.access import own
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import MAY, Can


def images_of(person: User) -> QuerySet[StoredImage]:
    """A person's own pictures, newest first; without those in the trash and those
    that are hidden."""
    return StoredImage.objects.filter(shown_to(person))


def met(path: str = "") -> Q:
    """Pictures that can be met at all: neither in the trash nor hidden by those who look after the site."""
    to = f"{path}__" if path else ""
    return Q(**{f"{to}trashed_at": None, f"{to}hidden_at": None})


def shown_to(person: User, path: str = "") -> Q:
    """Which pictures images_of() has, as a condition: for rows that name a picture by ``path`` and join it."""
    return own(person, path) & met(path)


def seen_by(person: User, path: str = "") -> Q:
    """What a person may look at: their own, what others show to a team they belong to, and what people who left
    have left to them; nothing that lies in the trash or is hidden. A condition like shown_to()."""
    # What is cheap to tell stands first: hardly any row comes to the last.
    seen = own(person, path) | _others(person, path) | _inherited(person, path)
    return seen & met(path)


def left_to(person: User, path: str = "") -> Q:
    """What the person looks after for those who left: pictures in a team they keep, private ones as well, of
    somebody who has no seat there now; nothing that lies in the trash or is hidden. A condition like shown_to()."""
    return _inherited(person, path) & met(path)


def decided_by(person: User) -> QuerySet[StoredImage]:
    """Whose audience and whose end are the person's to decide on: their own, and what was left to them."""
    return StoredImage.objects.filter(shown_to(person) | left_to(person))


def leavers(team: Team) -> QuerySet[User]:
    """Whoever has pictures in the team and no seat in it, by name. Back in their seat they are none any more."""
    made = StoredImage.objects.filter(
        team=team, person=OuterRef("pk"), trashed_at=None, hidden_at=None
    ).order_by()
    seat = Membership.objects.filter(team=team, person=OuterRef("pk"))
    return User.objects.filter(~Exists(seat), Exists(made)).order_by("name", "email")


def left_in(team: Team, people: Iterable[User]) -> QuerySet[StoredImage]:
    """Everything that these leavers() of the team have in it, the newest first."""
    # Named one by one, not asked of each picture: a planner that knows how many theirs are walks the right index.
    return StoredImage.objects.filter(
        team=team, person__in=[one.pk for one in people], trashed_at=None, hidden_at=None
    )


def shareable_by(person: User) -> QuerySet[StoredImage]:
    """What a person may make links to: their own, and what a team they keep sees; nothing that lies in the trash."""
    kept = Membership.objects.filter(person=person, role__in=MAY[Can.HAND_OUT]).values("team")
    return StoredImage.objects.filter(own(person) | Q(SHOWN, team__in=kept), trashed_at=None, hidden_at=None)


def shown_in(team: Team) -> QuerySet[StoredImage]:
    """What everybody of a team sees of it, the newest first."""
    return StoredImage.objects.filter(SHOWN, team=team)


def trash_of(person: User) -> QuerySet[StoredImage]:
    """What a person can have back: their own that lies in the trash, and what was put there, by those who keep a
    team, of people who left it; the latest first."""
    # Said of each side, so that each is found by the index of what lies in the trash.
    thrown = (own(person) & Q(trashed_at__isnull=False)) | _thrown_for(person)
    return StoredImage.objects.filter(thrown, hidden_at=None).order_by("-trashed_at", "-id")


def hidden_of(person: User, image_id: UUID) -> StoredImage | None:
    """The person's own picture that is hidden from everybody: they may read why, and see nothing of it."""
    return StoredImage.objects.filter(own(person), pk=image_id, hidden_at__isnull=False).first()


def visible_image(person: User, image_id: UUID) -> StoredImage:
    """A picture the person may look at."""
    found = StoredImage.objects.filter(pk=image_id)
    # As seen_by(), asked in two: what nearly every picture is needs only the shorter question.
    image = found.filter(own(person) | _others(person), trashed_at=None, hidden_at=None).first()
    image = image or found.filter(left_to(person)).first()
    if image is None:
        raise Http404("no such picture")
    return image


def kept_image(person: User, image_id: UUID) -> StoredImage:
    """A picture whose bytes the person may see: the trash shows them too."""
    found = StoredImage.objects.filter(pk=image_id, hidden_at=None)
    image = found.filter(own(person) | (_others(person) & Q(trashed_at=None))).first()
    image = image or found.filter(left_to(person) | _thrown_for(person)).first()
    if image is None:
        raise Http404("no such picture")
    return image


def _others(person: User, path: str = "") -> Q:
    to = f"{path}__" if path else ""
    seats = Membership.objects.filter(person=person).values("team")
    return Q(**{f"{to}team__in": seats, f"{to}audience__gte": Audience.TEAM})


def _thrown_for(person: User) -> Q:
    # What people threw away themselves before they left is nobody's to look at.
    return Q(trashed_at__isnull=False, trashed_by__isnull=False) & _inherited(person)


def _inherited(person: User, path: str = "") -> Q:
    to = f"{path}__" if path else ""
    kept = Membership.objects.filter(person=person, role__in=MAY[Can.INHERIT])
    seat = Membership.objects.filter(team=OuterRef(f"{to}team"), person=OuterRef(f"{to}person"))
    return Q(**{f"{to}team__in": kept.values("team")}) & ~Q(Exists(seat))


def with_hearts(images: QuerySet[StoredImage], person: User) -> QuerySet[StoredImage]:
    """The pictures, each with ``favourite``: whether it has this person's heart (images/_heart.html shows it)."""
    heart = Favourite.objects.filter(person=person, image=OuterRef("pk"))
    return images.annotate(favourite=Exists(heart))


def is_left_to(person: User, image: StoredImage) -> bool:
    return StoredImage.objects.filter(left_to(person), pk=image.pk).exists()


def has_heart(person: User, image: StoredImage) -> bool:
    return Favourite.objects.filter(person=person, image=image).exists()
