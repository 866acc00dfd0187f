"""The desk: for who looks after cases, the most urgent and oldest first, nothing shown until it is asked for."""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from images_app.audit.models import AuditEntry
from images_app.cases import actions, queue
from images_app.cases.models import Case
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
_numbers = itertools.count()


@pytest.fixture
def make_case(alice: User, model: ImageModel) -> Callable[..., Case]:
    def make(**fields: object) -> Case:
        prompt = f"A heron, number {next(_numbers)}"
        case = actions.report(make_picture(make_generation(alice, model, prompt)), None, "sexual", "").case
        Case.objects.filter(pk=case.pk).update(**fields)
        case.refresh_from_db()
        return case

    return make


MakeCase = Callable[..., Case]


@pytest.fixture
def moderator(bob: User) -> User:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="decide_case"))
    return User.objects.get(pk=bob.pk)


def order(client: Client, query: str = "") -> list[str]:
    context = client.get(f"/desk/{query}").context
    return [str(tile.case.pk) for tile in context["tiles"]]


def test_the_desk_is_there_for_moderators_alone(
    make_case: MakeCase, alice: User, moderator: User, client_of: ClientOf
) -> None:
    case = make_case()
    pages = ["/desk/", reverse("desk_picture", args=[case.pk])]
    forms = ["/desk/decisions/", "/desk/undo/", reverse("desk_opening", args=[case.pk])]
    for person in (alice, User.objects.create(email="staff@example.com", is_staff=True)):
        assert [client_of(person).get(page).status_code for page in pages] == [404, 404]
        assert [client_of(person).post(page).status_code for page in forms] == [404, 404, 404]
        assert "/desk/" not in client_of(person).get("/trash/").content.decode()
    assert client_of(moderator).get("/desk/").status_code == 200
    menu = client_of(moderator).get("/trash/").content.decode()
    assert '<a href="/desk/">Desk <span class="n">1</span></a>' in menu


def test_what_is_shown_is_asked_for_and_that_is_written_down(
    make_case: MakeCase, moderator: User, client_of: ClientOf
) -> None:
    case, client = make_case(), client_of(moderator)
    picture = reverse("desk_picture", args=[case.pk])
    etag = {"If-None-Match": '"p"'}
    assert picture not in client.get("/desk/").content.decode()
    assert client.get(picture, headers=etag).status_code == 404
    assert not AuditEntry.objects.filter(verb="case.opened").exists()
    for _ in range(2):
        assert client.post(reverse("desk_opening", args=[case.pk])).status_code == 302
    entry = AuditEntry.objects.get(verb="case.opened")
    assert (entry.actor_id, entry.target_id) == (moderator.pk, str(case.pk))
    assert picture in client.get("/desk/").content.decode()
    assert client.get(picture, headers=etag).status_code == 304


def test_one_who_opened_it_shows_it_to_nobody_else(
    make_case: MakeCase, moderator: User, admin: User, client_of: ClientOf
) -> None:
    case = make_case()
    client_of(moderator).post(reverse("desk_opening", args=[case.pk]))
    assert client_of(admin).get(reverse("desk_picture", args=[case.pk])).status_code == 404


def test_the_words_of_a_prompt_are_asked_for_too(
    alice: User, model: ImageModel, moderator: User, client_of: ClientOf
) -> None:
    generation = make_generation(alice, model, "A secret sword")
    generation.flags.create(reason="Weapons")
    actions.gather()
    client = client_of(moderator)
    assert "A secret sword" not in client.get("/desk/").content.decode()
    client.post(reverse("desk_opening", args=[Case.objects.get().pk]))
    assert "A secret sword" in client.get("/desk/").content.decode()


def test_ones_own_does_not_lie_on_ones_desk(
    moderator: User, model: ImageModel, client_of: ClientOf, admin: User
) -> None:
    case = actions.report(make_picture(make_generation(moderator, model)), None, "sexual", "").case
    assert order(client_of(moderator)) == []
    assert order(client_of(admin)) == [str(case.pk)]
    assert client_of(moderator).post(reverse("desk_opening", args=[case.pk])).status_code == 404


def test_the_most_urgent_and_oldest_come_first_on_every_page(
    make_case: MakeCase, moderator: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    now = timezone.now()
    cases = [
        make_case(urgency=urgency, opened_at=now - timedelta(hours=hours))
        for urgency, hours in ((0, 1), (0, 5), (1, 2), (3, 1), (0, 5), (1, 3))
    ]
    wanted = sorted(cases, key=lambda case: (-case.urgency, case.opened_at, case.pk))
    client, found, query = client_of(moderator), [], ""
    while True:
        found += order(client, query)
        query = client.get(f"/desk/{query}").context["older"]
        if not query:
            break
    assert found == [str(case.pk) for case in wanted]


def test_a_late_case_is_told_on_the_desk_and_in_the_administration(
    make_case: MakeCase, admin: User, client_of: ClientOf
) -> None:
    client = client_of(admin)
    make_case()
    assert "overdue" not in client.get("/admin/").content.decode()
    make_case(due_at=timezone.now() - timedelta(hours=1, minutes=50))
    assert "1 case is overdue at the desk." in client.get("/admin/").content.decode()
    page = client.get("/desk/").content.decode()
    assert "1 case is overdue at the desk." in page
    assert "2 h late" in page


def test_several_are_decided_at_once_and_taken_back(
    make_case: MakeCase, moderator: User, client_of: ClientOf
) -> None:
    cases = [make_case() for _ in range(3)]
    client = client_of(moderator)
    seen = [f"{case.pk}:1" for case in cases]
    answer = client.post("/desk/decisions/", {"cases": seen, "word": "hide", "code": "rights"}, follow=True)
    assert "3 hidden." in answer.content.decode()
    assert StoredImage.objects.filter(hidden_at__isnull=False).count() == 3
    assert order(client) == []
    client.post("/desk/undo/", {"cases": ",".join(f"{case.pk}:2" for case in cases)})
    assert StoredImage.objects.filter(hidden_at__isnull=False).count() == 0
    assert len(order(client)) == 3


def test_a_conflict_is_said(make_case: MakeCase, moderator: User, admin: User, client_of: ClientOf) -> None:
    form = {"cases": f"{make_case().pk}:1", "word": "hide"}
    client_of(moderator).post("/desk/decisions/", form)
    answer = client_of(admin).post("/desk/decisions/", form, headers={"HX-Request": "true"})
    assert "Bob Bright was first: hidden" in answer.content.decode()


@pytest.mark.parametrize("word", ["", "delete", "undo", "ask"])
def test_a_word_that_is_none_changes_nothing(
    make_case: MakeCase, moderator: User, client_of: ClientOf, word: str
) -> None:
    case = make_case()
    answer = client_of(moderator).post(
        "/desk/decisions/", {"cases": f"{case.pk}:1", "word": word}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.version == 1


def test_a_page_takes_as_many_queries_for_thirty_as_for_three(
    make_case: MakeCase, moderator: User, client_of: ClientOf
) -> None:
    client, counts = client_of(moderator), []
    for more in (3, 27):
        for _ in range(more):
            case = make_case()
            actions.report(case.image, None, "other", "Look")  # type: ignore[arg-type]
            client.post(reverse("desk_opening", args=[case.pk]))
        client.get("/desk/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/desk/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_appeals_have_a_list_of_their_own(
    make_case: MakeCase, moderator: User, alice: User, admin: User, client_of: ClientOf
) -> None:
    case = make_case()
    client_of(moderator).post("/desk/decisions/", {"cases": f"{case.pk}:1", "word": "hide"})
    case.refresh_from_db()
    actions.appeal(alice, case, "It is a heron.")
    assert order(client_of(admin)) == []
    page = client_of(admin).get("/desk/?list=appeals").content.decode()
    assert str(case.pk) in page
    assert "It is a heron." in page
    assert client_of(admin).get("/desk/?list=others").status_code == 404
