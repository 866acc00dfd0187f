from django.urls import path, register_converter

from images_app.images import views


class VariantConverter:
    regex = "original|preview|thumbnail"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(VariantConverter, "variant")

urlpatterns = [
    path("images/<uuid:image_id>/<variant:variant>/", views.picture, name="picture"),
    path("images/<uuid:image_id>/favourite/", views.favourite, name="favourite"),
]
