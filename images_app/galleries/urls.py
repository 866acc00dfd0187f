from django.urls import path

from images_app.galleries.views import hands, library, picture, trash

urlpatterns = [
    path("library/", library.library, name="library"),
    path("images/<uuid:id>/", picture.image, name="image"),
    path("images/trash/", hands.images_trash, name="images_trash"),
    path("images/restore/", hands.images_restore, name="images_restore"),
    path("images/favourite/", hands.images_favourite, name="images_favourite"),
    path("images/zip/", hands.images_zip, name="images_zip"),
    path("trash/", trash.trash, name="trash"),
]
