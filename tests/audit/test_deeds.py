"""What people do with teams, links, publications, pictures, comments and money is written down, once, by its verb."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.audit.models import AuditEntry
from images_app.collections import actions as collecting
from images_app.galleries import collections, comments, links, publications
from images_app.images import actions as images
from images_app.images.models import StoredImage
from images_app.jobs import actions as jobs
from images_app.jobs.actions import Choice
from images_app.jobs.models import ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams import actions as teams
from images_app.teams import invitations
from images_app.teams.audience import Audience
from images_app.teams.models import Ending, Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork import actions
from images_app.teamwork.ending import end_due_teams
from images_app.teamwork.sso import follow_groups
from tests.galleries.test_links import TERMS
from tests.rows import make_generation, make_job, make_picture

ClientOf = Callable[[User], Client]


@pytest.fixture
def team(alice: User) -> Team:
    return teams.make_team(alice, "Northwind")


@pytest.fixture
def seat(team: Team, bob: User) -> Membership:
    """Bob's, a member."""
    return Membership.objects.create(team=team, person=bob, role=Role.MEMBER)


@pytest.fixture
def owner(team: Team, alice: User) -> Membership:
    return Membership.objects.select_related("team", "person").get(team=team, person=alice)


@pytest.fixture
def image(team: Team, alice: User, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "A secret heron", team=team), audience=Audience.TEAM)


def told(verb: str, by: User | None, team: Team, target: Any = None) -> AuditEntry:
    """The only entry of that verb."""
    entry = AuditEntry.objects.get(verb=verb)
    assert (entry.actor_id, entry.team_slug) == (by.pk if by else None, team.slug)
    if target is not None:
        assert entry.target_id == str(target.pk)
    return entry


# --- teams


def test_a_team_made_and_changed(alice: User, team: Team, client_of: ClientOf) -> None:
    told("team.made", alice, team, team)
    form = {"name": "Northwind", "audience": str(team.audience), "link_days": "30", "link_days_most": "60"}
    client_of(alice).post("/team/northwind/settings/", form)
    entry = told("team.changed", alice, team, team)
    assert (entry.before, entry.after) == ({"link_days_most": None}, {"link_days_most": 60})


def test_an_invitation_made_taken_back_and_used(
    alice: User, bob: User, team: Team, client_of: ClientOf
) -> None:
    made = invitations.invite(team, alice, Role.VIEWER, email="x@example.com", days=7)
    entry = told("team.invited", alice, team, made.invitation)
    assert entry.after == {"email": "x@example.com", "role": "viewer", "days": 7, "uses": 1}
    client_of(alice).post(f"/team/northwind/invitations/{made.invitation.pk}/revocation/")
    told("team.invitation_taken_back", alice, team)
    other = invitations.invite(team, alice, Role.MEMBER, days=7)
    invitations.join(bob, other.address.split("/")[-2])
    assert told("team.joined", bob, team, bob).after["role"] == "member"
    assert other.address.split("/")[-2] not in str(AuditEntry.objects.values())


def test_a_role_given(bob: User, team: Team, seat: Membership, owner: Membership) -> None:
    actions.give_role(seat, Role.ADMIN, owner)
    entry = told("team.role_given", owner.person, team, bob)
    assert (entry.before, entry.after) == ({"role": "member"}, {"role": "admin"})


def test_a_role_not_given_is_not_written_down(seat: Membership, owner: Membership) -> None:
    Membership.objects.filter(pk=seat.pk).update(role=Role.VIEWER)  # somebody was first
    assert not actions.give_role(seat, Role.ADMIN, owner)
    assert not AuditEntry.objects.filter(verb="team.role_given").exists()


def test_a_removal_a_leaving_and_what_is_refused(
    bob: User, team: Team, seat: Membership, owner: Membership
) -> None:
    with pytest.raises(PermissionDenied):
        actions.remove(owner, seat)
    assert not AuditEntry.objects.filter(verb="team.member_removed").exists()
    actions.remove(seat, owner)
    assert told("team.member_removed", owner.person, team, bob).before == {"role": "member"}
    actions.leave(Membership.objects.create(team=team, person=bob, role=Role.VIEWER))
    told("team.left", bob, team, bob)


def test_a_handover(alice: User, bob: User, team: Team, seat: Membership, owner: Membership) -> None:
    teams.hand_over(owner, seat)
    entry = told("team.handed_over", alice, team, team)
    assert (entry.before, entry.after) == ({"owner": alice.email}, {"owner": bob.email})


def test_an_end_announced_taken_back_and_come(alice: User, team: Team, owner: Membership) -> None:
    actions.announce_end(owner, Ending.MAKERS)
    assert told("team.end_announced", alice, team, team).after["pictures"] == "makers"
    actions.take_back_end(owner)
    told("team.end_taken_back", alice, team, team)
    actions.announce_end(owner, Ending.NOWHERE)
    Team.objects.filter(pk=team.pk).update(ends_at=timezone.now() - timedelta(seconds=2))
    end_due_teams()
    assert told("team.ended", None, team, team).before["pictures"] == "nowhere"


def test_seats_that_follow_groups(bob: User, team: Team, settings: Settings) -> None:
    settings.OIDC_GROUPS = [("crew", "northwind", "member"), ("heads", "northwind", "admin")]
    follow_groups(bob, ["crew"])
    told("team.joined_by_sso", None, team, bob)
    follow_groups(bob, ["heads"])
    assert told("team.role_given", None, team, bob).after == {"role": "admin"}
    follow_groups(bob, [])
    assert told("team.left_by_sso", None, team, bob).before == {"role": "admin"}


# --- links and publications


def test_a_link_made_changed_and_revoked(alice: User, team: Team, image: StoredImage) -> None:
    made = links.make_for_image(alice, image, {**TERMS, "password": "open sesame"})
    entry = told("share.made", alice, team, made.link)
    assert entry.after["password"] is True and entry.after["id"] == str(image.pk)
    terms: links.Terms = {**TERMS, "downloads": False}
    assert links.change(made.link, terms, expires_at=made.link.expires_at, password="", by=alice)
    entry = told("share.changed", alice, team, made.link)
    assert entry.before == {"password": True, "downloads": True}
    assert entry.after == {"password": False, "downloads": False}
    assert links.revoke(made.link, alice) and not links.revoke(made.link, alice)
    told("share.revoked", alice, team, made.link)
    said = str(AuditEntry.objects.values())
    assert "sesame" not in said and made.address.split("/")[-2] not in said


def test_links_that_end_with_a_seat_or_a_collection(
    alice: User, bob: User, team: Team, seat: Membership, owner: Membership, image: StoredImage
) -> None:
    hall = collecting.make(alice, "Hall", team=team)
    links.make_for_collection(alice, hall, TERMS)
    pk = hall.pk
    collections.delete(alice, hall)
    told("share.revoked", alice, team)
    assert told("collection.deleted", alice, team).target_id == str(pk)
    mine = make_picture(make_generation(bob, image.model, team=team))
    made = links.make_for_image(bob, mine, TERMS)
    actions.remove(seat, owner)
    entry = AuditEntry.objects.get(verb="share.revoked", target_id=str(made.link.pk))
    assert entry.actor_id == alice.pk


def test_a_publication_asked_for_decided_and_taken_back(
    alice: User, admin: User, team: Team, image: StoredImage, settings: Settings
) -> None:
    settings.PUBLIC_GALLERY = True
    Team.objects.filter(pk=team.pk).update(may_publish=True)
    asked = publications.ask(alice, image.pk, {"prompt": True, "credit": False, "alt": "A bird"})
    assert told("publication.asked", alice, team, asked).after == {"prompt": True, "credit": False}
    publications.show(admin, [asked.pk])
    assert told("publication.shown", admin, team, asked).before == {"state": "asked"}
    publications.refuse(admin, [asked.pk], "Not for everybody")
    assert told("publication.refused", admin, team, asked).reason == "Not for everybody"
    publications.show(admin, [asked.pk])
    publications.take_back(alice, image.pk)
    assert told("publication.taken_back", alice, team, asked).before == {"state": "shown"}


# --- pictures and comments


def test_a_picture_trashed_restored_and_purged(alice: User, team: Team, image: StoredImage) -> None:
    images.trash(alice, [image.pk])
    told("image.trashed", alice, team, image)
    images.restore(alice, [image.pk])
    told("image.restored", alice, team, image)
    long_ago = timezone.now() - timedelta(days=40)
    StoredImage.objects.update(trashed_at=long_ago)
    ImageJob.objects.update(finished_at=long_ago)
    assert images.purge() == 1
    entry = told("image.purged", None, team)
    assert entry.target_id == str(image.pk) and entry.before["sha256"] == image.sha256


def test_many_at_once_are_one_entry_that_names_them_all(alice: User, team: Team, image: StoredImage) -> None:
    other = make_picture(image.job.generation, position=1)
    images.trash(alice, [image.pk, other.pk])
    after = told("image.trashed", alice, team).after
    assert after["count"] == 2 and set(after["images"]) == {str(image.pk), str(other.pk)}
    images.restore_removed(alice)
    assert told("image.restored", alice, team).after["count"] == 2


def test_what_is_not_theirs_is_not_written_down(bob: User, image: StoredImage) -> None:
    assert images.trash(bob, [image.pk]).count == 0
    assert not AuditEntry.objects.filter(verb="image.trashed").exists()


def test_a_comment_deleted_leaves_none_of_its_words(
    alice: User, bob: User, team: Team, seat: Membership, image: StoredImage, client_of: ClientOf
) -> None:
    said = comments.say(image, bob, "Something unkind")
    client_of(alice).post(f"/comments/{said.pk}/removal/")
    entry = told("comment.deleted", alice, team)
    assert entry.before == {"person": bob.email, "image": str(image.pk)}
    assert "unkind" not in str(AuditEntry.objects.values())


# --- money


@pytest.mark.parametrize(
    ("choice", "verb"),
    [
        (Choice.RETRY, "job.retried"),
        (Choice.CHARGED, "job.given_up_charged"),
        (Choice.WRITTEN_OFF, "job.written_off"),
    ],
)
def test_a_word_on_a_call_nobody_knows_of(
    alice: User, team: Team, model: ImageModel, choice: Choice, verb: str
) -> None:
    job = make_job(make_generation(alice, model, "A secret heron", team=team), State.UNKNOWN)
    assert jobs.decide(job, alice, choice, "the bill says so")
    entry = told(verb, alice, team, job)
    assert entry.after == {"usd": "0.04"} and entry.reason == "the bill says so"
    assert not jobs.decide(job, alice, choice)
    assert "secret" not in str(AuditEntry.objects.values())
