"""The pages of those who look after the whole site."""

from django.urls import path

from images_app.oversight import views

urlpatterns = [
    path("oversight/", views.dashboard, name="oversight"),
    path("oversight/spend/", views.site_spend, name="site_spend"),
    path("oversight/spend/export/", views.site_spend_export, name="site_spend_export"),
    path("oversight/reconciliation/", views.reconciliation, name="reconciliation"),
    path("oversight/reconciliation/export/", views.reconciliation_export, name="reconciliation_export"),
    path("oversight/reconciliation/<slug:slug>/import/", views.usage_import, name="usage_import"),
]
