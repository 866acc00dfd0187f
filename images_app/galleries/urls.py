from django.urls import path

from images_app.galleries.views import library, picture

urlpatterns = [
    path("library/", library.library, name="library"),
    path("images/<uuid:id>/", picture.image, name="image"),
]
