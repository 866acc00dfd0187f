"""What is not yours does not exist."""

import uuid

import pytest

from tests.e2e.conftest import Made, Somebody, Visit
from tests.e2e.product import Product


@pytest.mark.parametrize(
    "address",
    [
        "/images/{image}/",
        "/images/{image}/original/",
        "/images/{image}/original/?download=1",
        "/images/{image}/preview/",
        "/images/{image}/thumbnail/",
        "/jobs/{job}/",
        "/?from={image}",
    ],
)
def test_a_stranger_gets_the_same_404_as_for_nothing(
    visit: Visit, alice: Somebody, bob: Somebody, picture: Made, studio: Product, address: str
) -> None:
    real = {"image": picture.id, "job": studio.job(picture.prompt)}
    nothing = {name: str(uuid.uuid4()) for name in real}
    stranger, owner = visit(bob).request, visit(alice).request
    hidden = stranger.get(address.format(**real))
    absent = stranger.get(address.format(**nothing))
    assert owner.get(address.format(**real)).status == 200
    assert (hidden.status, hidden.headers["content-type"]) == (404, absent.headers["content-type"])
    assert hidden.text() == absent.text()


def test_a_stranger_gets_no_tile_of_it(
    visit: Visit, alice: Somebody, bob: Somebody, picture: Made, studio: Product
) -> None:
    address = f"/tiles/?ids={studio.job_of(picture.id)}"
    assert picture.address in visit(alice).request.get(address).text()
    assert "tile" not in visit(bob).request.get(address).text()
