"""Every address of the site, and who gets what from it: a new one fails here until somebody has thought about it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib import admin as django_admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.asks.models import Ask
from images_app.audit.actions import record
from images_app.audit.models import AuditSeal
from images_app.budgets import actions as booking
from images_app.budgets.models import Budget, LedgerEntry, Scope
from images_app.cases import actions as case_actions
from images_app.cases.models import Case, Decision
from images_app.collections import actions as collections
from images_app.galleries import comments, links, saved
from images_app.galleries.models import Guest
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob, Preset
from images_app.jobs.states import State
from images_app.lib.tokens import hashed, new_token
from images_app.moderation.models import FlaggedPrompt, ModerationEndpoint, PromptRule, RefusedPrompt
from images_app.notices.models import Kind, Notice
from images_app.notices.post import unsubscribing
from images_app.people.models import Impersonation, Strike, StrikeLift, Suspension
from images_app.providers.models import ImageModel, Provider
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
from images_app.teams.models import Invitation, Membership, Team, User
from images_app.teams.roles import Role
from images_app.trials.models import Trial
from tests.pages import DOORS, PAGES
from tests.rows import make_generation, make_job, make_picture, make_publication

DOOR = "door"  # to the sign-in page, and back afterwards
ELSEWHERE = "elsewhere"  # to another page of this site


@dataclass(frozen=True)
class Expected:
    """What each of the cast gets. ``owner`` is Alice, whose job, generation and picture the address names.

    A teammate of Alice's mostly gets what a stranger gets: what a person makes is theirs alone until they share it.
    """

    anonymous: int | str
    stranger: int | str
    owner: int | str
    superuser: int | str
    method: str = "GET"
    teammate: int | str | None = None  # None: the same as the stranger
    reading: int = 405  # of an address that takes forms: what its owner gets who only looks


def public(status: int | str = 200) -> Expected:
    return Expected(status, status, status, status)


def mine() -> Expected:
    """A page of the person who asks: everybody has one."""
    return Expected(DOOR, 200, 200, 200)


def hands() -> Expected:
    """What is done to one's own of the pictures that a form names; others' among them are passed over."""
    return Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST")


def owned(owner: int | str = 200, method: str = "GET") -> Expected:
    """A thing of Alice's. A superuser is a stranger to it: the admin is their way."""
    return Expected(DOOR, 404, owner, 404, method)


def seat(owner: int | str, teammate: int | str, method: str = "POST") -> Expected:
    """Of Alice's team, whose member Carol is. A superuser who does not belong to it is a stranger."""
    return Expected(DOOR, 404, owner, 404, method, teammate=teammate)


def asked_again() -> Expected:
    """Leads those who are signed in on, mostly to say again that it is they."""
    return Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE)


def desk(superuser: int | str, method: str = "GET") -> Expected:
    """For those who look after cases; others do not learn that it is there."""
    return Expected(DOOR, 404, 404, superuser, method)


def staff(superuser: int | str = 200) -> Expected:
    """Others are led to the admin's own door, which refuses them."""
    return Expected(DOOR, DOOR, DOOR, superuser)


ADDRESSES: dict[str, Expected] = {
    # --- for machines
    "healthz": public(),
    "readyz": public(),
    "metrics": public(404),  # from another machine; tests/ops knows who may
    # --- the studio
    "": mine(),
    "preview/": Expected(DOOR, 200, 200, 200, "POST"),  # the price of what the form holds; makes nothing
    "presets/": Expected(DOOR, 422, 422, 422, "POST"),  # without a name
    "presets/<uuid:id>/settings/": owned(200, "POST"),  # an empty form has the defaults
    "presets/<uuid:id>/application/": owned(200, "POST"),
    "presets/<uuid:id>/name/": owned(422, "POST"),
    "presets/<uuid:id>/deletion/": owned(200, "POST"),
    "prompts/": mine(),
    "queue/": mine(),
    "tiles/": mine(),
    "generations/": owned(),  # the runs after one of Alice's
    "generations/<uuid:id>/": owned(),
    "generations/<uuid:id>/cancellation/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/again/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/retry/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/decision/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/quiet/": owned(ELSEWHERE, "POST"),
    "generations/<uuid:id>/turn/": owned(ELSEWHERE, "POST"),
    "jobs/cancellation/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST"),
    "jobs/": mine(),
    "jobs/<uuid:id>/": owned(),
    "jobs/<uuid:id>/cancellation/": owned(ELSEWHERE, "POST"),
    "jobs/<uuid:id>/decision/": owned(422, "POST"),  # an empty form
    "jobs/<uuid:id>/again/": owned(ELSEWHERE, "POST"),
    # --- pictures
    "library/": mine(),
    "library/views/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST"),
    "library/views/<uuid:id>/": owned(ELSEWHERE, "POST"),
    "library/views/<uuid:id>/deletion/": owned(ELSEWHERE, "POST"),
    "images/<uuid:id>/": owned(),
    "images/<uuid:id>/comments/": owned(422, "POST"),  # without a word
    "images/<uuid:image_id>/favourite/": owned(ELSEWHERE, "POST"),
    "images/trash/": hands(),
    "images/restore/": hands(),
    "images/favourite/": hands(),
    "images/audience/": hands(),
    "images/zip/": Expected(DOOR, ELSEWHERE, 200, ELSEWHERE, "POST"),
    "images/<uuid:id>/people/": owned(),
    "comments/<uuid:id>/": owned(422, "POST"),
    "comments/<uuid:id>/removal/": owned(ELSEWHERE, "POST"),
    "compare/": owned(),  # two of Alice's
    "images/<uuid:id>/links/": owned(),
    "images/links/": replace(hands(), reading=404),  # looking at it names pictures, and here none
    "collections/<uuid:id>/links/": owned(),
    "trash/": mine(),
    "collections/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE),  # to those of the team one works in
    "collections/items/": replace(hands(), reading=404),  # looking at it names pictures, and here none
    "collections/<uuid:id>/": owned(ELSEWHERE),  # to its address with a name
    "collections/<uuid:id>/cover/": owned(ELSEWHERE, "POST"),
    "collections/<uuid:id>/reveal/": owned(ELSEWHERE, "POST"),
    "collections/<uuid:id>/people/": owned(),
    "collections/<uuid:id>/people/<uuid:person>/removal/": owned(ELSEWHERE, "POST"),
    "team/<slug:slug>/collections/": seat(200, 200, method="GET"),
    "team/<slug:slug>/collections/<slug:name>/": owned(),  # private; tests/collections knows the others
    "collections/<uuid:id>/deletion/": owned(ELSEWHERE, "POST"),
    "collections/<uuid:id>/removal/": owned(ELSEWHERE, "POST"),
    "collections/<uuid:id>/order/": owned(ELSEWHERE, "POST"),
    "images/<uuid:image_id>/<variant:variant>/": owned(304),  # asked with its ETag: the row has no bytes
    # --- notices
    "notices/": mine(),
    "notices/unread/": mine(),
    "notices/settings/": mine(),
    "notices/reading/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST"),
    "notices/<uuid:id>/": owned(ELSEWHERE),
    "notices/<uuid:id>/reading/": owned(ELSEWHERE, "POST"),
    "notices/<uuid:id>/joining/": owned(ELSEWHERE, "POST"),  # where it is no invitation: it says so
    "notices/unsubscribing/<str:token>/": public(),  # out of a letter
    # --- teams: Alice owns this one, her personal one; tests/teamwork knows what each role may
    "teams/": mine(),
    "team/<slug:slug>/": seat(200, 200, method="GET"),
    "team/<slug:slug>/activity/": seat(200, 200, method="GET"),
    "team/<slug:slug>/left/": seat(200, 403, method="GET"),
    "team/<slug:slug>/makers/": seat(200, 200, method="GET"),
    "team/<slug:slug>/images/<uuid:id>/hiding/": seat(404, 403),  # Alice shows it to nobody
    "team/<slug:slug>/choice/": seat(ELSEWHERE, ELSEWHERE),
    "team/<slug:slug>/people/": seat(200, 200, method="GET"),
    "team/<slug:slug>/people/<uuid:id>/role/": seat(ELSEWHERE, 403),
    "team/<slug:slug>/people/<uuid:id>/removal/": seat(ELSEWHERE, 403),
    "team/<slug:slug>/invitations/": seat(422, 403),  # an empty form
    "team/<slug:slug>/invitations/<uuid:id>/revocation/": seat(ELSEWHERE, 403),
    "team/<slug:slug>/leaving/": seat(403, ELSEWHERE),  # an owner cannot leave
    "team/<slug:slug>/settings/": seat(200, 200, method="GET"),
    "asks/": mine(),
    "asks/new/": Expected(DOOR, 422, 422, 422, "POST"),  # an empty composer
    # Nobody decides on their own; tests/asks knows who does.
    "asks/<uuid:id>/approval/": replace(seat(404, 404), superuser=ELSEWHERE),
    "asks/<uuid:id>/refusal/": replace(seat(404, 404), superuser=ELSEWHERE),
    "asks/<uuid:id>/withdrawal/": owned(ELSEWHERE, "POST"),
    "oversight/": Expected(DOOR, 403, 403, 200),
    "oversight/spend/": Expected(DOOR, 403, 403, 200),
    "oversight/spend/export/": Expected(DOOR, 403, 403, 200),
    "oversight/reconciliation/": Expected(DOOR, 403, 403, 200),
    "oversight/reconciliation/export/": Expected(DOOR, 403, 403, 404),  # asked for no provider
    "oversight/reconciliation/<slug:slug>/import/": Expected(
        DOOR, 403, 403, 404, "POST"
    ),  # the slug of a team
    "team/<slug:slug>/spend/": seat(200, 200, method="GET"),
    "team/<slug:slug>/spend/export/": seat(200, 200, method="GET"),
    "team/<slug:slug>/spend/limits/": seat(422, 403),  # an empty form
    "team/<slug:slug>/spend/limits/<int:id>/removal/": seat(ELSEWHERE, 403),
    "team/<slug:slug>/handover/": seat(422, 403),
    "team/<slug:slug>/end/": seat(422, 403),
    "team/<slug:slug>/end/undo/": seat(ELSEWHERE, 403),
    "invitations/<str:token>/": public(),
    # --- links for people outside: nobody needs an account, and this one lets nothing be downloaded
    "team/<slug:slug>/links/": seat(200, 200, method="GET"),
    "team/<slug:slug>/links/<uuid:id>/": seat(200, 404, method="GET"),
    "team/<slug:slug>/links/<uuid:id>/revocation/": seat(ELSEWHERE, 404),
    # --- and its review round: everybody of the team looks at it, its maker and the team's keepers end it
    "team/<slug:slug>/rounds/": seat(200, 200, method="GET"),
    "team/<slug:slug>/rounds/<uuid:id>/": seat(200, 200, method="GET"),
    "team/<slug:slug>/rounds/<uuid:id>/export/": seat(200, 403, method="GET"),
    "team/<slug:slug>/rounds/<uuid:id>/guests/<int:guest_id>/removal/": seat(ELSEWHERE, 403),
    "team/<slug:slug>/rounds/<uuid:id>/closing/": seat(ELSEWHERE, 403),
    "team/<slug:slug>/rounds/<uuid:id>/reopening/": seat(422, 403),  # an empty form
    "s/<str:token>/guest/": replace(public(422), method="POST"),  # without a name
    "s/<str:token>/done/": replace(public(ELSEWHERE), method="POST"),
    "s/<str:token>/<uuid:id>/answer/": replace(public(ELSEWHERE), method="POST"),  # nobody took part
    "s/<str:token>/": public(),
    "s/<str:token>/zip/": public(404),
    "s/<str:token>/<uuid:id>/": public(),
    "s/<str:token>/<uuid:image_id>/<variant:variant>/": public(304),
    # --- the public gallery, which this site has
    "images/<uuid:id>/publication/": owned(),
    "images/<uuid:id>/publication/removal/": replace(owned(ELSEWHERE, "POST"), teammate=404),
    "gallery/": public(),
    "gallery/feed/": public(),
    "gallery/<uuid:id>/": public(),
    "gallery/<uuid:id>/<variant:variant>/": public(304),
    "robots.txt": public(),
    "sitemap.xml": public(),
    "sitemap-<slug:section>.xml": public(),
    # --- reports: nobody reports what is their own, nor what they do not see
    "reports/images/<uuid:id>/": replace(owned(404), teammate=404),
    "reports/comments/<uuid:id>/": replace(owned(404), teammate=404),
    "reports/s/<str:token>/<uuid:id>/": public(),
    "reports/gallery/<uuid:id>/": public(),
    "reports/<str:number>/": public(),
    # --- the desk, for who looks after cases; a picture is shown to who has opened its case
    "desk/": desk(200),
    "desk/decisions/": desk(ELSEWHERE, "POST"),
    "desk/undo/": desk(ELSEWHERE, "POST"),
    "desk/<uuid:id>/opening/": desk(ELSEWHERE, "POST"),
    "desk/<uuid:id>/picture/": desk(404),
    # --- what was decided about Alice's picture
    "cases/<uuid:id>/": owned(),
    "cases/<uuid:id>/appeal/": owned(422, "POST"),  # without a word
    # --- the door
    "welcome/": public(404),  # somebody has an account
    "accounts/login/": Expected(200, ELSEWHERE, ELSEWHERE, ELSEWHERE),
    "accounts/logout/": Expected(ELSEWHERE, 200, 200, 200),
    "accounts/inactive/": public(),
    "accounts/signup/": Expected(200, ELSEWHERE, ELSEWHERE, ELSEWHERE),
    "accounts/reauthenticate/": mine(),
    "accounts/email/": mine(),
    "accounts/confirm-email/": public(),
    "accounts/confirm-email/<key>/": public(),
    "accounts/password/change/": mine(),
    "accounts/password/set/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE),
    "accounts/password/reset/": public(),
    "accounts/password/reset/done/": public(),
    "accounts/password/reset/key/<uidb36>-<key>/": public(),
    "accounts/password/reset/key/done/": public(),
    "accounts/login/code/confirm/": public(ELSEWHERE),
    "accounts/name/": mine(),
    "accounts/strikes/": mine(),
    "looking/ending/": Expected(DOOR, ELSEWHERE, ELSEWHERE, ELSEWHERE, "POST"),
    "accounts/sessions/": mine(),
    "accounts/sessions/<int:id>/ending/": owned(ELSEWHERE, "POST"),
    # --- two steps: what changes anything asks for the password first
    "accounts/2fa/": mine(),
    "accounts/2fa/authenticate/": public(ELSEWHERE),  # nobody is half way in
    "accounts/2fa/reauthenticate/": asked_again(),
    "accounts/2fa/totp/activate/": asked_again(),
    "accounts/2fa/totp/deactivate/": Expected(DOOR, 404, 404, 404),  # it is not on
    "accounts/2fa/recovery-codes/": Expected(DOOR, 404, 404, 404),  # there are none
    "accounts/2fa/recovery-codes/generate/": asked_again(),
    "accounts/2fa/recovery-codes/download/": Expected(DOOR, 404, 404, 404),
    "accounts/2fa/webauthn/": mine(),
    "accounts/2fa/webauthn/add/": asked_again(),
    "accounts/2fa/webauthn/reauthenticate/": asked_again(),
    "accounts/2fa/webauthn/login/": public(ELSEWHERE),  # answers scripts
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": asked_again(),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": asked_again(),
    # --- single sign-on, which is not configured here
    "accounts/3rdparty/": mine(),
    "accounts/3rdparty/signup/": public(ELSEWHERE),
    "accounts/3rdparty/login/cancelled/": public(),
    "accounts/3rdparty/login/error/": Expected(DOOR, 401, 401, 401),
    "accounts/oidc/<provider_id>/login/": public(404),
    "accounts/oidc/<provider_id>/login/callback/": public(404),
    # The same under their older names; nobody is led there.
    "accounts/social/signup/": asked_again(),
    "accounts/social/login/cancelled/": asked_again(),
    "accounts/social/login/error/": asked_again(),
    "accounts/social/connections/": asked_again(),
    # --- the admin
    "admin/": staff(),
    "admin/login/": Expected(DOOR, 403, 403, ELSEWHERE),
    "admin/logout/": Expected(DOOR, ELSEWHERE, ELSEWHERE, 405),  # only a form signs out
    "admin/password_change/": staff(),
    "admin/password_change/done/": staff(),
    "admin/autocomplete/": staff(),
    "admin/jsi18n/": staff(),
    "admin/r/<path:content_type_id>/<path:object_id>/": staff(404),
    "admin/<app_label>/": staff(),
    "admin/<url>": staff(404),
    "admin/images_app/user/<id>/password/": staff(),
    "admin/images_app/user/<uuid:id>/looking/": staff(),
    "admin/images_app/storedimage/<uuid:image_id>/thumbnail/": staff(304),
    "admin/images_app/publication/<uuid:id>/picture/": staff(304),
    "admin/images_app/auditentry/export/": staff(),
    "admin/images_app/promptrule/try/": staff(),
    "admin/images_app/provider/<uuid:id>/keys/": staff(),
    "admin/images_app/provider/<uuid:id>/keys/spare/": staff(405),  # these take a form
    "admin/images_app/provider/<uuid:id>/keys/exchange/": staff(405),
    "admin/images_app/provider/<uuid:id>/keys/removal/": staff(405),
    "admin/images_app/trial/key/": staff(405),
    "admin/images_app/trial/<uuid:id>/picture/": staff(404),  # it has none yet
}
# What the admin makes of a model: list, addition, change, deletion, history, and the old form of its address.
WRITTEN: dict[str, int | str] = {
    "": 200,
    "add/": 200,
    "change/": 200,
    "delete/": 200,
    "history/": 200,
    "old": ELSEWHERE,
}
READ_ONLY: dict[str, int | str] = {**WRITTEN, "add/": 403, "delete/": 403}
MODELS: dict[str, dict[str, int | str]] = {
    "auth/group": {
        **WRITTEN,
        "change/": ELSEWHERE,
        "delete/": ELSEWHERE,
        "history/": ELSEWHERE,
    },  # there is none
    "images_app/user": {**WRITTEN},
    "images_app/team": {**WRITTEN},
    "images_app/provider": {**WRITTEN, "delete/": 403},  # this one comes from the environment
    "images_app/imagemodel": {**WRITTEN},
    "images_app/generation": {**READ_ONLY},
    "images_app/imagejob": {**READ_ONLY},
    "images_app/storedimage": {**READ_ONLY},
    "images_app/publication": {**READ_ONLY},
    "images_app/auditentry": {**READ_ONLY},
    "images_app/auditseal": {**READ_ONLY},
    "images_app/promptrule": {**WRITTEN},
    "images_app/refusedprompt": {**READ_ONLY},
    "images_app/flaggedprompt": {**READ_ONLY},
    "images_app/moderationendpoint": {**WRITTEN, "add/": 403},  # there is one, and only one may be
    "images_app/trial": {**READ_ONLY, "add/": 200},  # the question what a test costs
    "images_app/budget": {**WRITTEN},
    "images_app/ledgerentry": {**READ_ONLY},
    "images_app/suspension": {**READ_ONLY},
    "images_app/impersonation": {**READ_ONLY},
    "images_app/strike": {**READ_ONLY},
    "images_app/strikelift": {**READ_ONLY},
    "images_app/case": {**READ_ONLY},
    "images_app/report": {**READ_ONLY},
    "images_app/decision": {**READ_ONLY},
}
for name, pages in MODELS.items():
    for page, status in pages.items():
        one = "" if page in ("", "add/") else "<path:object_id>/"
        ADDRESSES[f"admin/{name}/{one}{'' if page == 'old' else page}"] = staff(status)

QUERIES = {
    "admin/autocomplete/": "?app_label=images_app&model_name=imagejob&field_name=generation",
    "compare/": "?a={image}&b={image}",
    "generations/": "?after={generation}",
}
# What a form must name to be more than empty.
FORMS = dict.fromkeys(("images/trash/", "images/favourite/", "images/zip/"), "ids={image}")


def routes(resolver: Any = None, before: str = "") -> Iterator[str]:
    """Every address as the resolver knows it, regular expressions written as paths are."""
    for pattern in (resolver or get_resolver()).url_patterns:
        part = re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", str(pattern.pattern)).strip("^$")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, before + part)
        else:
            yield before + part


@dataclass
class Things:
    """What the addresses name, all Alice's."""

    generation: Generation
    job: ImageJob
    image: StoredImage
    objects: dict[str, Any]
    token: str  # of an invitation
    link: str  # the token of a link to another picture of hers
    passkey: int = 999  # nobody's

    def address(self, route: str) -> str:
        model = "/".join(route.split("/")[1:3]) if route.startswith("admin/") else ""
        thing = self.objects.get(model)
        values = {
            "image_id": self.image.pk,
            "variant": "thumbnail",
            "object_id": getattr(thing, "pk", 999),
            "content_type_id": ContentType.objects.get_for_model(User).pk,
            "app_label": "images_app",
            "url": "nowhere/",
            "uidb36": "1",
            "key": "nothing",
            "slug": self.objects["images_app/team"].slug,
            "name": self.objects["collections/"].slug,
            "person": self.objects["teammate"].pk,
            "token": self.token,
            "pk": self.passkey,
            "provider_id": "sso",
            "section": "pictures",
            "guest_id": self.objects["voice"].pk,
            "id": self.job.pk,
            "number": self.objects["images_app/report"].number,
        }
        if route.startswith("generations/"):
            values["id"] = self.generation.pk
        elif (kind := route.split("<", maxsplit=1)[0]) in self.objects:
            values["id"] = self.objects[kind].pk
        elif "gallery/" in route or model == "images_app/publication":
            values["id"] = self.objects["images_app/publication"].pk
        elif route.startswith("images/"):
            values["id"] = self.image.pk
        elif route.startswith("notices/unsubscribing/"):
            values["token"] = unsubscribing(self.objects["images_app/user"], ["mention"])
        elif route.startswith(("s/", "reports/s/")):
            values |= dict.fromkeys(("id", "image_id"), self.objects["shared"].pk) | {"token": self.link}
        elif route.startswith("accounts/sessions/"):
            values["id"] = self.objects["session"].pk
        elif route.startswith("team/"):
            named = {"invitations": "invitation", "images": "images_app/storedimage"}
            named |= {"people": "teammate", "links": "link", "rounds": "link", "spend": "budget"}
            values["id"] = (
                self.objects[named[route.split("/")[2]]].pk if re.search("<uuid|<int", route) else ""
            )
        elif model in ("images_app/user", "images_app/provider", "images_app/trial"):
            values["id"] = self.objects[model].pk
        elif route.startswith("admin/r/"):
            values["object_id"] = self.objects["images_app/user"].pk
        return (
            "/"
            + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)
            + self.filled(QUERIES.get(route, ""))
        )

    def filled(self, text: str) -> str:
        return text.format(image=self.image.pk, generation=self.generation.pk)


@pytest.fixture
def things(alice: User, carol: User, model: ImageModel, settings: Settings) -> Things:
    settings.PUBLIC_GALLERY = True
    return make_things(alice, current_team(alice), carol, model)


def make_things(
    maker: User, team: Team, teammate: User, model: ImageModel, *, audience: int = 0, password: str = ""
) -> Things:
    """One of everything in ``team``, the maker's; ``audience`` sees the picture and the collection, ``password`` stands
    before the link."""
    token = new_token()
    invitation = Invitation.objects.create(
        team=team,
        made_by=team.memberships.get(role=Role.OWNER).person,
        token_hash=hashed(token),
        expires_at=timezone.now() + timedelta(days=7),
        uses_left=9,
    )
    generation = make_generation(maker, model, team=team)
    job = make_job(generation, State.FAILED)
    image = make_picture(generation, position=1, audience=audience)
    objects = {
        "images_app/user": maker,
        "images_app/team": team,
        "images_app/provider": Provider.objects.get(),
        "images_app/imagemodel": model,
        "images_app/generation": generation,
        "images_app/imagejob": job,
        "images_app/storedimage": image,
        "images_app/auditentry": record("team.changed", actor=maker, target=team, team=team),
        "images_app/auditseal": AuditSeal.objects.create(
            number=1, at=timezone.now(), upto=1, count=1, digests=b"", hash="a"
        ),
        "images_app/trial": Trial.objects.create(provider=model.provider, kind=Trial.Kind.KEY),
        # By what their addresses begin with.
        "library/views/": saved.save(maker, "Boats", "text=boat"),
        "collections/": collections.make(maker, "Herons", team=team, audience=audience),
        "comments/": comments.say(image, maker, "The left one"),
        "presets/": make_preset(maker, model),
        "notices/": Notice.objects.create(person=maker, kind=Kind.FINISHED, image=image, count=1),
        "asks/": Ask.objects.create(
            person=maker, team=team, key="ask", form={}, prompt="Herons", pictures=1, reason="For the lobby"
        ),
        "session": UserSession.objects.create(user=maker, session_key="elsewhere", ip="192.0.2.7"),
        "teammate": teammate,
        "invitation": invitation,
    }
    # Of its own: what a link shows, its team sees too.
    shared = make_picture(generation, position=2)
    terms: links.Terms = {
        "title": "",
        "password": password,
        "days": 7,
        "view_limit": None,
        "downloads": False,
        "prompts": False,
        "round": {
            "pick": True,
            "score": True,
            "comment": True,
            "until": timezone.localdate(),
            "message": "Which one for the door?",
        },
    }
    link = links.make_for_image(maker, shared, terms)
    objects |= {"link": link.link, "shared": shared}
    objects["voice"] = Guest.objects.create(link=link.link, name="Mia", key_hash="none")
    objects["budget"] = objects["images_app/budget"] = Budget.objects.create(
        scope=Scope.TEAM, team=team, pictures=100
    )
    [objects["images_app/ledgerentry"]] = booking.enter(
        [
            booking.Round(
                job=job.pk,
                number=1,
                stands=LedgerEntry.Kind.HELD,
                team=team.pk,
                person=maker.pk,
                provider=model.provider_id,
                model=model.pk,
                price=None,
            )
        ]
    )
    objects["images_app/publication"] = make_publication(make_picture(generation, position=3))
    objects |= make_moderation(generation)
    # Over: a running one would shut the teammate out.
    objects["images_app/suspension"] = Suspension.objects.create(
        person=teammate, reason="Spam", ended_at=timezone.now()
    )
    struck = Strike.objects.create(
        person_id=teammate.pk,
        person_name="Carol",
        code="other",
        by_id=maker.pk,
        by_name="Alice",
        expires_at=timezone.now(),
    )
    lifted = StrikeLift.objects.create(strike=struck, by_id=maker.pk, by_name="Alice")
    objects["images_app/impersonation"] = Impersonation.objects.create(
        person=teammate, by=maker, reason="A bug", until=timezone.now(), ended_at=timezone.now()
    )
    objects |= {"images_app/strike": struck, "images_app/strikelift": lifted}
    objects |= make_cases(objects)
    return Things(generation, job, image, objects, token=token, link=_token(link.address))


def make_moderation(generation: Generation) -> dict[str, Any]:
    """A rule that does not run, what it did once, and an endpoint that is not asked."""
    rule = PromptRule.objects.create(name="No weapons", pattern="weapon")
    refused = RefusedPrompt(
        person=generation.person,
        team=generation.team,
        rule=rule,
        reason=rule.name,
        text="A weapon",
        digest="1",
    )
    refused.save()
    endpoint, _ = ModerationEndpoint.objects.get_or_create(
        defaults={"provider": generation.model.provider, "enabled": False}
    )
    return {
        "images_app/promptrule": rule,
        "images_app/refusedprompt": refused,
        "images_app/flaggedprompt": FlaggedPrompt.objects.create(
            generation=generation, rule=rule, reason=rule.name
        ),
        "images_app/moderationendpoint": endpoint,
    }


def make_cases(objects: dict[str, Any]) -> dict[str, Any]:
    """A report with its case, and a case that was decided, without what follows from it."""
    image = objects["images_app/storedimage"]
    report = case_actions.report(image, None, "other", "")
    decided = Case.objects.create(
        **case_actions.about(objects["shared"]),
        cause=Case.Cause.REPORTED,
        due_at=timezone.now(),
        state=Case.State.DECIDED,
        verdict=Case.Verdict.HIDDEN,
        code="other",
        decided_at=timezone.now(),
    )
    return {
        "images_app/report": report,
        "images_app/case": report.case,
        "images_app/decision": Decision.objects.create(case_id=decided.pk, version=1, word="hide"),
        "desk/": report.case,
        "cases/": decided,
        "reports/images/": image,
        "reports/comments/": objects["comments/"],
        "reports/gallery/": objects["images_app/publication"],
    }


def _token(address: str) -> str:
    return address.split("/")[-2]


def make_preset(person: User, model: ImageModel) -> Preset:
    fields = {"size": model.sizes[0], "quality": "", "style": "", "n": 1}
    return Preset.objects.create(person=person, name="Wide", model=model, **fields)


@pytest.fixture
def carol(alice: User) -> User:
    """A teammate of Alice's."""
    person = make_person("carol@example.com", "correct horse battery", name="Carol Calm")
    Membership.objects.create(team=current_team(alice), person=person, role=Role.MEMBER)
    return person


def outcome(response: Any) -> int | str:
    location = response.get("Location", "")
    if not location:
        return int(response.status_code)
    assert location.startswith("/") and not location.startswith("//"), location
    doors = ("/accounts/login/?next=", "/admin/login/?next=")
    return DOOR if location.startswith(doors) else ELSEWHERE


def test_every_address_stands_in_the_table() -> None:
    assert sorted(set(routes())) == sorted(ADDRESSES)


def test_every_model_of_the_admin_stands_in_the_table() -> None:
    assert {f"{m._meta.app_label}/{m._meta.model_name}" for m in django_admin.site._registry} == set(MODELS)


@pytest.mark.parametrize("route", ADDRESSES)
def test_who_gets_what(
    route: str,
    things: Things,
    alice: User,
    bob: User,
    carol: User,
    admin: User,
    client_of: Callable[[User], Client],
) -> None:
    expected, address = ADDRESSES[route], things.address(route)
    cast = {
        "anonymous": Client(),
        "stranger": client_of(bob),
        "teammate": client_of(carol),
        "superuser": client_of(admin),
        "owner": client_of(alice),
    }
    found = {}
    for who, client in cast.items():
        response = client.generic(
            expected.method,
            address,
            things.filled(FORMS.get(route, "")),
            "application/x-www-form-urlencoded",
            REMOTE_ADDR="192.0.2.7",
            headers={"If-None-Match": _etag(things, route)},
        )
        found[who] = outcome(response)
        assert response.get("Cache-Control"), "what a cache may do is said"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
    wanted = {who: getattr(expected, who) for who in cast}
    assert found == {**wanted, "teammate": expected.teammate or expected.stranger}


def _etag(things: Things, route: str) -> str:
    if "/publication/" in route:
        return f'"{things.image.preview_key}"'
    return f'"{things.image.thumbnail_key}"' if "variant" in route or "thumbnail" in route else ""


@pytest.mark.parametrize(
    "route", [route for route, expected in ADDRESSES.items() if expected.method == "POST"]
)
def test_what_changes_something_takes_a_form_with_our_token(route: str, things: Things, alice: User) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert careful.post(things.address(route)).status_code == 403
    for method in ("GET", "HEAD"):
        assert careful.generic(method, things.address(route)).status_code == ADDRESSES[route].reading, method
    assert careful.options(things.address(route)).status_code == 405


@pytest.mark.parametrize("route", [route for route, expected in ADDRESSES.items() if expected == owned()])
def test_a_strangers_404_is_the_same_as_nobodys(
    route: str, things: Things, bob: User, client_of: Callable[[User], Client]
) -> None:
    client, address = client_of(bob), things.address(route)
    nobodys = re.sub(r"[0-9a-f-]{36}", "00000000-0000-4000-8000-000000000000", address)
    assert client.get(address).content == client.get(nobodys).content


def test_every_page_stands_in_the_table_of_pages(
    things: Things, alice: User, client_of: Callable[[User], Client]
) -> None:
    """What every page must stand (e2e/test_barriers.py, test_weight.py) is asked of those in tests/pages.py."""
    routes = [
        route
        for route, who in ADDRESSES.items()
        if who.method == "GET" and not re.search("admin/|variant", route)
    ]
    for signed_in, client, table in ((True, client_of(alice), PAGES), (False, Client(), DOORS)):
        answers = {route: client.get(things.address(route)) for route in routes}
        pages = {route for route, answer in answers.items() if answer.status_code == 200 and _whole(answer)}
        assert pages - (DOORS if signed_in else set()) == table


def _whole(answer: Any) -> bool:
    # What is streamed is a file.
    return not answer.streaming and "<html" in answer.content.decode(errors="replace")[:500]
