"""What every address of a link asks first: whether the link lives, and whether this guest has come in by its gate."""

from allauth.account.adapter import get_adapter
from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse

from images_app.audit.context import impersonator_of
from images_app.galleries import links, rounds
from images_app.galleries.models import Guest, ShareLink

OPENED = "links"  # where the session keeps which links it has opened
MOST_OPENED = 200
KEY = "guest"  # the cookie of a guest who takes part, sent to the addresses of its link alone
NO_SCRIPT = {"script-src": [NONE], "connect-src": [NONE]}

# Of a page that asks for nothing: no script of anybody's runs on it.
without_script = csp_replace(NO_SCRIPT)(lambda response: response)  # type: ignore[arg-type, return-value]


def found(request: HttpRequest, token: str) -> ShareLink:
    """The link, where it is alive, shows anything, and has an opening left for this guest."""
    link = links.found(token)
    used_up = links.spent(link) and not has_opened(request, link)
    if used_up or not links.pictures_through(link).exists():
        raise Http404(links.NONE)
    return link


def opened(request: HttpRequest, token: str) -> ShareLink:
    """The link, for what stands behind its gate."""
    link = links.found(token)
    if link.gated and not has_opened(request, link):
        raise Http404(links.NONE)
    return link


def enter(request: HttpRequest, link: ShareLink) -> None:
    """Lets the guest in for as long as the session lasts. One of few openings is taken here."""
    if link.view_limit is not None and not links.count_view(link):
        raise Http404(links.NONE)
    # A session somebody else may know does not get in with this guest.
    request.session.cycle_key()
    request.session[OPENED] = [*request.session.get(OPENED, []), link.entry][-MOST_OPENED:]


def has_opened(request: HttpRequest, link: ShareLink) -> bool:
    return link.entry in request.session.get(OPENED, [])


def count(request: HttpRequest, link: ShareLink) -> None:
    """A visit; programs that only ask whether it is there make none. Of few openings each was taken at the gate."""
    looks_on = impersonator_of(request) is not None
    if request.method == "GET" and link.view_limit is None and not looks_on:
        links.count_visit(link, f"{address_of(request)} {request.headers.get('User-Agent', '')}")


def address_of(request: HttpRequest) -> str:
    """Whom tries and visits are counted by, as at the door for people."""
    return str(get_adapter().get_client_ip(request))


def guest_of(request: HttpRequest, link: ShareLink) -> Guest | None:
    return rounds.guest_of(link, request.COOKIES.get(KEY, "")) if link.asks else None


def quiet(link: ShareLink, response: HttpResponse) -> HttpResponse:
    """The page; with scripts only where a round is open that they make quicker."""
    return response if link.takes_answers else without_script(response)  # type: ignore[arg-type, return-value]
