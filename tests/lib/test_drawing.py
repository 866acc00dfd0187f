"""What is drawn without templates is what Django draws with them."""

import pytest
from django import forms
from django.template import Context, Template
from pytest_django.asserts import assertHTMLEqual

from images_app.lib.drawing import PlainSelect

CHOICES = [("", "Everybody"), ("me", "Me"), (7, "Ada <b>& Co</b>"), ('"x"', "Quoted")]


@pytest.mark.parametrize("value", [None, "", "me", 7, "7", '"x"', "nobody"])
def test_a_select_is_as_django_draws_it(value: object) -> None:
    attrs = {"id": "id_person", "class": "input", "required": True, "disabled": False}
    plain, usual = PlainSelect(choices=CHOICES), forms.Select(choices=CHOICES)
    drawn = plain.render("per'son", value, attrs)
    assertHTMLEqual(drawn, usual.render("per'son", value, attrs))
    assert "<b>" not in drawn


def test_an_icon_names_its_sign_whoever_says_which() -> None:
    direct = Template('{% icon "heart" %}').render(Context())
    assert direct.count("icons.svg#heart") == 1 and 'aria-hidden="true"' in direct
    assert Template('{% include "_icon.html" with n="heart" %}').render(Context()) == direct
    assert "<b>" not in Template("{% icon n %}").render(Context({"n": '"><b>'}))
