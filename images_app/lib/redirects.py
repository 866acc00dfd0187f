"""Where a form without script leads once it is done."""

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page the form says it stands on (``next``), if it is one of ours; else ``otherwise``, a page's name or path.

    Fit for any header, whatever was sent.
    """
    asked = request.POST.get("next", "")
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return iri_to_uri(asked) if ours else resolve_url(otherwise)
