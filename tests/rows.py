"""Rows as the engine leaves them, made at once: for tests of pages, where no call need be made."""

import copy
import secrets
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.db.models import Model
from django.db.models.base import ModelState
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from images_app.galleries.models import Publication
from images_app.images import search
from images_app.images.models import PictureText, StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent
from images_app.jobs.states import IN_FLIGHT, State
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.audience import Audience
from images_app.teams.models import Team, User

PLACEHOLDER = "data:image/webp;base64,UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="


def make_generation(
    person: User, model: ImageModel, prompt: str = "A heron", *, at: datetime | None = None, **fields: Any
) -> Generation:
    recipe = {"size": model.sizes[0], "quality": model.qualities[0], "style": model.styles[0], "n": 1}
    return Generation.objects.create(
        **{
            **recipe,
            "team": current_team(person),
            "person": person,
            "model": model,
            "prompt": prompt,
            "idempotency_key": uuid.uuid4().hex,
            "body_hash": "",
            "created_at": at or timezone.now(),
            **fields,
        }
    )


def make_job(generation: Generation, state: State, *, position: int = 0, **fields: Any) -> ImageJob:
    """A job in ``state`` with the event that says so."""
    if state in IN_FLIGHT:
        fields.setdefault("lease_until", timezone.now() + timedelta(minutes=1))
    job = ImageJob.objects.create(
        **{
            "generation": generation,
            "team": generation.team,
            "person": generation.person,
            "provider": generation.model.provider,
            "position": position,
            "state": state,
            "turn": 0.0,
            "price_usd": Decimal("0.04"),
            "created_at": generation.created_at,
            **fields,
        }
    )
    JobEvent.objects.create(job=job, from_state="", to_state=State.QUEUED, actor=generation.person)
    if state is not State.QUEUED:
        JobEvent.objects.create(job=job, from_state=State.QUEUED, to_state=state, reason=job.reason)
    return job


def make_attempt(job: ImageJob, outcome: Attempt.Outcome = Attempt.Outcome.DONE, **fields: Any) -> Attempt:
    number = job.attempts.count() + 1
    values = {"provider": job.provider, "number": number, "cause": "submit", "price_usd": job.price_usd}
    return Attempt.objects.create(job=job, outcome=outcome, **{**values, **fields})


def make_picture(
    generation: Generation, *, position: int = 0, revised_prompt: str = "", **fields: Any
) -> StoredImage:
    """A finished job of ``generation`` and its picture; the row only, no bytes."""
    job = make_job(generation, State.SUCCEEDED, position=position, charged_usd=Decimal("0.04"))
    attempt = make_attempt(job, answered_at=timezone.now() + timedelta(seconds=12))
    image = StoredImage.objects.create(
        **{
            "team": job.team,
            "person": job.person,
            "job": job,
            "model": generation.model,
            "attempt": attempt,
            "revised_prompt": revised_prompt,
            "sha256": uuid.uuid4().hex * 2,
            "format": "png",
            "bytes": 1_234_567,
            "width": 1792,
            "height": 1024,
            "original_key": "o",
            "preview_key": "p",
            "thumbnail_key": "t",
            "placeholder": PLACEHOLDER,
            "created_at": generation.created_at,
            **fields,
        }
    )
    search.enter(image, generation.prompt)
    return image


def make_publication(image: StoredImage, state: str = "shown", **fields: Any) -> Publication:
    """What staff have let through, unless ``state`` says otherwise; its team may publish then."""
    Team.objects.filter(pk=image.team_id).update(may_publish=True)
    StoredImage.objects.filter(pk=image.pk).update(audience=Audience.PUBLIC)
    values = {"shape": image.shape, "before": Audience.TEAM, "prompt": True, "credit": True}
    decided = None if state == "asked" else timezone.now()
    made = {**values, "state": state, "decided_at": decided, "asked_by": image.person, **fields}
    return Publication.objects.create(image=image, **made)


def make_second_steps(person: User) -> int:
    """An app, a passkey and recovery codes for somebody; the number of the passkey, which is on no device."""
    wrapped = WebAuthn.add(person, "Passkey", _credential())
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    return int(wrapped.instance.pk)


def _credential() -> dict[str, Any]:
    """What a browser says of a passkey it has made."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())  # type: ignore[no-untyped-call]
    key = AttestedCredentialData.create(Aaguid.NONE, secrets.token_bytes(16), public)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(sha256(b"localhost"), flags, 0, key)
    asked = CollectedClientData.create(
        CollectedClientData.TYPE.CREATE, secrets.token_bytes(16), "http://localhost"
    )
    name = websafe_encode(key.credential_id)
    answer = {
        "clientDataJSON": websafe_encode(asked),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    return {
        "id": name,
        "rawId": name,
        "type": "public-key",
        "response": answer,
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


# Width and height of what make_copies makes, in turn.
SHAPES = [(1792, 1024), (1024, 1024), (1024, 1792), (1536, 1024), (1024, 1280)]


def make_copies(image: StoredImage, count: int, *, person: User, a_day: int = 45) -> None:
    """``count`` pictures of ``person`` with the bytes of ``image``, ``a_day`` of them a day.

    The newest is a minute old. Their prompts are "Copy number 0" and so on, back in time.
    """
    team, begin, each = current_team(person), timezone.now() - timedelta(minutes=1), timedelta(days=1) / a_day
    rows: dict[type[Model], list[Any]] = {
        kind: [] for kind in (Generation, ImageJob, Attempt, StoredImage, PictureText)
    }
    for number in reversed(range(count)):  # the oldest first: the numbers of a search grow with time
        own = {"team": team, "person": person, "created_at": begin - number * each}
        generation = _copy(
            image.job.generation, **own, prompt=f"Copy number {number}", idempotency_key=str(number)
        )
        job = _copy(image.job, **own, generation=generation)
        attempt = _copy(image.attempt, job=job)
        width, height = SHAPES[number % len(SHAPES)]
        picture = _copy(image, **own, job=job, attempt=attempt, width=width, height=height)
        words = search.words_of(generation.prompt, picture.revised_prompt)
        text = PictureText(image=picture, words=words, owner=search.owner_of(person.pk, team.pk))
        for row in (generation, job, attempt, picture, text):
            rows[type(row)].append(row)
    for kind, made in rows.items():
        kind._default_manager.bulk_create(made, batch_size=500)


def _copy(row: Any, **changes: Any) -> Any:
    made = copy.copy(row)
    made._state = ModelState()
    made.pk = uuid.uuid4()
    for name, value in changes.items():
        setattr(made, name, value)
    return made
