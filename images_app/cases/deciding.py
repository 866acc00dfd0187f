"""What moderators decide, one by one: each word is a guarded UPDATE on the version they saw, and a row that stays.

Whoever comes second hears who was first and what they decided. Nobody decides on what is their own, on an appeal against
themselves, or alone on a removal.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from images_app.audit.actions import name_of, record
from images_app.cases import striking
from images_app.cases.actions import HOURS, about
from images_app.cases.models import Case, Decision, Reason, Report, Urgency
from images_app.galleries.models import Comment
from images_app.images import actions as images
from images_app.images.models import StoredImage
from images_app.notices.actions import tell
from images_app.notices.models import Kind, Notice
from images_app.teams.models import User

Word = Decision.Word
State = Case.State
Verdict = Case.Verdict

UNDO = timedelta(minutes=10)
COPIES = 500  # of one picture that follow it
OWN = "It is your own: somebody else decides."
ESCALATED = "You have escalated it: somebody else decides."
FIRST = "The appeal is against your decision: somebody else decides."
ASKED = "You have asked for its removal: somebody else confirms it."
PICTURES = "Only pictures are removed: hide it instead."
GONE = "It is gone."
STAFF = "Only a superuser gives staff a strike."
UNREASONED = "Choose a reason first: whoever made it reads it."
# What undo brings back of a case.
KEPT = (
    *("state", "urgency", "escalated_by_id", "removal_by_id", "verdict", "code", "text"),
    *("decided_by_id", "decided_at", "first_by_id"),
)

Seen = tuple[UUID, int]  # a case, and its version as somebody saw it


@dataclass
class Outcome:
    """What became of several: cases with the version they have now, and those passed over, each with why."""

    done: list[Seen] = field(default_factory=list)
    passed: list[tuple[UUID, str]] = field(default_factory=list)


class NotDecided(Exception):
    """Nothing has changed; the text says why."""


def decide(
    by: User,
    seen: Iterable[Seen],
    word: Decision.Word,
    code: str = "",
    text: str = "",
    *,
    strike: bool = False,
) -> Outcome:
    """Each case for itself, with all that follows from it or not at all. ``strike``: with what is hidden, or removed by a
    second person, its maker is given one."""
    outcome = Outcome()
    for case_id, version in dict.fromkeys(seen):
        try:
            with transaction.atomic():
                _decide(by, case_id, version, word, code, text, strike)
        except NotDecided as error:
            outcome.passed.append((case_id, str(error)))
        else:
            outcome.done.append((case_id, version + 1))
    return outcome


def undo(by: User, seen: Iterable[Seen]) -> Outcome:
    """Takes one's own last words back, for ten minutes, where nobody has said anything since."""
    outcome = Outcome()
    for case_id, version in dict.fromkeys(seen):
        try:
            with transaction.atomic():
                _undo(by, case_id, version)
        except NotDecided as error:
            outcome.passed.append((case_id, str(error)))
        except IntegrityError:
            outcome.passed.append((case_id, "It was reported anew: decide on that."))
        else:
            outcome.done.append((case_id, version + 1))
    return outcome


def reason_of(code: str, text: str) -> str:
    """What the maker reads: the words of the code, then those of the moderator; 300 signs at most."""
    said = f"{Reason(code).label}." if code else ""
    return f"{said} {text}".strip()[:300]


def _decide(
    by: User, case_id: UUID, version: int, word: Decision.Word, code: str, text: str, strike: bool
) -> None:
    case = _held(case_id)
    _may(by, case, version, word)
    if word in (Word.HIDE, Word.REMOVE):
        code = code or _reported(case)
    asks = word == Word.REMOVE and case.removal_by_id is None
    said = Word.ASK if asks else word
    changes: dict[str, Any] = {"code": code, "text": text}
    if word == Word.ESCALATE:
        changes = {"escalated_by": by, "urgency": Urgency.ESCALATED}
    elif asks:
        changes |= {"removal_by": by}
    else:
        verdict = {Word.APPROVE: Verdict.APPROVED, Word.HIDE: Verdict.HIDDEN}.get(word, Verdict.REMOVED)
        changes |= {
            "verdict": verdict,
            "state": State.DECIDED,
            "decided_by": by,
            "decided_at": timezone.now(),
        }
    before = {name: getattr(case, name) for name in KEPT}
    same = Case.objects.filter(pk=case.pk, version=version, state=case.state)
    if not same.update(**changes, version=F("version") + 1):
        raise NotDecided(_first(case.pk))
    did = _carry_out(by, case, said, reason_of(code, text))
    if said in (Word.APPROVE, Word.HIDE, Word.REMOVE):
        did["copies"] = _follow(by, case, said, code, text)
    if strike and said in (Word.HIDE, Word.REMOVE):
        try:
            did["strikes"] = striking.give(by, case, code, text)
        except PermissionDenied:
            raise NotDecided(STAFF) from None
    elif said == Word.APPROVE and case.state == State.APPEALED:
        did["lifted"] = striking.lift_of(case, by)
    _write_down(by, case, said, code, text, before, did)
    _tell(case, said)


def _held(case_id: UUID) -> Case:
    rows = Case.objects.select_for_update(no_key=True, of=("self",)).select_related("team", "maker")
    case = rows.filter(pk=case_id).first()
    if case is None:
        raise NotDecided(GONE)
    return case


def _may(by: User, case: Case, version: int, word: Decision.Word) -> None:
    """Raises NotDecided."""
    if case.maker_id == by.pk:
        raise NotDecided(OWN)
    if case.version != version or case.state == State.DECIDED:
        raise NotDecided(_first(case.pk))
    if case.state == State.APPEALED and case.first_by_id == by.pk:
        raise NotDecided(FIRST)
    if case.escalated_by_id == by.pk:
        raise NotDecided(ESCALATED)
    if word == Word.REMOVE and case.kind != Case.Kind.PICTURE:
        raise NotDecided(PICTURES)
    if word == Word.REMOVE and case.removal_by_id == by.pk:
        raise NotDecided(ASKED)


def _reported(case: Case) -> str:
    """The reason most people gave, or the one by which a first person asked for the removal."""
    if case.code:
        return case.code
    said = Report.objects.filter(case=case).order_by().values_list("code").annotate(count=Count("pk"))
    most = said.order_by("-count", "code").first()
    if most is None:
        raise NotDecided(UNREASONED)
    return str(most[0])


def _first(case_id: UUID) -> str:
    """Who was first, and what they said."""
    last = Decision.objects.filter(case_id=case_id).order_by("-version").first()
    if last is None:
        return "Its maker has appealed meanwhile."
    who = last.by_name.rpartition(" (")[0] or "Somebody"
    reason = f" ({reason_of(last.code, last.text)})" if last.code or last.text else ""
    return f"{who} was first: {Word(last.word).label.lower()}{reason}."


def _carry_out(by: User, case: Case, word: Decision.Word, reason: str) -> dict[str, list[Any]]:
    """Hides, shows again or puts into the trash what the case is about; answers the ids that have changed."""
    did: dict[str, list[Any]] = {}
    if word == Word.APPROVE and (case.state == State.APPEALED or case.removal_by_id):
        did["shown"] = _show_again(by, case)
    elif word in (Word.HIDE, Word.REMOVE, Word.ASK):
        if case.comment_id:
            now = timezone.now()
            rows = Comment.objects.filter(pk=case.comment_id, hidden_at=None)
            did["comments"] = [case.comment_id] * rows.update(hidden_at=now, hidden_reason=reason)
        pictures = pictures_of(case)
        found = pictures.in_bulk()
        did["hidden"] = images.withhold(found, reason)
        for pk in did["hidden"]:
            record("image.hidden", actor=by, target=found[pk], team=found[pk].team, reason=reason)
        if word == Word.REMOVE:
            kept = pictures.filter(trashed_at=None)
            did["trashed"] = list(kept.values_list("pk", flat=True))
            kept.update(trashed_at=timezone.now())
            for pk in did["trashed"]:
                record("image.removed", actor=by, target=found[pk], team=found[pk].team, reason=reason)
    return did


def _show_again(by: User, case: Case) -> list[UUID]:
    """What this case has hidden, and put into the trash."""
    if case.comment_id:
        Comment.objects.filter(pk=case.comment_id).update(hidden_at=None, hidden_reason="")
    hidden = list(pictures_of(case).filter(hidden_at__isnull=False).select_related("team"))
    if case.verdict == Verdict.REMOVED:
        pictures_of(case).update(trashed_at=None)
    images.release([image.pk for image in hidden])
    for image in hidden:
        before = {"reason": image.hidden_reason}
        record("image.shown_again", actor=by, target=image, team=image.team, before=before)
    return [image.pk for image in hidden]


def pictures_of(case: Case) -> QuerySet[StoredImage]:
    """What a decision hides: the picture itself, or all that came of the prompt."""
    if case.image_id:
        return StoredImage.objects.filter(pk=case.image_id).select_related("team")
    if case.flag_id:
        return StoredImage.objects.filter(job__generation__flags=case.flag_id).select_related("team")
    return StoredImage.objects.none()


def _follow(by: User, case: Case, word: Decision.Word, code: str, text: str) -> list[list[Any]]:
    """The same bytes in other rows are decided alike, each as a case of its own whose maker may appeal; not the
    moderator's own, and no appeal. Answers their cases with their versions."""
    if case.image_id is None or case.state == State.APPEALED:
        return []
    sha256 = StoredImage.objects.filter(pk=case.image_id).values("sha256")
    copies = StoredImage.objects.filter(sha256__in=sha256).exclude(pk=case.image_id).exclude(person=by)
    done = []
    for image in copies.select_related("team", "person").order_by("pk")[:COPIES]:
        own = Case.objects.select_for_update(no_key=True, of=("self",))
        copy = own.filter(image=image, state=State.OPEN).first()
        if copy is None:
            if word == Word.APPROVE or image.hidden_at:
                continue
            due = timezone.now() + timedelta(hours=HOURS[Case.Cause.COPY])
            copy = Case.objects.create(cause=Case.Cause.COPY, due_at=due, **about(image))
        elif copy.escalated_by_id:
            continue  # somebody asked for another pair of eyes
        before = {name: getattr(copy, name) for name in KEPT}
        verdict = {Word.APPROVE: Verdict.APPROVED, Word.HIDE: Verdict.HIDDEN}.get(word, Verdict.REMOVED)
        Case.objects.filter(pk=copy.pk, version=copy.version).update(
            verdict=verdict,
            state=State.DECIDED,
            decided_by=by,
            decided_at=timezone.now(),
            code=code,
            text=text,
            version=F("version") + 1,
        )
        did = _carry_out(by, copy, word, reason_of(code, text))
        _write_down(by, copy, word, code, text, before, did)
        _tell(copy, word)
        done.append([copy.pk, copy.version + 1])
    return done


def _write_down(
    by: User,
    case: Case,
    word: Decision.Word,
    code: str,
    text: str,
    before: dict[str, Any],
    did: dict[str, Any],
) -> None:
    """``case`` as it was before."""
    Decision.objects.create(
        case_id=case.pk,
        version=case.version + 1,
        word=word,
        code=code,
        text=text,
        on_appeal=case.state == State.APPEALED,
        by_id=by.pk,
        by_name=name_of(by)[:340],
        before=before,
        did=did,
    )
    was, now = {"state": str(case.state)}, {"word": str(word), "code": code}
    record(
        "case.decided",
        actor=by,
        target=case,
        team=case.team,
        before=was,
        after=now,
        reason=reason_of(code, text),
    )


def _tell(case: Case, word: Decision.Word) -> None:
    """The maker hears of what was decided against them, and of what became of their appeal."""
    decided = word in (Word.HIDE, Word.REMOVE) or (word == Word.APPROVE and case.state == State.APPEALED)
    if decided and case.maker and case.maker.is_active:
        tell(Kind.CASE, [case.maker], case=case)


def _undo(by: User, case_id: UUID, version: int) -> None:
    case = _held(case_id)
    last = Decision.objects.filter(case_id=case_id, version=version).first()
    if last is None or last.by_id != by.pk or case.version != version:
        raise NotDecided(_first(case_id))
    if last.word == Word.UNDO:
        raise NotDecided("It was taken back already.")
    if last.at < timezone.now() - UNDO:
        raise NotDecided("It was decided too long ago to be taken back.")
    before = {name: getattr(case, name) for name in KEPT}
    same = Case.objects.filter(pk=case_id, version=version)
    if not same.update(**last.before, version=F("version") + 1):
        raise NotDecided(_first(case_id))
    _reverse(by, last)
    Notice.objects.filter(case=case_id, created_at__gte=last.at).delete()
    _write_down(by, case, Word.UNDO, "", "", before, {})
    for copy_id, copy_version in last.did.get("copies", []):
        try:
            with transaction.atomic():
                _undo(by, UUID(copy_id), copy_version)
        except NotDecided:
            pass  # somebody has said something else about that one


def _reverse(by: User, last: Decision) -> None:
    """Turns back what was hidden, shown again or put into the trash."""
    reason = reason_of(last.before.get("code", ""), last.before.get("text", ""))
    Comment.objects.filter(pk__in=last.did.get("comments", [])).update(hidden_at=None, hidden_reason="")
    StoredImage.objects.filter(pk__in=last.did.get("trashed", [])).update(trashed_at=None)
    images.release([UUID(pk) for pk in last.did.get("hidden", [])])
    images.withhold([UUID(pk) for pk in last.did.get("shown", [])], reason or "It was hidden before.")
    striking.reverse(by, last)
