from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from images_app.teams.models import User
from tests.images.conftest import Stored

ClientOf = Callable[[User], Client]
LIST = "admin:images_app_storedimage_changelist"

pytestmark = pytest.mark.usefixtures("on_files")


def test_the_list_has_one_query_count_for_any_number_of_rows(
    admin: User, alice: User, stored: Stored, client_of: ClientOf
) -> None:
    client, counts = client_of(admin), []
    client.get(reverse(LIST))
    for _ in range(2):
        stored(alice)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("by", ["id", "job", "sha", "email", "prompt"])
def test_a_picture_is_found(
    admin: User, alice: User, bob: User, stored: Stored, client_of: ClientOf, by: str
) -> None:
    image, other = stored(alice, prompt="A quiet harbour"), stored(bob, prompt="A loud fair")
    words = {
        "id": str(image.pk),
        "job": str(image.job_id),
        "sha": image.sha256,
        "email": "alice@",
        "prompt": "harbour",
    }[by]
    page = client_of(admin).get(reverse(LIST), {"q": words}).content.decode()
    assert str(image.pk) in page
    assert (str(other.pk) in page) == (by == "sha")  # both are the same bytes


def test_nothing_can_be_changed(admin: User, alice: User, stored: Stored, client_of: ClientOf) -> None:
    image, client = stored(alice), client_of(admin)
    assert client.get(reverse("admin:images_app_storedimage_change", args=[image.pk])).status_code == 200
    for name, args in (("add", []), ("delete", [image.pk])):
        assert client.post(reverse(f"admin:images_app_storedimage_{name}", args=args)).status_code == 403
    change = client.post(reverse("admin:images_app_storedimage_change", args=[image.pk]), {"sha256": "x"})
    assert change.status_code == 403


def test_an_admin_sees_the_thumbnail(admin: User, alice: User, stored: Stored, client_of: ClientOf) -> None:
    image, client = stored(alice), client_of(admin)
    there = reverse("admin:images_app_storedimage_thumbnail", args=[image.pk])
    assert there in client.get(reverse(LIST)).content.decode()
    assert client.get(there).content[8:12] == b"WEBP"


def test_the_admins_thumbnails_are_for_those_who_may_view_pictures(
    alice: User, bob: User, stored: Stored, client_of: ClientOf
) -> None:
    there = reverse("admin:images_app_storedimage_thumbnail", args=[stored(alice).pk])
    assert client_of(bob).get(there).status_code == 302
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    assert client_of(bob).get(there).status_code == 403
