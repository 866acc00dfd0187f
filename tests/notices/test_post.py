"""Letters: at once or once a day, each notice in one letter, whoever else is at it and whoever is killed."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.galleries import comments
from images_app.images.models import StoredImage
from images_app.notices import post
from images_app.notices.access import Way, ways_of
from images_app.notices.actions import choose, read
from images_app.notices.models import Kind, Letter, Mail, Notice
from images_app.notices.tidy import tidy
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import User
from images_app.teams.roles import Role
from images_app.teamwork.actions import remove
from tests.rows import make_generation, make_picture
from tests.teamwork.conftest import Crew, crew

__all__ = ["crew"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def person(crew: Crew, model: ImageModel) -> User:
    """Mentioned three times; @Mx Member wants to know at once."""
    picture = make_picture(make_generation(crew[Role.OWNER], model, "A secret"), audience=Audience.TEAM)
    for number in range(3):
        comments.say(picture, crew[Role.OWNER], f"@Mx Member, {number}\nsecond line")
    return crew[Role.MEMBER]


def due_again(now: datetime | None = None) -> None:
    Letter.objects.update(due_at=now or timezone.now())


def test_what_was_told_at_once_goes_out_together_and_once(person: User) -> None:
    assert post.deliver() == 1
    assert post.deliver() == 0
    (letter,) = mail.outbox
    assert letter.to == [person.email]
    assert letter.subject == "3 notifications · Easel"
    assert str(letter.body).count("Alice Ardent mentioned you") == 3
    assert "“@Mx Member, 0 second line”" in letter.body and "A secret" not in letter.body
    assert Notice.objects.filter(letter=None).count() == 0


def test_a_letter_has_both_forms_and_a_way_out(person: User, settings: Settings, client_of: ClientOf) -> None:
    settings.BASE_URL = "https://easel.example"
    post.deliver()
    (letter,) = mail.outbox
    assert isinstance(letter, EmailMultiAlternatives)
    html, kind = letter.alternatives[0][0], letter.alternatives[0][1]
    assert kind == "text/html" and "@Mx Member, 0" in str(html)
    headers = letter.extra_headers
    stop = re.fullmatch(r"<https://easel\.example(/notices/unsubscribing/.+/)>", headers["List-Unsubscribe"])
    assert stop and headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://easel.example/notices/" in str(letter.body)
    assert str(make_header(decode_header(letter.message()["Message-ID"]))).endswith("@easel.example>")
    nobody = Client(enforce_csrf_checks=True)
    assert nobody.get(stop[1]).status_code == 200 and ways_of(person)[Kind.MENTION].mail == Mail.ONCE
    assert nobody.post(stop[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert ways_of(person)[Kind.MENTION] == Way(True, Mail.OFF)
    assert ways_of(person)[Kind.COMMENT].mail == Mail.DIGEST


@pytest.mark.parametrize("token", ["nonsense", "W10:1:abc"])
def test_a_token_that_is_none_of_ours_ends_nothing(alice: User, token: str) -> None:
    assert Client().get(f"/notices/unsubscribing/{token}/").status_code == 404


def test_daily_letters_wait_for_their_hour_and_miss_none(person: User, settings: Settings) -> None:
    settings.DIGEST_HOUR = 7
    Notice.objects.update(mail=Mail.DIGEST, created_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert post.deliver(datetime(2026, 3, 2, 6, 59, tzinfo=UTC)) == 0
    # Nobody was there at seven: the next one who is makes up for it.
    assert post.deliver(datetime(2026, 3, 2, 16, 30, tzinfo=UTC)) == 1
    assert post.deliver(datetime(2026, 3, 3, 16, 30, tzinfo=UTC)) == 0


def test_two_workers_send_one_letter(person: User) -> None:
    now = timezone.now()
    notices = list(Notice.objects.values_list("pk", flat=True))
    for _ in range(2):
        post._write(person.pk, notices, now)
    letter = Letter.objects.get()
    Letter.objects.update(due_at=now + post.AGAIN)  # the other one has just taken it
    assert post._send_all(now) == 0
    assert mail.outbox == [] and Letter.objects.get() == letter


def test_a_worker_killed_before_the_mail_server_had_it_loses_nothing(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(letter: Letter) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(post, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            post.deliver()
    assert post.deliver() == 0, "it may still be on its way"
    due_again()
    assert post.deliver() == 1
    assert len(mail.outbox) == 1


def test_a_letter_sent_again_is_the_same_letter(person: User) -> None:
    post.deliver()
    Letter.objects.update(sent_at=None)  # killed before this was written
    due_again()
    post.deliver()
    first, again = (letter.message()["Message-ID"] for letter in mail.outbox)
    assert first == again


def test_a_mail_server_that_refuses_is_tried_again_later_and_not_for_ever(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(letter: Letter) -> bool:
        raise ConnectionRefusedError

    monkeypatch.setattr(post, "_send", refused)
    now = timezone.now()
    waits = []
    for _ in range(post.TRIES + 2):
        post.deliver(now)
        letter = Letter.objects.get()
        waits.append(letter.due_at - now)
        now = letter.due_at
    assert waits[0] == post.AGAIN and waits[1] == 2 * post.AGAIN
    assert Letter.objects.get().tries == post.TRIES


def test_a_slow_mail_server_is_given_up_for_this_round(
    person: User, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    Letter.objects.bulk_create(Letter(person=somebody) for somebody in crew.people.values())
    asked = []

    def slow(letter: Letter) -> bool:
        asked.append(letter)
        time.sleep(1.1)
        return False

    monkeypatch.setattr(post, "_send", slow)
    monkeypatch.setattr(post, "ROUND_S", 1.0)
    post._send_all(timezone.now())
    assert len(asked) == 1
    assert Letter.objects.filter(tries=0).count() == 3, "the others have lost no try"


def test_a_letter_that_cannot_be_written_keeps_no_other_waiting(person: User, crew: Crew) -> None:
    address = "line\nend@example.com"
    User.objects.filter(pk=crew[Role.ADMIN].pk).update(email=address)
    EmailAddress.objects.filter(user=crew[Role.ADMIN]).update(email=address)
    comments.say(StoredImage.objects.get(), crew[Role.OWNER], "@Mx Admin, too")
    post._write_all(timezone.now())
    Letter.objects.filter(person=crew[Role.ADMIN]).update(due_at=timezone.now() - timedelta(minutes=1))
    assert post.deliver() == 1
    assert [letter.to for letter in mail.outbox] == [[person.email]]


@pytest.mark.parametrize("why", ["read", "removed", "unwanted", "unconfirmed"])
def test_what_there_is_no_reason_to_send_stays_unsent(person: User, crew: Crew, why: str) -> None:
    if why == "read":
        read(person)
    elif why == "removed":
        remove(crew.seat(Role.MEMBER), crew.seat(Role.OWNER))
    elif why == "unwanted":
        choose(person, {Kind.MENTION: Way(True, Mail.OFF)})
    else:
        EmailAddress.objects.filter(user=person).update(verified=False)
    assert post.deliver() == 0
    assert mail.outbox == []


def test_without_a_mail_server_nothing_is_written(person: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert post.deliver() == 0
    assert not Letter.objects.exists()


def test_a_name_with_a_line_end_forges_no_header(person: User, crew: Crew) -> None:
    User.objects.filter(pk=crew[Role.OWNER].pk).update(name="Eve\r\nBcc: all@example.com")
    Notice.objects.exclude(pk=Notice.objects.first().pk).delete()  # type: ignore[union-attr]
    post.deliver()
    assert mail.outbox[0].subject == "Eve Bcc: all@example.com mentioned you · Easel"


def test_old_notices_are_forgotten(person: User) -> None:
    post.deliver()
    old = Notice.objects.first()
    Notice.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=91))  # type: ignore[union-attr]
    assert tidy() == 1
    assert Notice.objects.count() == 2
    assert StoredImage.objects.exists()
