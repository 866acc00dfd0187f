"""What of cases somebody should look at: on the admin's first page and on the desk."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from images_app.cases.access import COUNTED_AT_MOST, PERMISSION
from images_app.cases.models import Case
from images_app.lib.attention import Line, attention

LISTS = {Case.State.OPEN: "", Case.State.APPEALED: "?list=appeals"}


@attention(PERMISSION)
def overdue() -> Iterator[Line]:
    """Cases past the moment until which somebody was to have decided."""
    there = Q(image__isnull=False) | Q(comment__isnull=False) | Q(flag__isnull=False)
    for state, query in LISTS.items():
        late = Case.objects.filter(there, state=state, due_at__lt=timezone.now()).order_by()
        count = late.values("pk")[:COUNTED_AT_MOST].count()
        if count:
            many = f"{COUNTED_AT_MOST - 1}+" if count == COUNTED_AT_MOST else str(count)
            what = ("case" if state == Case.State.OPEN else "appeal") + ("" if count == 1 else "s")
            verb = "is" if count == 1 else "are"
            yield Line(f"{many} {what} {verb} overdue at the desk.", reverse("desk") + query, urgent=True)
