from django.urls import path

from images_app.galleries.views import collections, hands, library, picture, saved, trash

urlpatterns = [
    path("library/", library.library, name="library"),
    path("library/views/", saved.saved_views, name="saved_views"),
    path("library/views/<uuid:id>/", saved.saved_view, name="saved_view"),
    path("library/views/<uuid:id>/deletion/", saved.saved_view_deletion, name="saved_view_deletion"),
    path("images/<uuid:id>/", picture.image, name="image"),
    path("images/trash/", hands.images_trash, name="images_trash"),
    path("images/restore/", hands.images_restore, name="images_restore"),
    path("images/favourite/", hands.images_favourite, name="images_favourite"),
    path("images/zip/", hands.images_zip, name="images_zip"),
    path("collections/", collections.collections, name="collections"),
    path("collections/items/", collections.collection_items, name="collection_items"),
    path("collections/<uuid:id>/", collections.collection, name="collection"),
    path("collections/<uuid:id>/deletion/", collections.collection_deletion, name="collection_deletion"),
    path("collections/<uuid:id>/removal/", collections.collection_removal, name="collection_removal"),
    path("collections/<uuid:id>/order/", collections.collection_order, name="collection_order"),
    path("trash/", trash.trash, name="trash"),
    path("images/<uuid:id>/comments/", picture.image_comments, name="image_comments"),
    path("comments/<uuid:id>/", picture.comment, name="comment"),
    path("comments/<uuid:id>/removal/", picture.comment_removal, name="comment_removal"),
    path("compare/", picture.compare, name="compare"),
]
