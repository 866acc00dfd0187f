"""Single sign-on against a provider on this machine, and the seats that follow its groups."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django.fixtures import Settings

from images_app.jobs.states import State
from images_app.lib import bus
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_team
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from project import env
from tests.rows import make_generation, make_job
from tests.teamwork.oidc import CLIENT, SECRET, Issuer, issuer

NORA = {"sub": "n-1", "email": "Nora@example.com", "email_verified": True, "name": "Nora New"}


def configure(settings: Settings, one: Issuer) -> None:
    app = {
        "provider_id": "sso",
        "name": "Acme",
        "client_id": CLIENT,
        "secret": SECRET,
        "settings": {"server_url": one.address, "oauth_pkce_enabled": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    settings.OIDC_ISSUER, settings.OIDC_NAME = one.address, "Acme"


@pytest.fixture
def idp(settings: Settings, admin: User) -> Iterator[Issuer]:
    with issuer() as one:
        configure(settings, one)
        settings.OIDC_GROUPS = [("design", "studio", "member"), ("leads", "studio", "admin")]
        yield one


@pytest.fixture
def studio(alice: User) -> Team:
    """Alice's team, which the mapping names."""
    team = make_team(alice, "Studio")
    assert team.slug == "studio"
    return team


def come(idp: Issuer, **person: Any) -> tuple[Client, Any]:
    """Somebody goes through the door by the provider: their browser, and where it stands then."""
    idp.person = person
    client = Client()
    away = client.get("/accounts/oidc/sso/login/?next=/library/")
    assert away.status_code == 302 and away["Location"].startswith(idp.address)
    back = httpx.get(away["Location"])
    return client, client.get(back.headers["Location"], follow=True)


def role_in(team: Team, email: str = "nora@example.com") -> str | None:
    seat = Membership.objects.filter(team=team, person__email=email).first()
    return seat.role if seat else None


def test_the_door_shows_the_way_only_where_there_is_one(admin: User, settings: Settings) -> None:
    assert "/accounts/oidc/" not in Client().get("/accounts/login/").text
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://id.example", "Acme"
    page = Client().get("/accounts/login/?next=/library/").text
    assert 'href="/accounts/oidc/sso/login/?next=%2Flibrary%2F"' in page and "Sign in with Acme" in page


def test_the_page_of_ones_account_leads_to_what_is_connected(
    alice: User, settings: Settings, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    assert "/accounts/3rdparty/" not in client.get("/accounts/email/").text
    settings.OIDC_ISSUER = "https://id.example"
    assert "/accounts/3rdparty/" in client.get("/accounts/email/").text


def test_somebody_new_comes_in_with_a_team_of_their_own(idp: Issuer) -> None:
    _, landed = come(idp, **NORA)
    assert landed.request["PATH_INFO"] == "/library/" and landed.status_code == 200
    nora = User.objects.get(email="nora@example.com")
    team = nora.personal_team()
    assert nora.name == "Nora New" and team is not None and not nora.has_usable_password()
    assert EmailAddress.objects.get(user=nora).verified
    come(idp, **NORA)
    assert User.objects.filter(email__iexact="nora@example.com").count() == 1


def test_a_confirmed_address_connects_the_account_there_is(idp: Issuer, alice: User) -> None:
    _, landed = come(idp, sub="a-1", email="Alice@example.com", email_verified=True)
    assert landed.context["user"] == alice
    assert SocialAccount.objects.filter(user=alice).count() == 1
    alice.refresh_from_db()
    assert alice.has_usable_password()


def test_another_issuers_sub_is_somebody_else(idp: Issuer, settings: Settings) -> None:
    come(idp, **NORA)
    nora = User.objects.get(email="nora@example.com")
    with issuer() as other:
        configure(settings, other)
        _, landed = come(other, sub=NORA["sub"], email="mallory@example.com", email_verified=True)
        assert landed.context["user"].email == "mallory@example.com"
        _, landed = come(other, sub="n-2", email="nora@example.com", email_verified=True)
        assert landed.context["user"] == nora, "a confirmed address connects her anew"
    configure(settings, idp)
    _, landed = come(idp, **NORA)
    assert landed.context["user"] == nora
    assert SocialAccount.objects.filter(user=nora).count() == 2


def test_a_userinfo_about_somebody_else_lets_nobody_in(idp: Issuer) -> None:
    come(idp, **NORA)
    idp.signed_sub = "n-2"
    _, landed = come(idp, **NORA)
    assert landed.status_code == 401 and not landed.context["user"].is_authenticated


@pytest.mark.parametrize(("theirs", "ours"), [(False, True), ("false", True), (None, True), (True, False)])
def test_an_unconfirmed_address_never_does(idp: Issuer, alice: User, theirs: Any, ours: bool) -> None:
    EmailAddress.objects.filter(user=alice).update(verified=ours)
    _, landed = come(idp, sub="a-1", email="alice@example.com", email_verified=theirs)
    assert landed.request["PATH_INFO"] == "/accounts/login/" and not landed.context["user"].is_authenticated
    assert "cannot be told whether that is you" in landed.text
    assert not SocialAccount.objects.exists()


def test_without_an_address_nobody_comes_in(idp: Issuer) -> None:
    _, landed = come(idp, sub="x-1")
    assert not landed.context["user"].is_authenticated and not User.objects.filter(email="").exists()


def test_groups_give_change_and_take_back_a_seat(idp: Issuer, studio: Team) -> None:
    come(idp, **NORA, groups=["design", "lunch"])
    assert role_in(studio) == Role.MEMBER
    come(idp, **NORA, groups=["design", "leads"])
    assert role_in(studio) == Role.ADMIN
    come(idp, **NORA, groups="design")
    assert role_in(studio) == Role.MEMBER
    come(idp, **NORA)
    assert role_in(studio) is None


def test_a_claim_of_another_name_is_read(idp: Issuer, studio: Team, settings: Settings) -> None:
    settings.OIDC_GROUPS_CLAIM = "roles"
    come(idp, **NORA, groups=["leads"], roles=["design"])
    assert role_in(studio) == Role.MEMBER


def test_other_teams_are_left_alone(idp: Issuer, studio: Team, alice: User) -> None:
    come(idp, **NORA)
    garden = make_team(alice, "Garden")
    Membership.objects.create(team=garden, person=User.objects.get(email="nora@example.com"))
    come(idp, **NORA)
    assert role_in(garden) == Role.MEMBER


@pytest.mark.parametrize("groups", [["design"], []])
def test_an_owner_stays_the_owner(idp: Issuer, studio: Team, groups: list[str]) -> None:
    come(idp, sub="a-1", email="alice@example.com", email_verified=True, groups=groups)
    assert role_in(studio, "alice@example.com") == Role.OWNER


def test_who_loses_the_seat_loses_what_waited_there(idp: Issuer, studio: Team, model: ImageModel) -> None:
    come(idp, **NORA, groups=["design"])
    nora = User.objects.get(email="nora@example.com")
    job = make_job(make_generation(nora, model, team=studio), State.QUEUED)
    _, landed = come(idp, **NORA)
    assert landed.status_code == 200 and role_in(studio) is None
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_another_role_by_groups_is_told_to_open_pages(
    idp: Issuer, studio: Team, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    come(idp, **NORA, groups=["leads"])
    heard: list[dict[str, str]] = []
    monkeypatch.setattr(bus, "announce", heard.append)
    with django_capture_on_commit_callbacks(execute=True):
        come(idp, **NORA, groups=["design"])
    assert {"kind": "seat", "team": str(studio.pk)}.items() <= heard[0].items()


def test_a_password_touches_no_seat(idp: Issuer, studio: Team, bob: User) -> None:
    Membership.objects.create(team=studio, person=bob)
    Client().post("/accounts/login/", {"login": bob.email, "password": "correct horse battery"})
    assert role_in(studio, bob.email) == Role.MEMBER


def test_no_link_connects_an_account_from_inside(idp: Issuer, alice: User) -> None:
    idp.person = {"sub": "evil-1", "email": "mallory@example.com", "email_verified": True}
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    away = client.get("/accounts/oidc/sso/login/?process=connect")
    client.get(httpx.get(away["Location"]).headers["Location"])
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("written", ["design", "design=studio", "design=studio:owner", "=studio:member"])
def test_a_mapping_that_says_nothing_is_named(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_GROUPS", f"ok=studio:member,{written}")
    with pytest.raises(env.BadSetting, match="group=team:role"):
        env.seats("OIDC_GROUPS", ["member"])


def test_a_group_may_be_a_distinguished_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIDC_GROUPS", "cn=design=studio:member")
    assert env.seats("OIDC_GROUPS", ["member"]) == [("cn=design", "studio", "member")]
