"""What machines ask: is the process up, can it work, how is it doing. No secrets, no login."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from images_app.jobs import health
from images_app.jobs import metrics as numbers

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """``{"database": "ok", "redis": "fail", ...}``; 503 where a part fails."""
    parts = health.parts()
    said = {name: "ok" if up else "fail" for name, up in parts.items()}
    return JsonResponse(said, status=200 if all(parts.values()) else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text, for this machine itself or with the token; nobody else learns that it is here."""
    if not (_has_token(request) or _is_local(request)):
        raise Http404
    return HttpResponse(numbers.text(), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and constant_time_compare(given.strip(), token)


def _is_local(request: HttpRequest) -> bool:
    # Behind a proxy on the same machine every stranger seems local.
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
