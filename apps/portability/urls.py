"""Addresses of what a studio takes along."""

from django.urls import path

from apps.portability import views

app_name = "portability"

urlpatterns = [
    path("studio/<slug:slug>/export/", views.export, name="export"),
    path("studio/<slug:slug>/export/unlock/", views.unlock, name="unlock"),
    path("studio/<slug:slug>/export/<uuid:export_id>/delete/", views.delete, name="delete"),
    path("studio/<slug:slug>/export/<uuid:export_id>/<int:number>.zip", views.download, name="download"),
]
