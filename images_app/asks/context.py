"""What the studio says of what one has asked for: one short query, where a template asks."""

from django.template import Context, Library

from images_app.asks.models import Ask

register = Library()  # every template has it (settings.TEMPLATES)


@register.simple_tag(takes_context=True)
def asks_waiting(context: Context) -> int:
    """``{% asks_waiting as waiting %}``: how many of one's own wait for a word."""
    return Ask.objects.filter(person=context["user"], state=Ask.State.ASKED).count()
