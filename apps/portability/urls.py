"""Addresses of what a studio takes along."""

from django.urls import path

from apps.portability import deletion_views, views

app_name = "portability"

urlpatterns = [
    path("studio/<slug:slug>/export/", views.export, name="export"),
    path("studio/<slug:slug>/export/unlock/", views.unlock, name="unlock"),
    path("studio/<slug:slug>/export/<uuid:export_id>/delete/", views.delete, name="delete"),
    path("studio/<slug:slug>/export/<uuid:export_id>/<int:number>.zip", views.download, name="download"),
    path("studio/<slug:slug>/delete-studio/", deletion_views.deletion, name="deletion"),
    path("studio/<slug:slug>/delete-studio/restore/", deletion_views.restore, name="restore"),
]
