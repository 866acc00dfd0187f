"""Who looks after cases, and the only way a view gets one."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404

from images_app.cases.models import Case, Opening, Report
from images_app.galleries.models import Comment
from images_app.images.access import seen_by
from images_app.images.models import StoredImage
from images_app.teams.models import User

NONE = "no such case"
PERMISSION = "images_app.decide_case"
COUNTED_AT_MOST = 100


def decides(person: Any) -> bool:
    """Staff with the permission."""
    return bool(person.is_staff and person.has_perm(PERMISSION))


def must_decide(person: User) -> None:
    """The 404 of an address that is not there, for everybody who does not look after cases."""
    if not decides(person):
        raise Http404(NONE)


def waiting(person: User, state: Case.State = Case.State.OPEN) -> QuerySet[Case]:
    """What the person can decide: nothing of their own, and nothing whose target is gone."""
    there = Q(image__isnull=False) | Q(comment__isnull=False) | Q(flag__isnull=False)
    return Case.objects.filter(there, state=state).exclude(maker=person)


def count_of(person: User, state: Case.State = Case.State.OPEN) -> int:
    """How many wait: COUNTED_AT_MOST means that many or more."""
    return waiting(person, state).order_by().values("pk")[:COUNTED_AT_MOST].count()


def desk_case(person: User, case_id: UUID) -> Case:
    """A case somebody who looks after them has not made themselves."""
    must_decide(person)
    found = waiting(person, Case.State.OPEN) | waiting(person, Case.State.APPEALED)
    case = found.select_related("image", "comment", "flag__generation", "team").filter(pk=case_id).first()
    if case is None:
        raise Http404(NONE)
    return case


def opened_case(person: User, case_id: UUID) -> Case:
    """The same, once the person has asked to see what it is about."""
    case = desk_case(person, case_id)
    if not Opening.objects.filter(case=case, person=person).exists():
        raise Http404(NONE)
    return case


def own_case(person: User, case_id: UUID) -> Case:
    """Something was decided about what is the person's."""
    case = Case.objects.filter(pk=case_id, maker=person, decided_at__isnull=False).first()
    if case is None:
        raise Http404(NONE)
    return case


def seen_comment(person: User, comment_id: UUID) -> Comment:
    """A comment of somebody else's on a picture the person sees."""
    seen = StoredImage.objects.filter(seen_by(person))
    rows = Comment.objects.select_related("image__team", "person").filter(
        pk=comment_id, image__in=seen, hidden_at=None
    )
    comment = rows.exclude(person=person).first()
    if comment is None:
        raise Http404("no such comment")
    return comment


def seen_image(person: User, image_id: UUID) -> StoredImage:
    """A picture of somebody else's that the person sees."""
    rows = StoredImage.objects.filter(seen_by(person), pk=image_id).exclude(person=person)
    image = rows.select_related("team", "person").first()
    if image is None:
        raise Http404("no such picture")
    return image


def report_of(number: str) -> Report:
    """By the number its writer was given, however they write it down."""
    bare = "".join(sign for sign in number.upper() if sign.isalnum())
    found = Report.objects.select_related("case").filter(number=f"{bare[:4]}-{bare[4:8]}-{bare[8:]}")
    report = found.first()
    if report is None:
        raise Http404("no such report")
    return report
