"""Superusers look at the site as somebody else: only looking, for a while, with a reason, and it is written down."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from images_app.audit.models import AuditEntry
from images_app.images.models import StoredImage
from images_app.notices.models import Kind, Notice
from images_app.people import looking
from images_app.people.actions import suspend
from images_app.people.looking_middleware import NothingChanges, _refuse
from images_app.people.models import Impersonation
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person
from images_app.teams.audience import Audience
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
BANNER = "You see Easel as <b>Alice Ardent</b> does"


@pytest.fixture
def image(alice: User, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "A private heron"), audience=Audience.PRIVATE)


@pytest.fixture
def browser(admin: User, alice: User, client_of: ClientOf) -> Client:
    """The administrator's, looking as Alice."""
    client = client_of(admin)
    page = client.post(f"/admin/images_app/user/{alice.pk}/looking/", {"reason": "She sees no picture"})
    assert (page.status_code, page["Location"]) == (302, "/")
    return client


def test_it_begins_at_the_persons_page_with_a_reason(admin: User, alice: User, client_of: ClientOf) -> None:
    client = client_of(admin)
    address = f"/admin/images_app/user/{alice.pk}/looking/"
    assert address in client.get(f"/admin/images_app/user/{alice.pk}/change/").text
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": " "}).status_code == 422
    assert not Impersonation.objects.exists()


def test_what_is_seen_is_what_the_person_sees(browser: Client, image: StoredImage) -> None:
    page = browser.get(f"/images/{image.pk}/")
    assert page.status_code == 200 and "A private heron" in page.text and BANNER in page.text
    assert page["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("address", ["/", "/library/", f"/images/{uuid4()}/", "/nowhere/", "/reports/none/"])
def test_every_page_says_so(browser: Client, address: str) -> None:
    page = browser.get(address)
    assert BANNER in page.text and "/looking/ending/" in page.text


def test_a_page_says_nothing_of_it_otherwise(alice: User, client_of: ClientOf) -> None:
    assert "looking" not in client_of(alice).get("/").text


@pytest.mark.parametrize(
    "address",
    ["/accounts/2fa/", "/accounts/email/", "/accounts/sessions/", "/accounts/logout/", "/admin/", "/desk/"],
)
def test_secrets_stay_closed(browser: Client, address: str) -> None:
    page = browser.get(address)
    assert page.status_code == 403 and "stays closed" in page.text and BANNER in page.text


def test_it_is_written_down_with_who_really_looked(
    browser: Client, image: StoredImage, admin: User, alice: User
) -> None:
    for _ in range(2):
        browser.get(f"/images/{image.pk}/")
    started = AuditEntry.objects.get(verb="impersonation.started")
    assert (started.actor_id, started.target_id, started.reason) == (
        admin.pk,
        str(alice.pk),
        "She sees no picture",
    )
    read = AuditEntry.objects.get(verb="storedimage.read")
    assert (read.actor_id, read.impersonator_id, read.target_id) == (alice.pk, admin.pk, str(image.pk))
    assert read.impersonator_name == "Ada Admin (admin@example.com)"
    pages = AuditEntry.objects.filter(verb="impersonation.looked", impersonator_id=admin.pk)
    assert [entry.after for entry in pages] == [{"page": "image", "id": str(image.pk)}] * 2


def test_the_button_ends_it(browser: Client, admin: User, alice: User, image: StoredImage) -> None:
    answer = browser.post("/looking/ending/")
    assert answer["Location"] == f"/admin/images_app/user/{alice.pk}/change/"
    ended = AuditEntry.objects.get(verb="impersonation.ended")
    assert (ended.actor_id, ended.impersonator_id, ended.target_id) == (admin.pk, None, str(alice.pk))
    assert browser.get(answer["Location"]).status_code == 200
    assert browser.get(f"/images/{image.pk}/").status_code == 404


def over() -> None:
    Impersonation.objects.update(until=timezone.now() - timedelta(seconds=5))


def test_it_ends_after_half_an_hour(browser: Client, image: StoredImage) -> None:
    ends = Impersonation.objects.get().until - timezone.now()
    assert timedelta(minutes=29) < ends <= timedelta(minutes=30)
    over()
    assert browser.get(f"/images/{image.pk}/")["Location"] == "/"
    assert browser.get(f"/images/{image.pk}/").status_code == 404
    assert AuditEntry.objects.filter(verb="impersonation.ended").count() == 1


def test_what_is_pressed_too_late_is_not_done_in_ones_own_name(browser: Client, admin: User) -> None:
    over()
    browser.post("/accounts/name/", {"name": "Somebody else"})
    assert User.objects.get(pk=admin.pk).name == "Ada Admin"


def test_the_duty_ends_what_nobody_came_back_to(browser: Client) -> None:
    assert looking.end_due() == 0
    over()
    assert looking.end_due() == 1 and looking.end_due() == 0


def test_it_ends_with_the_administrators_session(browser: Client, admin: User) -> None:
    second = make_person("second@example.com", None, superuser=True)
    assert suspend(admin, second, "Left us")
    assert browser.get("/library/")["Location"].startswith("/accounts/login/")
    assert Impersonation.objects.get().ended_at is not None


def test_it_ends_when_the_administrator_is_none_any_more(browser: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(is_superuser=False)
    assert browser.get("/library/")["Location"] == "/"
    assert BANNER not in browser.get("/library/").text


def test_nobody_else_may(admin: User, alice: User, bob: User, client_of: ClientOf) -> None:
    second = make_person("second@example.com", None, superuser=True)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.refresh_from_db()
    for by, person in ((admin, admin), (admin, second), (bob, alice), (alice, bob)):
        with pytest.raises(PermissionDenied):
            looking.start(by, person, "Curious")
    assert client_of(admin).get(f"/admin/images_app/user/{second.pk}/looking/").status_code == 403
    assert client_of(bob).get(f"/admin/images_app/user/{alice.pk}/looking/").status_code == 403


def test_looking_reads_no_notice_and_is_no_session_of_theirs(
    browser: Client, alice: User, image: StoredImage
) -> None:
    notice = Notice.objects.create(person=alice, kind=Kind.FINISHED, image=image, count=1)
    assert browser.get(f"/notices/{notice.pk}/").status_code == 302
    notice.refresh_from_db()
    assert notice.read_at is None
    assert not UserSession.objects.filter(user=alice).exists()


def test_the_database_itself_is_not_written(alice: User) -> None:
    with connection.execute_wrapper(_refuse):
        assert User.objects.filter(pk=alice.pk).exists()
        with pytest.raises(NothingChanges), transaction.atomic():
            User.objects.filter(pk=alice.pk).update(name="Mallory")
        with pytest.raises(NothingChanges), transaction.atomic():
            Notice.objects.create(person=alice, kind=Kind.FINISHED)
        with pytest.raises(NothingChanges), transaction.atomic():
            User.objects.filter(pk=alice.pk).delete()
