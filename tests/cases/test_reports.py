"""Members and people without an account report things: one case for each, a number for whoever reports."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.audit.models import AuditEntry
from images_app.cases import actions
from images_app.cases.models import Case, Report, Urgency
from images_app.galleries import comments, links
from images_app.images.models import StoredImage
from images_app.moderation.models import FlaggedPrompt
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture, make_publication

ClientOf = Callable[[User], Client]
SENT = {"code": "person", "text": "That is my sister."}
TERMS: links.Terms = {
    "title": "",
    "password": "",
    "days": None,
    "view_limit": None,
    "downloads": True,
    "prompts": False,
}


@pytest.fixture
def image(alice: User, bob: User, model: ImageModel) -> StoredImage:
    """Alice's in a team where Bob is, shown to everybody there."""
    team = make_team(alice, "Northwind")
    alice.refresh_from_db()
    Membership.objects.create(team=team, person=bob, role=Role.MEMBER)
    return make_picture(make_generation(alice, model, "A heron", team=team), audience=Audience.TEAM)


def test_a_member_reports_a_picture_and_reads_the_number(
    image: StoredImage, bob: User, client_of: ClientOf
) -> None:
    client = client_of(bob)
    assert reverse("report_image", args=[image.pk]) in client.get(f"/images/{image.pk}/").content.decode()
    page = client.post(reverse("report_image", args=[image.pk]), SENT, follow=True).content.decode()
    report = Report.objects.select_related("case").get()
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", report.number)
    assert report.number in page
    assert report.case.due_at.strftime("%H:%M UTC") in page
    assert (report.by, report.code, report.text) == (bob, "person", "That is my sister.")
    case = report.case
    assert (case.image, case.maker, case.cause, case.urgency) == (image, image.person, "reported", 1)
    assert AuditEntry.objects.get(verb="report.made").after == {"code": "person", "case": str(case.pk)}


def test_many_reports_of_one_picture_are_one_case_which_the_worst_makes_urgent(
    image: StoredImage, bob: User
) -> None:
    first = actions.report(image, bob, "other", "").case
    second = actions.report(image, None, "child", "").case
    actions.report(image, None, "other", "")
    assert first == second
    case = Case.objects.get()
    assert case.urgency == Urgency.URGENT
    assert case.due_at < timezone.now() + timedelta(hours=actions.URGENT_HOURS, minutes=1)
    assert case.version == 1
    assert Report.objects.filter(case=case).count() == 3


def test_the_database_itself_knows_one_open_case(image: StoredImage) -> None:
    case = actions.report(image, None, "other", "").case
    fields = {"kind": "picture", "cause": "reported", "due_at": timezone.now(), "image": image}
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(**fields)
    Case.objects.filter(pk=case.pk).update(state=Case.State.DECIDED)
    Case.objects.create(**fields)


def test_a_comment_is_reported(image: StoredImage, alice: User, bob: User, client_of: ClientOf) -> None:
    said = comments.say(image, bob, "Something unkind")
    address = reverse("report_comment", args=[said.pk])
    assert address in client_of(alice).get(f"/images/{image.pk}/").content.decode()
    assert client_of(alice).post(address, {"code": "hate"}).status_code == 302
    case = Case.objects.get()
    assert (case.kind, case.comment, case.maker) == ("comment", said, bob)
    assert client_of(bob).get(address).status_code == 404  # one's own


def test_nobody_reports_what_they_do_not_see(image: StoredImage, admin: User, client_of: ClientOf) -> None:
    for kind, thing in (("image", image), ("comment", comments.say(image, image.person, "Mine"))):
        assert client_of(admin).get(reverse(f"report_{kind}", args=[thing.pk])).status_code == 404
        assert client_of(image.person).get(reverse(f"report_{kind}", args=[thing.pk])).status_code == 404


def test_a_guest_reports_what_a_link_shows(image: StoredImage, alice: User) -> None:
    token = links.make_for_image(alice, image, TERMS).address.rstrip("/").rpartition("/")[2]
    guest = Client()
    address = reverse("report_shared", args=[token, image.pk])
    assert address in guest.get(f"/s/{token}/").content.decode()
    assert guest.get(address).status_code == 200
    sent = guest.post(address, SENT)
    assert Report.objects.get().by is None
    assert guest.get(sent["Location"]).status_code == 200
    assert guest.get(reverse("report_shared", args=["no" * 16, image.pk])).status_code == 404
    assert guest.get(reverse("report_shared", args=[token, Report.objects.get().pk])).status_code == 404


def test_a_gate_stands_before_reports_too(image: StoredImage, alice: User) -> None:
    made = links.make_for_image(alice, image, {**TERMS, "password": "open sesame"})
    token = made.address.rstrip("/").rpartition("/")[2]
    assert Client().get(reverse("report_shared", args=[token, image.pk])).status_code == 404


def test_anybody_reports_what_everybody_sees(image: StoredImage, settings: Settings) -> None:
    settings.PUBLIC_GALLERY = True
    public = make_publication(image)
    guest = Client()
    address = reverse("report_public", args=[public.pk])
    assert address in guest.get(f"/gallery/{public.pk}/").content.decode()
    assert guest.post(address, SENT).status_code == 302
    assert Case.objects.get().image == image
    settings.PUBLIC_GALLERY = False
    assert guest.get(address).status_code == 404


def test_reports_without_an_account_are_counted_by_address(image: StoredImage, settings: Settings) -> None:
    settings.PUBLIC_GALLERY = True
    address = reverse("report_public", args=[make_publication(image).pk])
    sent = [Client().post(address, SENT, REMOTE_ADDR="198.51.100.9") for _ in range(actions.MOST_GUEST + 1)]
    assert [answer.status_code for answer in sent] == [302] * actions.MOST_GUEST + [429]
    assert "Wait ten minutes" in sent[-1].content.decode()
    assert Client().post(address, SENT, REMOTE_ADDR="198.51.100.10").status_code == 302


def test_a_report_without_a_reason_is_asked_for_one(
    image: StoredImage, bob: User, client_of: ClientOf
) -> None:
    answer = client_of(bob).post(reverse("report_image", args=[image.pk]), {"text": "Look"})
    assert answer.status_code == 422
    assert "Choose what is wrong" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_number_opens_its_report_alone(image: StoredImage) -> None:
    number = actions.report(image, None, "other", "Secret words").number
    page = Client().get(reverse("report", args=[number.lower().replace("-", "")]))
    assert page.status_code == 200
    assert "Secret words" not in page.content.decode()
    assert Client().get(reverse("report", args=["2222-2222-2222"])).status_code == 404


def test_a_flagged_prompt_comes_to_the_desk_once(alice: User, model: ImageModel) -> None:
    generation = make_generation(alice, model, "A sword")
    flag = FlaggedPrompt.objects.create(generation=generation, reason="Weapons")
    assert actions.gather() == 1
    assert actions.gather() == 0
    case = Case.objects.get()
    assert (case.kind, case.cause, case.flag, case.maker) == ("prompt", "flagged", flag, alice)
    Case.objects.update(state=Case.State.DECIDED)
    assert actions.gather() == 0
    FlaggedPrompt.objects.create(generation=generation, reason="Knives")
    assert actions.gather() == 1
