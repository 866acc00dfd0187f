"""Letters: what people asked to be told by mail, at once or once a day.

Three guarded steps, each its own transaction, so that any number of workers may be at it and any may be killed:
a letter takes the notices that belong to no other; whoever moves its ``due_at`` on sends it; once the mail server has
taken it, it is sent. A worker that is killed between the last two leaves a letter that is due again a quarter of an hour
later: it goes out under the same Message-ID, by which mail programs show it once.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from images_app.notices.access import told
from images_app.notices.models import Kind, Letter, Mail, Notice
from images_app.notices.words import Told
from images_app.notices.words import told as in_words
from images_app.teams.models import User

AT_ONCE = 200  # letters of one round
SHOWN = 20  # notices of one letter; it says how many more there are
AGAIN = timedelta(minutes=15)  # longer than any mail server is waited for
TRIES = 8  # over about a day and a half
MOST_FAILURES = 3  # of the mail server, one after the other
# A slow mail server neither keeps upkeep busy, nor sends for so long that a letter is due again meanwhile: the others
# wait for the next round.
ROUND_S = 45.0
SALT = "easel.notices"

log = structlog.get_logger(__name__)


def deliver(now: datetime | None = None) -> int:
    """Makes and sends what is due; how many letters the mail server took. Nothing where no mail server is known."""
    if not goes():
        return 0
    now = now or timezone.now()
    _write_all(now)
    return _send_all(now)


def goes() -> bool:
    """Whether mail leaves this installation at all."""
    return "console" not in settings.EMAIL_BACKEND


def _write_all(now: datetime) -> None:
    unsent = Notice.objects.filter(letter=None)
    due = [unsent.filter(mail=Mail.ONCE), unsent.filter(mail=Mail.DIGEST, created_at__lt=last_digest(now))]
    for rows in due:
        for person in list(rows.order_by().values_list("person", flat=True).distinct()[:AT_ONCE]):
            _write(person, list(rows.filter(person=person).values_list("pk", flat=True)), now)


def last_digest(now: datetime) -> datetime:
    """When the last daily letters were due: today's DIGEST_HOUR (UTC), or yesterday's before that."""
    today = now.replace(hour=settings.DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


@transaction.atomic
def _write(person: UUID, notices: list[UUID], now: datetime) -> None:
    letter = Letter.objects.create(person_id=person, made_at=now, due_at=now)
    if not Notice.objects.filter(pk__in=notices, letter=None).update(letter=letter):
        letter.delete()  # another worker was first


def _send_all(now: datetime) -> int:
    sent = failures = 0
    due = Letter.objects.filter(sent_at=None, due_at__lte=now, tries__lt=TRIES).order_by("due_at")
    begun = time.monotonic()
    for letter in due.select_related("person")[:AT_ONCE]:
        if time.monotonic() - begun > ROUND_S:
            break
        later = now + AGAIN * 2**letter.tries
        mine = Letter.objects.filter(pk=letter.pk, sent_at=None, due_at=letter.due_at)
        if not mine.update(due_at=later, tries=F("tries") + 1):
            continue
        try:
            sent += _send(letter)
        except (OSError, SMTPException) as error:
            log.warning("notices.letter_not_sent", letter=str(letter.pk), error=type(error).__name__)
            failures += 1
            if failures == MOST_FAILURES:
                break
        except ValueError as error:  # of this letter alone, such as an address no mail may go to
            log.warning("notices.letter_not_sent", letter=str(letter.pk), error=type(error).__name__)
        else:
            Letter.objects.filter(pk=letter.pk).update(sent_at=timezone.now())
            failures = 0
    return sent


def _send(letter: Letter) -> bool:
    """False where nothing is left to say: all was read, the team was left, the address is not confirmed."""
    person = letter.person
    rows = told(person).filter(letter=letter, read_at=None).exclude(mail=Mail.OFF)
    notices = in_words(person, with_all(rows).order_by("created_at", "id"))
    known = EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True)
    if not notices or not person.is_active or not known.exists():
        return False
    message(letter, notices).send()
    return True


def with_all(notices: Any) -> Any:
    """The notices with everything their words need."""
    return notices.select_related(
        "person",
        "team",
        "actor",
        "generation",
        "image",
        "comment",
        "link",
        "invitation__team",
        "alarm__budget__team",
        "alarm__budget__person",
        "case",
        "strike__lift",
        "ask__decided_by",
    )


def message(letter: Letter, notices: list[Told]) -> EmailMultiAlternatives:
    """The mail: text and HTML, with a way to end it that needs no account (RFC 8058)."""
    kinds = sorted({one.notice.kind for one in notices})
    stop = _absolute(reverse("notices_unsubscribing", args=[unsubscribing(letter.person, kinds)]))
    context = {
        "letter": letter,
        "notices": [(one, _absolute(reverse("notice", args=[one.notice.pk]))) for one in notices[:SHOWN]],
        "more": max(0, len(notices) - SHOWN),
        "list": _absolute(reverse("notices")),
        "settings": _absolute(reverse("notice_settings")),
        "stop": stop,
    }
    subject = notices[0].words if len(notices) == 1 else f"{len(notices)} notifications"
    mail = EmailMultiAlternatives(
        f"{subject} · Easel",
        render_to_string("notices/mail/letter.txt", context),
        None,
        [letter.person.email],
        headers={
            "Message-ID": f"<{letter.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
        connection=get_connection(),
    )
    mail.attach_alternative(render_to_string("notices/mail/letter.html", context), "text/html")
    return mail


def unsubscribing(person: User, kinds: list[str]) -> str:
    """A token that ends the mail of these kinds for this person, whoever presents it. It opens nothing else."""
    return signing.dumps([str(person.pk), kinds], salt=SALT, compress=True)


def unsubscriber(token: str) -> tuple[User, list[Kind]] | None:
    """Whose mail of which kinds the token ends; None for one that is none of ours."""
    try:
        person_id, kinds = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    person = User.objects.filter(pk=person_id).first()
    return (person, list(_known(kinds))) if person else None


def _known(kinds: list[str]) -> Iterator[Kind]:
    yield from (Kind(kind) for kind in kinds if kind in Kind.values)


def _absolute(path: str) -> str:
    return f"{settings.BASE_URL}{path}"
