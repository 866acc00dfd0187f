"""Staff hide pictures of others with a reason, and show them again; the audit log says who did."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from images_app.audit.models import AuditEntry
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]


@pytest.fixture
def image(alice: User, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "A heron at dawn"))


def press(client: Client, action: str, *images: StoredImage, reason: str = "") -> Any:
    chosen = [str(image.pk) for image in images]
    form = {"action": action, "_selected_action": chosen, "reason": reason}
    return client.post(reverse("admin:images_app_storedimage_changelist"), form, follow=True)


def hidden() -> list[StoredImage]:
    return list(StoredImage.objects.filter(hidden_at__isnull=False))


def test_it_is_hidden_and_shown_again(image: StoredImage, admin: User, client_of: ClientOf) -> None:
    client = client_of(admin)
    press(client, "hide", image, reason="It shows a real person.")
    assert [one.hidden_reason for one in hidden()] == ["It shows a real person."]
    entry = AuditEntry.objects.get(verb="image.hidden")
    assert (entry.actor_id, entry.target_id, entry.reason) == (
        admin.pk,
        str(image.pk),
        "It shows a real person.",
    )
    assert "heron" not in entry.target_name
    press(client, "hide", image, reason="Once more.")
    assert [one.hidden_reason for one in hidden()] == ["It shows a real person."]
    press(client, "show_again", image)
    assert hidden() == []
    assert AuditEntry.objects.get(verb="image.shown_again").before == {"reason": "It shows a real person."}


def test_without_a_reason_nothing_is_hidden(image: StoredImage, admin: User, client_of: ClientOf) -> None:
    page = press(client_of(admin), "hide", image, reason="  ")
    assert "Write a reason" in page.content.decode()
    assert hidden() == []


def test_nobody_decides_on_their_own(admin: User, model: ImageModel, client_of: ClientOf) -> None:
    own = make_picture(make_generation(admin, model))
    page = press(client_of(admin), "hide", own, reason="It shows me.")
    assert "1 passed over" in page.content.decode()
    assert hidden() == []
    StoredImage.objects.filter(pk=own.pk).update(hidden_at=own.created_at, hidden_reason="It shows a person.")
    press(client_of(admin), "show_again", own)
    assert hidden() == [own]


def test_looking_at_pictures_does_not_allow_it(image: StoredImage, bob: User, client_of: ClientOf) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_storedimage"))
    page = press(client_of(bob), "hide", image, reason="It shows a real person.")
    assert page.status_code == 200
    assert hidden() == []
