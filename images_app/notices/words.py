"""What a notice says, and where it leads: made when it is read, by what its reader may see then."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from images_app.budgets.models import Period
from images_app.images.access import seen_by
from images_app.images.models import StoredImage
from images_app.notices.models import Kind, Notice
from images_app.teams.models import User

QUOTED = 240  # signs of a comment


@dataclass(frozen=True)
class Told:
    """A notice as its reader sees it. ``quote`` is what somebody wrote: a comment, or the reader's own prompt."""

    notice: Notice
    words: str
    quote: str = ""
    image: StoredImage | None = None
    joinable: bool = False
    # Whether its reader can decide on what somebody asks for.
    decidable: bool = False


def told(person: User, notices: Iterable[Notice]) -> list[Told]:
    """In their order; a constant number of queries. The notices come with what with_all() fetches."""
    rows = list(notices)
    images = StoredImage.objects.filter(
        seen_by(person), pk__in={row.image_id for row in rows if row.image_id}
    )
    seen = {image.pk: image for image in images.annotate(prompt=F("job__generation__prompt"))}  # type: ignore[no-redef]
    return [_told(row, seen) for row in rows]


def _told(notice: Notice, seen: dict[UUID, StoredImage]) -> Told:
    image = seen.get(notice.image_id) if notice.image_id else None
    quote = ""
    if notice.comment and image and notice.comment.hidden_at is None:
        quote = notice.comment.text
    elif notice.generation:  # the reader's own
        quote = notice.generation.prompt
    elif notice.ask:
        quote = notice.ask.reason if notice.kind == Kind.ASK else notice.ask.answer
    invitation = notice.invitation
    return Told(
        notice,
        sentence(notice),
        " ".join(quote[: QUOTED * 2].split())[:QUOTED],
        image,
        decidable=bool(notice.kind == Kind.ASK and notice.ask and notice.ask.waits),
        joinable=bool(invitation and invitation.uses_left and invitation.expires_at > timezone.now()),
    )


def sentence(notice: Notice) -> str:
    """ "4 pictures are done"; one line, without a full stop."""
    who = " ".join(notice.actor.display_name.split()) if notice.actor else "Somebody"
    many = notice.count != 1
    match Kind(notice.kind):
        case Kind.FINISHED:
            return f"{notice.count} pictures are done" if many else "Your picture is done"
        case Kind.FAILED:
            return f"{notice.count} pictures could not be made" if many else "A picture could not be made"
        case Kind.DECISION:
            return "A picture needs your decision"
        case Kind.COMMENT:
            own = notice.image is not None and notice.image.person_id == notice.person_id
            return f"{who} commented on {'your picture' if own else 'a picture you commented on'}"
        case Kind.MENTION:
            return f"{who} mentioned you"
        case Kind.INVITATION:
            team = notice.invitation.team.name if notice.invitation else "a team"
            return f"{who} asks you into {' '.join(team.split())}"
        case Kind.ROUND:
            title = " ".join(notice.link.title.split()) if notice.link else ""
            return f"The review round “{title}” is over" if title else "A review round is over"
        case Kind.CASE:
            return _of_a_case(notice)
        case Kind.STRIKE:
            lifted = notice.strike is not None and notice.strike.lifted
            return "A strike against you was lifted" if lifted else "You were given a strike"
        case Kind.BUDGET:
            return _of_a_budget(notice)
        case Kind.ASK:
            return f"{who} asks for more: {notice.ask.words}" if notice.ask else f"{who} asks for more"
        case Kind.ANSWER:
            return _of_an_answer(notice)


def _of_a_case(notice: Notice) -> str:
    if notice.case is None:
        return "Something of yours was decided on"
    whose = "your appeal" if notice.case.appealed_at else f"your {notice.case.kind}"
    return f"It was decided about {whose}: {notice.case.get_verdict_display().lower()}"


def _of_an_answer(notice: Notice) -> str:
    if notice.ask is None:
        return "Your asking for more was answered"
    return f"You asked for more ({notice.ask.words}): {notice.ask.get_state_display().lower()}"


def _of_a_budget(notice: Notice) -> str:
    if notice.alarm is None:
        return "A budget is nearly used up"
    budget = notice.alarm.budget
    used = "used up" if notice.alarm.percent >= 100 else f"used up to {notice.alarm.percent}%"
    whose = " ".join(budget.whose.split())
    return f"{whose[:1].upper()}{whose[1:]} budget for this {Period(budget.period).label.lower()} is {used}"


def address(notice: Notice) -> str:
    """The page of what it is about."""
    match Kind(notice.kind):
        case Kind.DECISION:
            return f"{reverse('jobs')}?state=decide"
        case Kind.FAILED:
            return reverse("jobs")
        case Kind.ROUND if notice.team:
            return reverse("round", args=[notice.team.slug, notice.link_id])
        case Kind.CASE if notice.case_id:
            return reverse("case", args=[notice.case_id])
        case Kind.STRIKE:
            return reverse("account_strikes")
        case Kind.ASK:
            return f"{reverse('asks')}#a-{notice.ask_id}"
        case Kind.ANSWER:
            return reverse("studio" if notice.ask and notice.ask.generation_id else "asks")
        case Kind.BUDGET if notice.team:
            return reverse("team_spend", args=[notice.team.slug])
        case Kind.BUDGET:
            return reverse("admin:images_app_budget_changelist")
    if notice.image_id is None:
        return reverse("library" if notice.kind == Kind.FINISHED else "notices")
    page = reverse("image", args=[notice.image_id])
    return f"{page}#c-{notice.comment_id}" if notice.comment_id else page
