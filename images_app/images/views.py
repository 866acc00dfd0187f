"""The bytes of a picture, streamed from files or by a short-lived address of the bucket; and a person's heart on it."""

from pathlib import PurePosixPath
from typing import Any, Literal
from uuid import UUID

from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from images_app.images import actions
from images_app.images.access import has_heart, kept_image, visible_image
from images_app.images.actions import EXTENSIONS
from images_app.images.derive import without_words
from images_app.images.models import StoredImage
from images_app.images.storage import SIGNED_SECONDS
from images_app.lib.redirects import way_back
from images_app.teams.request import PersonRequest

Variant = Literal["original", "preview", "thumbnail"]

# Shorter than the signed address lives, so that a browser never follows one that is about to end.
REDIRECT_SECONDS = SIGNED_SECONDS - 60
CONTENT_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


@require_safe
def picture(request: HttpRequest, image_id: UUID, variant: Variant) -> HttpResponseBase:
    return serve(request, kept_image(request.user, image_id), variant)  # type: ignore[arg-type]


@require_POST
def favourite(request: PersonRequest, image_id: UUID) -> HttpResponse:
    """``on`` 1 or 0 says which way; without it the heart changes. Answers the heart, or goes back to ``next``."""
    image = visible_image(request.user, image_id)
    wanted = request.POST.get("on", "")
    on = wanted == "1" if wanted in {"0", "1"} else not has_heart(request.user, image)
    actions.favourite(request.user, image, on)
    if request.headers.get("HX-Request"):
        image.favourite = on  # type: ignore[attr-defined]
        return render(request, "images/_heart.html", {"image": image})
    return redirect(way_back(request, "library"))


def serve(
    request: HttpRequest, image: StoredImage, variant: Variant, *, told: bool = True, signed: bool = True
) -> HttpResponseBase:
    """Answers with a picture the caller has found to be visible to this person; without ``told``, nothing around it
    gives its prompt away. Without ``signed`` nobody is sent on to an address of the bucket, which would live on for
    minutes where this one dies."""
    key: str = getattr(image, f"{variant}_key")
    content_type = CONTENT_TYPES[image.format if variant == "original" else "webp"]
    filename = download_name(image, told=told) if variant == "original" and "download" in request.GET else ""
    stem = PurePosixPath(key).stem
    # A display copy with words in it has their hash as the third part of its name (actions.store).
    silenced = not told and variant != "original" and stem.count("-") == 2
    # The key names the content; without its hash of the words, by which they could be guessed.
    etag = f'"{stem.rpartition("-")[0]}-silenced"' if silenced else f'"{stem}"'
    storage: Any = storages["originals" if variant == "original" else "previews"]
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is None and signed and not silenced:
        address = storage.signed_url(key, method=request.method, content_type=content_type, filename=filename)
        if address:
            cache = {"Cache-Control": f"private, max-age={REDIRECT_SECONDS}"}
            return HttpResponseRedirect(address, headers=cache)
    response = unchanged or _content(request, storage, key, silenced=silenced)
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Type"] = content_type
    # Whatever else the file may be, a browser makes nothing of it but this picture.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if filename:
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
    # Its pixels are packed already: the middleware that packs pages is to leave them, and their ETag, alone.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return response


def download_name(image: StoredImage, *, told: bool = True) -> str:
    """A file name of ASCII letters, digits and hyphens: the prompt's first words, where they may be ``told``, and a
    part of the id."""
    words = slugify(image.job.generation.prompt[:200]).split("-") if told else []
    name = ""
    for word in words:
        if len(name) + len(word) > 60:
            break
        name = f"{name}-{word}" if name else word
    return f"{name or 'picture'}-{image.id.hex[:8]}.{EXTENSIONS[image.format]}"


def _content(request: HttpRequest, storage: Any, key: str, *, silenced: bool) -> HttpResponse:
    """The whole file: under ASGI a FileResponse would be read into memory as well, and warn of it."""
    if request.method == "HEAD" and not silenced:
        return HttpResponse(headers={"Content-Length": str(storage.size(key))})
    with storage.open(key) as file:
        return HttpResponse(without_words(file.read()) if silenced else file.read())
