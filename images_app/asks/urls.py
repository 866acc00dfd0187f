"""Asking for more than a limit lets through."""

from django.urls import path

from images_app.asks import views

urlpatterns = [
    path("asks/", views.asks, name="asks"),
    path("asks/new/", views.ask_new, name="ask_new"),
    path("asks/<uuid:id>/approval/", views.ask_approval, name="ask_approval"),
    path("asks/<uuid:id>/refusal/", views.ask_refusal, name="ask_refusal"),
    path("asks/<uuid:id>/withdrawal/", views.ask_withdrawal, name="ask_withdrawal"),
]
