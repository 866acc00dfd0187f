"""Asking, the word on it, and what comes of it. Each verb owns its transaction, and changes the state by a guarded
UPDATE: of two who decide at once, one did."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from images_app.asks.models import Ask
from images_app.audit.actions import record
from images_app.budgets.actions import today
from images_app.budgets.keeping import grant, keepers, keeps
from images_app.budgets.limits import OverBudget, hard_limits, in_order, left_of
from images_app.budgets.models import Budget, keys_of
from images_app.jobs import composer
from images_app.jobs.actions import KeyReused, NotAgreed, submit_all
from images_app.jobs.forms import GenerationForm
from images_app.jobs.request import JobRequest, agreed_words, total_usd
from images_app.lib.words import money
from images_app.moderation.actions import PromptRefused
from images_app.notices.actions import tell
from images_app.notices.models import Kind
from images_app.providers.actions import usable_models
from images_app.teams.access import makes_in
from images_app.teams.models import User

log = structlog.get_logger(__name__)
State = Ask.State
MOST = 10  # that one person may have waiting
WAITS = timedelta(days=7)  # for a word; then it is over
STUCK = timedelta(minutes=1)  # after which what was approved is taken on by somebody else
Form = Mapping[str, Sequence[str]]
Lack = tuple[Budget, Decimal, int]  # US dollars, pictures


class NotAsked(Exception):
    """The ask is not taken; the sentence says why."""


class NotTheirs(Exception):
    """Somebody else keeps a limit that stands in the way; the sentence names it."""


def ask(requests: Sequence[JobRequest], form: Form, reason: str) -> Ask:
    """Keeps a press that limits refuse, and tells those who keep them. The same press is one ask. Raises NotAsked.

    ``form`` is what was sent, as lists of values.
    """
    one = requests[0]
    usd, pictures = total_usd(requests), sum(request.n for request in requests)
    short = _short(one.team.pk, one.person.pk, usd, pictures)
    if not short:
        raise NotAsked("There is room for it by now. Press Generate.")
    if Ask.objects.filter(person=one.person, state=State.ASKED).count() >= MOST:
        raise NotAsked(f"{MOST} of yours wait already. Take one back first.")
    with transaction.atomic():
        made, new = Ask.objects.get_or_create(
            person=one.person,
            key=one.idempotency_key,
            defaults={
                "team": one.team,
                "budget": short[0][0],
                "form": {**form, "agreed": [agreed_words(requests)]},
                "prompt": one.prompt,
                "usd": usd,
                "pictures": pictures,
                "reason": reason,
            },
        )
        for budget, _, _ in short if new else []:
            tell(Kind.ASK, keepers(budget), team=budget.team, actor=one.person, ask=made)
    return made


def first_short(requests: Sequence[JobRequest]) -> Budget | None:
    """The widest limit that has no room for them; None where all have, or where a price is not known."""
    one = requests[0]
    try:
        short = _short(
            one.team.pk, one.person.pk, total_usd(requests), sum(request.n for request in requests)
        )
    except NotAsked:
        return None
    return short[0][0] if short else None


def lacking(ask: Ask) -> list[Lack]:
    """What each hard limit lacks today for the ask to go through. Raises NotAsked where one takes no unknown price."""
    return _short(ask.team_id, ask.person_id, ask.usd, ask.pictures)


def approve(ask: Ask, by: User, request: HttpRequest | None = None) -> bool:
    """Makes room for it in every limit that has none, for the running period, and lets it go on. False where it was
    decided meanwhile. Raises NotTheirs where a limit that somebody else keeps has no room either, or NotAsked, and then
    nothing has changed; PermissionDenied where the ask is their own."""
    if by.pk == ask.person_id:
        raise PermissionDenied
    with transaction.atomic():
        if not _move(ask, State.ASKED, State.APPROVED, by):
            return False
        for budget, usd, pictures in lacking(ask):
            if not keeps(by, budget):
                whose = f"{budget.whose[:1].upper()}{budget.whose[1:]}"
                raise NotTheirs(f"{whose} limit has no room for it either, and others keep that.")
            grant(budget, today(), usd, pictures, by=by, reason=ask.reason, request=request)
        record(
            "ask.approved",
            actor=by,
            target=ask,
            team=ask.team,
            after=_sums(ask),
            reason=ask.reason,
            request=request,
        )
    go_on(ask)
    return True


def decline(ask: Ask, by: User, answer: str, request: HttpRequest | None = None) -> bool:
    """False where it was decided meanwhile. PermissionDenied where it is their own."""
    if by.pk == ask.person_id:
        raise PermissionDenied
    with transaction.atomic():
        if not _move(ask, State.ASKED, State.DECLINED, by, answer=answer):
            return False
        record(
            "ask.declined",
            actor=by,
            target=ask,
            team=ask.team,
            after=_sums(ask),
            reason=answer,
            request=request,
        )
        tell(Kind.ANSWER, [ask.person], team=ask.team, actor=by, ask=ask)
    return True


def withdraw(ask: Ask) -> bool:
    """By whoever asked; False where it was decided meanwhile."""
    return _move(ask, State.ASKED, State.WITHDRAWN, None)


def go_on(ask: Ask) -> None:
    """Sends the approved press as its person would have: checked anew, and made once, however often this is called."""
    form = _form_of(ask)
    plan = composer.planned(form)
    if plan is None:
        sentences = " ".join(sentence for _, sentence in form.problems())
        _end(ask, State.FAILED, sentences)
        return
    try:
        made = submit_all(plan.requests, agreed=form.price_shown)
    except OverBudget as error:
        # Others have used the room meanwhile. It waits for another word.
        if _move(ask, State.APPROVED, State.ASKED, None):
            log.info("asks.no_room", ask=str(ask.pk), limit=error.budget.pk)
        return
    except NotAgreed:
        _end(ask, State.FAILED, "The price has changed since you asked. Ask again at the new one.")
    except KeyReused:
        _end(ask, State.FAILED, "The same form was sent again with something else. Ask again.")
    except PromptRefused as error:
        _end(ask, State.FAILED, error.sentence)
    except PermissionDenied:
        _end(ask, State.FAILED, f"You can make no more pictures in {ask.team.name}.")
    else:
        _end(ask, State.MADE, "", generation=made[0].generation)


def look() -> int:
    """Takes on what was approved by somebody whose process ended then, and ends what nobody answered; how many."""
    now = timezone.now()
    stuck = list(
        Ask.objects.filter(state=State.APPROVED, decided_at__lt=now - STUCK).select_related("person", "team")
    )
    for one in stuck:
        go_on(one)
    late = list(
        Ask.objects.filter(state=State.ASKED, created_at__lt=now - WAITS).select_related("person", "team")
    )
    for one in late:
        with transaction.atomic():
            if _move(one, State.ASKED, State.EXPIRED, None):
                tell(Kind.ANSWER, [one.person], team=one.team, ask=one)
    return len(stuck) + len(late)


def _short(team: UUID, person: UUID, usd: Decimal | None, pictures: int) -> list[Lack]:
    """The site's first."""
    found = []
    for budget in sorted(hard_limits(keys_of(team, person)).values(), key=in_order):
        left = left_of(budget, today())
        if usd is None and left.usd is not None and not budget.allow_unknown:
            raise NotAsked("A limit lets no unknown price through. Choose another model or setting.")
        more = Decimal(0) if left.usd is None or usd is None else max(usd - left.usd, Decimal(0))
        many = 0 if left.pictures is None else max(pictures - left.pictures, 0)
        if more or many:
            found.append((budget, more, many))
    return found


def _form_of(ask: Ask) -> GenerationForm:
    data = QueryDict(mutable=True)
    for name, values in ask.form.items():
        data.setlist(name, values)
    # It was asked for in this team; nobody's pictures go to another because a seat is gone.
    data["team"] = ask.team.slug if makes_in(ask.person).filter(pk=ask.team_id).exists() else "-"
    return GenerationForm(data, person=ask.person, models=list(usable_models()))


def _end(ask: Ask, state: State, answer: str, **values: object) -> None:
    with transaction.atomic():
        moved = Ask.objects.filter(pk=ask.pk, state=State.APPROVED).update(
            state=state, answer=answer[:300], **values
        )
        if moved:
            ask.refresh_from_db()
            tell(Kind.ANSWER, [ask.person], team=ask.team, actor=ask.decided_by, ask=ask)


def _move(ask: Ask, before: State, after: State, by: User | None, answer: str = "") -> bool:
    values = {"state": after, "decided_by": by, "decided_at": timezone.now(), "answer": answer[:300]}
    moved = Ask.objects.filter(pk=ask.pk, state=before).update(**values)
    if moved:
        ask.refresh_from_db()
    return bool(moved)


def _sums(ask: Ask) -> dict[str, object]:
    return {"usd": money(ask.usd), "pictures": ask.pictures, "person": str(ask.person_id)}
