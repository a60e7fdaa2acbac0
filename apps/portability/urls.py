"""Addresses of what a studio takes along."""

from django.urls import path

from apps.portability import deletion_views, views, your_data_views

app_name = "portability"

urlpatterns = [
    path("g/<str:token>/your-data/", your_data_views.your_data, name="your_data"),
    path("g/<str:token>/your-data/file/", your_data_views.your_data_file, name="your_data_file"),
    path("g/<str:token>/your-data/erase/", your_data_views.your_data_erase, name="your_data_erase"),
    path("studio/<slug:slug>/export/", views.export, name="export"),
    path("studio/<slug:slug>/export/unlock/", views.unlock, name="unlock"),
    path("studio/<slug:slug>/export/<uuid:export_id>/delete/", views.delete, name="delete"),
    path("studio/<slug:slug>/export/<uuid:export_id>/<int:number>.zip", views.download, name="download"),
    path("studio/<slug:slug>/delete-studio/", deletion_views.deletion, name="deletion"),
    path("studio/<slug:slug>/delete-studio/restore/", deletion_views.restore, name="restore"),
]
