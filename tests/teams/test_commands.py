"""create_user."""

import io

import pytest
from django.core.management import CommandError, call_command

from images_app.teams.models import Membership, Team, User

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("create_user", *words, stdout=out)
    return out.getvalue()


def test_it_makes_a_person_with_the_password_given_and_does_not_repeat_it() -> None:
    assert "hunter22" not in run("ann@example.com", "--password", "hunter22")
    person = User.objects.get(email="ann@example.com")
    assert person.check_password("hunter22") and not person.is_superuser


def test_without_a_password_it_makes_one_up_and_prints_it() -> None:
    password = run("ann@example.com").strip().rpartition("Password: ")[2]
    assert len(password) >= 16 and User.objects.get().check_password(password)


def test_superuser() -> None:
    run("ann@example.com", "--password", "x", "--superuser")
    assert User.objects.get().is_superuser and User.objects.get().is_staff


def test_a_team_is_joined() -> None:
    Team.objects.create(name="Crew", slug="crew")
    run("ann@example.com", "--password", "x", "--team", "crew")
    assert Membership.objects.filter(team__slug="crew", person__email="ann@example.com").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ann@example.com", "--team", "nowhere"), "There is no team 'nowhere'."),
        (("ANN@example.com",), "Somebody has the email ANN@example.com already."),
        (("not an address",), "'not an address' is not an email address."),
        ((f"{'a' * 250}@example.com",), "@example.com' is not an email address."),
        (("ann@example.com", "--name", "a" * 81), "That name is too long."),
    ],
)
def test_mistakes_are_said_plainly(words: tuple[str, ...], said: str) -> None:
    if words[0] == "ANN@example.com":
        run("ann@example.com", "--password", "x")
    count = User.objects.count()
    with pytest.raises(CommandError, match=said.replace(".", r"\.")):
        run(*words)
    assert User.objects.count() == count
