"""Cases come about: somebody reports something, a rule has flagged a prompt, or a picture was published unseen."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, OuterRef, Value
from django.db.models.functions import Least
from django.utils import timezone

from images_app.audit.actions import record
from images_app.cases.models import Case, Reason, Report, Urgency
from images_app.galleries.models import Comment, Publication
from images_app.images.models import StoredImage
from images_app.lib.counts import take_try
from images_app.moderation.models import FlaggedPrompt
from images_app.teams.models import User

# Hours until somebody must have looked, by why it is here; what is urgent waits no longer than the last.
HOURS = {Case.Cause.REPORTED: 48, Case.Cause.FLAGGED: 72, Case.Cause.SHOWN: 24, Case.Cause.COPY: 72}
URGENT_HOURS = 6
APPEAL_HOURS = 72

URGENCY = {
    Reason.CHILD: Urgency.URGENT,
    Reason.THREAT: Urgency.URGENT,
    Reason.PERSON: Urgency.SOON,
    Reason.HATE: Urgency.SOON,
}

# Reports of one person, or from one address, in ten minutes.
MOST, MOST_GUEST, MOST_SECONDS = 30, 10, 600

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
GATHERED = 500  # flags, or pictures shown at once, at a time
LATE = timedelta(hours=1)  # a flag may be committed so much later than one that is younger


def may_report_now(person: User | None, address: str) -> bool:
    """False where somebody reports faster than people do: one account, or one address without one."""
    who, most = (f"person:{person.pk}", MOST) if person else (f"address:{address}", MOST_GUEST)
    return take_try(f"reports:{who}", most=most, seconds=MOST_SECONDS) is not None


@transaction.atomic
def report(target: StoredImage | Comment, by: User | None, code: str, text: str) -> Report:
    """Somebody's word; the open case of the target takes it, or a new one. A second report by the same person is kept
    as well: they may have seen more. ``by`` None has no account."""
    urgency = URGENCY.get(Reason(code), Urgency.USUAL)
    case = _case_of(target, Case.Cause.REPORTED, urgency)
    written = Report.objects.create(case=case, number=_number(), code=code, text=text, by=by)
    after = {"code": code, "case": case.pk}
    record("report.made", actor=by, target=written, team=case.team, after=after)
    return written


def gather() -> int:
    """Opens a case for each flagged prompt that has none yet; how many. Repeatable, a batch at a time."""
    newest = Case.objects.filter(cause=Case.Cause.FLAGGED).aggregate(at=Max("flag__at"))["at"]
    flags = FlaggedPrompt.objects.filter(~Exists(Case.objects.filter(flag=OuterRef("pk"))))
    if newest is not None:
        # The older ones were looked through before: what was deleted of their cases must not come back.
        flags = flags.filter(at__gte=newest - LATE)
    found = list(flags.select_related("generation__person", "generation__team").order_by("at")[:GATHERED])
    for flag in found:
        with transaction.atomic():
            _case_of(flag, Case.Cause.FLAGGED, Urgency.USUAL)
    return len(found)


def gather_shown() -> int:
    """Opens a case for each picture that everybody saw before anybody had looked, or hands it to the one that is open;
    how many. Repeatable, a batch at a time."""
    rows = Publication.objects.filter(to_look_at=True).select_related("image__person", "image__team")
    gathered = 0
    for publication in rows.order_by("asked_at", "pk")[:GATHERED]:
        mine = Publication.objects.filter(pk=publication.pk, asked_at=publication.asked_at, to_look_at=True)
        with transaction.atomic():
            if mine.update(to_look_at=False):
                # Taken back since: many have seen it all the same.
                _case_of(publication.image, Case.Cause.SHOWN, Urgency.USUAL)
                gathered += 1
    return gathered


def about(target: StoredImage | Comment | FlaggedPrompt) -> dict[str, Any]:
    """What a case of the target says of it."""
    if isinstance(target, StoredImage):
        return {"kind": Case.Kind.PICTURE, "image": target, "maker": target.person, "team": target.team}
    if isinstance(target, Comment):
        return {
            "kind": Case.Kind.COMMENT,
            "comment": target,
            "maker": target.person,
            "team": target.image.team,
        }
    made = target.generation
    return {"kind": Case.Kind.PROMPT, "flag": target, "maker": made.person, "team": made.team}


def _case_of(target: StoredImage | Comment | FlaggedPrompt, cause: Case.Cause, urgency: Urgency) -> Case:
    """The open case of the target, held until the commit so that nobody decides between; made where there is none."""
    fields = about(target)
    key = next(name for name in ("image", "comment", "flag") if name in fields)
    rows = Case.objects.select_for_update(no_key=True, of=("self",)).filter(
        state=Case.State.OPEN, **{key: target}
    )
    hours = URGENT_HOURS if urgency == Urgency.URGENT else HOURS[cause]
    due = timezone.now() + timedelta(hours=hours)
    found = rows.first()
    if found is None:
        try:
            with transaction.atomic():
                return Case.objects.create(cause=cause, urgency=urgency, due_at=due, **fields)
        except IntegrityError:  # somebody else was first
            found = rows.get()
    # A worse reason makes it more urgent; no reason makes it less so.
    worse = Case.objects.filter(pk=found.pk, state=Case.State.OPEN, urgency__lt=urgency)
    if worse.update(urgency=urgency, due_at=Least(F("due_at"), Value(due))):
        found.refresh_from_db()
    return found


def appeal(person: User, case: Case, text: str) -> bool:
    """The maker's one word against a decision; False where it was said already, or there is nothing to appeal."""
    with transaction.atomic():
        rows = Case.objects.filter(
            pk=case.pk,
            maker=person,
            version=case.version,
            state=Case.State.DECIDED,
            verdict__in=[Case.Verdict.HIDDEN, Case.Verdict.REMOVED],
            appealed_at=None,
        )
        now = timezone.now()
        changed = rows.update(
            state=Case.State.APPEALED,
            appeal=text,
            appealed_at=now,
            first_by=F("decided_by"),
            due_at=now + timedelta(hours=APPEAL_HOURS),
            version=F("version") + 1,
        )
        if changed:
            before, after = {"state": "decided"}, {"state": "appealed"}
            record("case.appealed", actor=person, target=case, team=case.team, before=before, after=after)
    return bool(changed)


def _number() -> str:
    """ "K7QF-2M9X-TR4C": 12 of 30 letters, which nobody guesses (5 × 10¹⁷), and which can be read out."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"
