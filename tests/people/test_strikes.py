"""Strikes end by themselves, are told, can be lifted, come with decisions, and suspend where so many are in force."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.audit.models import AuditEntry
from images_app.cases import actions as case_actions
from images_app.cases.deciding import STAFF, decide, undo
from images_app.cases.models import Case, Decision
from images_app.images.models import StoredImage
from images_app.notices.models import Notice
from images_app.people import strikes
from images_app.people.models import Strike, Suspension
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
Word = Decision.Word


@pytest.fixture
def case(alice: User, model: ImageModel) -> Case:
    return case_actions.report(make_picture(make_generation(alice, model)), None, "hate", "").case


def in_force(person: User) -> int:
    return strikes.active().filter(person_id=person.pk).count()


def now_active(person: User) -> bool:
    return User.objects.get(pk=person.pk).is_active


def test_it_is_told_with_its_reason_and_its_end(admin: User, alice: User, client_of: ClientOf) -> None:
    strike = strikes.give(alice, admin, "hate", "Third time.")
    days = (strike.expires_at - timezone.now()).days
    assert days in (89, 90)
    notice = Notice.objects.get(person=alice)
    client = client_of(alice)
    assert "You were given a strike" in client.get("/notices/").text
    page = client.get(f"/notices/{notice.pk}/", follow=True)
    assert page.request["PATH_INFO"] == "/accounts/strikes/"
    assert "It incites hatred. Third time." in page.text and "In force until" in page.text
    assert "Ada" not in page.text  # who gave it is not named
    entry = AuditEntry.objects.get(verb="strike.given")
    assert (entry.actor_id, entry.target_id) == (admin.pk, str(alice.pk))


def test_nobody_reads_the_strikes_of_another(
    admin: User, alice: User, bob: User, client_of: ClientOf
) -> None:
    strikes.give(alice, admin, "hate", "Third time.")
    assert "Third time." not in client_of(bob).get("/accounts/strikes/").text


def test_it_ends_by_itself(admin: User, alice: User, client_of: ClientOf) -> None:
    strikes.give(alice, admin, "hate", "", until=timezone.now() - timedelta(seconds=5))
    assert in_force(alice) == 0
    assert "Over since" in client_of(alice).get("/accounts/strikes/").text


def test_a_lift_is_a_row_of_its_own_and_happens_once(admin: User, alice: User, client_of: ClientOf) -> None:
    strike = strikes.give(alice, admin, "hate", "")
    assert strikes.lift(strike, admin, "A mistake") and not strikes.lift(strike, admin)
    assert in_force(alice) == 0 and Strike.objects.count() == 1
    assert AuditEntry.objects.filter(verb="strike.lifted", target_id=str(alice.pk)).count() == 1
    client = client_of(alice)
    assert "Lifted on" in client.get("/accounts/strikes/").text
    assert "A strike against you was lifted" in client.get("/notices/").text


def test_a_strike_is_never_changed(admin: User, alice: User) -> None:
    strike = strikes.give(alice, admin, "hate", "")
    with pytest.raises(DatabaseError), transaction.atomic():
        Strike.objects.filter(pk=strike.pk).update(text="Nothing")


def test_one_too_many_suspends(admin: User, alice: User, settings: Settings) -> None:
    settings.STRIKES_TO_SUSPEND = 2
    over = timezone.now() - timedelta(seconds=5)
    strikes.give(alice, admin, "hate", "", until=over)
    strikes.give(alice, admin, "hate", "")
    assert now_active(alice)
    strikes.give(alice, admin, "law", "")
    assert not now_active(alice)
    suspension = Suspension.objects.get(person=alice)
    assert (suspension.by, suspension.reason) == (None, "2 strikes")


def test_nobody_is_suspended_unless_the_installation_says_so(admin: User, alice: User) -> None:
    for _ in range(5):
        strikes.give(alice, admin, "hate", "")
    assert now_active(alice)


def test_the_last_superuser_stays(admin: User, settings: Settings) -> None:
    settings.STRIKES_TO_SUSPEND = 1
    other = make_person("second@example.com", None, superuser=True)
    strikes.give(admin, other, "other", "")
    assert not now_active(admin)
    third = make_person("third@example.com", None, superuser=True)
    User.objects.filter(pk=third.pk).update(is_active=False)
    strikes.give(other, third, "other", "")
    assert now_active(other)


def test_nobody_strikes_themselves_and_a_clerk_no_staff(admin: User, bob: User) -> None:
    with pytest.raises(PermissionDenied):
        strikes.give(admin, admin, "other", "")
    with pytest.raises(PermissionDenied):
        strikes.give(admin, bob, "other", "")
    own = strikes.give(bob, admin, "other", "")
    with pytest.raises(PermissionDenied):
        strikes.lift(own, bob)


def hide(by: User, case: Case, word: Decision.Word = Word.HIDE, strike: bool = True) -> list[str]:
    case.refresh_from_db()
    return [
        why for _, why in decide(by, [(case.pk, case.version)], word, "hate", "No.", strike=strike).passed
    ]


def test_a_decision_gives_one_where_it_is_ticked(case: Case, admin: User, alice: User) -> None:
    assert hide(admin, case, strike=False) == []
    assert in_force(alice) == 0


def test_the_desk_gives_one_and_undo_lifts_it(
    case: Case, admin: User, alice: User, client_of: ClientOf
) -> None:
    client = client_of(admin)
    assert 'name="strike"' in client.get("/desk/").text
    client.post("/desk/decisions/", {"cases": f"{case.pk}:1", "word": "hide", "code": "hate", "strike": "on"})
    strike = Strike.objects.get()
    assert (strike.person_id, strike.case_id, strike.code) == (alice.pk, case.pk, "hate")
    assert undo(admin, [(case.pk, 2)]).passed == []
    assert in_force(alice) == 0


def test_a_removal_gives_one_with_its_second_word(case: Case, admin: User, alice: User) -> None:
    other = make_person("olga@example.com", None, superuser=True)
    assert hide(admin, case, Word.REMOVE) == []
    assert in_force(alice) == 0
    assert hide(other, case, Word.REMOVE) == []
    assert in_force(alice) == 1


def test_a_granted_appeal_lifts_it_and_its_undo_gives_it_again(case: Case, admin: User, alice: User) -> None:
    other = make_person("olga@example.com", None, superuser=True)
    hide(admin, case)
    end = Strike.objects.get().expires_at
    case.refresh_from_db()
    assert case_actions.appeal(alice, case, "It is a heron.")
    assert hide(other, case, Word.APPROVE, strike=False) == []
    assert in_force(alice) == 0
    case.refresh_from_db()
    assert undo(other, [(case.pk, case.version)]).passed == []
    assert strikes.active().get(person_id=alice.pk).expires_at == end
    assert hide(other, case) == []  # it stays hidden: the case has given its strike
    assert in_force(alice) == 1


def test_a_moderator_gives_staff_none(case: Case, alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)
    assert hide(bob, case) == [STAFF]
    assert not StoredImage.objects.filter(hidden_at__isnull=False).exists()


def test_the_administration_gives_shows_and_lifts_them(admin: User, alice: User, client_of: ClientOf) -> None:
    client, people = client_of(admin), "/admin/images_app/user/"
    asked = {"action": "strike_chosen", "_selected_action": [str(alice.pk), str(admin.pk)]}
    assert "Choose what the strike is for" in client.post(people, asked, follow=True).text
    page = client.post(people, {**asked, "code": "hate", "reason": "Third time"}, follow=True).text
    assert "Strikes given: 1." in page and f"No strike: {admin.email}" in page
    assert '<td class="field-in_force">1</td>' in page
    assert "It incites hatred. Third time (in force" in client.get(f"{people}{alice.pk}/change/").text
    lift = {"action": "lift_chosen", "_selected_action": [str(Strike.objects.get().pk)], "reason": "Well"}
    listed = client.post("/admin/images_app/strike/", lift, follow=True).text
    assert "Lifted: 1." in listed and in_force(alice) == 0
