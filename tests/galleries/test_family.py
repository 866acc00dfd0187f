"""What a picture came from and what became of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.galleries.family import DOWN, MOST, UP, family_of
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

pytestmark = pytest.mark.django_db


def remix(person: User, model: ImageModel, parent: StoredImage | None = None) -> StoredImage:
    return make_picture(make_generation(person, model, parent_image=parent))


def line_of(person: User, model: ImageModel, length: int) -> list[StoredImage]:
    """Pictures each of which began with the one before."""
    line = [remix(person, model)]
    while len(line) < length:
        line.append(remix(person, model, line[-1]))
    return line


def test_the_way_up_and_down_is_shown_for_some_generations(alice: User, model: ImageModel) -> None:
    line = line_of(alice, model, UP + DOWN + 3)
    at = UP + 1
    family = family_of(alice, line[at])
    assert family.ancestors == line[at - UP : at]
    assert family.parent == line[at - 1]
    assert family.descendants == [[line[at + 1]], [line[at + 2]]]


def test_a_picture_of_its_own_has_no_family(alice: User, model: ImageModel) -> None:
    family = family_of(alice, remix(alice, model))
    assert (family.ancestors, family.siblings, family.descendants, family.parent) == ([], [], [], None)


def test_each_submission_is_shown_once_by_its_first_picture(alice: User, model: ImageModel) -> None:
    root = remix(alice, model)
    generation = make_generation(alice, model, n=3, parent_image=root)
    pictures = [make_picture(generation, position=position) for position in (2, 0, 1)]
    assert family_of(alice, root).descendants == [[pictures[1]]]


def test_what_was_made_of_a_later_picture_of_a_strip_is_found(alice: User, model: ImageModel) -> None:
    root = remix(alice, model)
    generation = make_generation(alice, model, n=2, parent_image=root)
    first, second = (make_picture(generation, position=position) for position in (0, 1))
    grandchild = remix(alice, model, second)
    assert family_of(alice, root).descendants == [[first], [grandchild]]


def test_siblings_are_the_other_remixes_of_the_parent(alice: User, model: ImageModel) -> None:
    root = remix(alice, model)
    one, other = remix(alice, model, root), remix(alice, model, root)
    assert family_of(alice, one).siblings == [other]


def test_a_picture_in_the_trash_is_left_out_but_not_what_lies_beyond(alice: User, model: ImageModel) -> None:
    line = line_of(alice, model, 3)
    StoredImage.objects.filter(pk=line[1].pk).update(trashed_at=timezone.now())
    assert family_of(alice, line[2]).ancestors == [line[0]]


def test_nothing_of_a_stranger_is_shown(alice: User, bob: User, model: ImageModel) -> None:
    theirs = remix(bob, model)
    mine = remix(alice, model, theirs)
    remix(bob, model, mine)
    family = family_of(alice, mine)
    assert (family.ancestors, family.siblings, family.descendants) == ([], [], [])


def test_a_ring_ends(alice: User, model: ImageModel) -> None:
    first, second = line_of(alice, model, 2)
    first.job.generation.parent_image = second
    first.job.generation.save()
    family = family_of(alice, first)
    assert family.ancestors == [second]
    assert [len(row) for row in family.descendants] == [1]


def test_the_number_of_queries_does_not_grow_with_the_family(alice: User, model: ImageModel) -> None:
    counts = []
    for width in (1, MOST + 3):
        root = remix(alice, model)
        picture = remix(alice, model, root)
        for _ in range(width):
            remix(alice, model, root)
            remix(alice, model, remix(alice, model, picture))
        fresh = StoredImage.objects.select_related("job__generation").get(pk=picture.pk)
        with CaptureQueriesContext(connection) as captured:
            family = family_of(alice, fresh)
        assert len(family.siblings) == min(width, MOST)
        counts.append(len(captured))
    assert counts[0] == counts[1]
