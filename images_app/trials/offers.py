"""What a trial may make, and what that costs: for each model the cheapest picture it has."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from images_app.lib.words import money
from images_app.providers.models import ImageModel, Provider


@dataclass(frozen=True)
class Offer:
    """One picture of a model; ``usd`` is None where its price is unknown."""

    model: ImageModel
    size: str
    quality: str
    usd: Decimal | None

    @property
    def value(self) -> str:
        """What the form posts: the price as well, so that another one than was shown is noticed."""
        return "|".join(
            [str(self.model.pk), self.size, self.quality, "" if self.usd is None else f"{self.usd:.4f}"]
        )

    @property
    def words(self) -> str:
        settings = ", ".join(filter(None, [self.size, self.quality]))
        cost = "price unknown: it may cost anything" if self.usd is None else f"costs about {money(self.usd)}"
        return f"{self.model.label} ({settings}): {cost}"


def offers(provider: Provider | None = None) -> list[Offer]:
    """One for each enabled model, of one provider or of all that are on, the default first: two queries."""
    of = Q(provider=provider) if provider else Q(provider__enabled=True)
    models = (
        ImageModel.objects.filter(of, enabled=True)
        .select_related("provider")
        .prefetch_related("prices")
        .order_by("position", "label")
    )
    return [_cheapest(model) for model in models]


def _cheapest(model: ImageModel) -> Offer:
    """The first settings where no price is known: those are the ones people get who choose nothing."""
    settings = [(size, quality) for size in model.sizes or ["auto"] for quality in model.qualities or [""]]
    priced = [
        (usd, size, quality) for size, quality in settings if (usd := model.price(size, quality)) is not None
    ]
    if priced:
        usd, size, quality = min(priced, key=lambda one: one[0])
        return Offer(model, size, quality, usd)
    return Offer(model, *settings[0], None)
