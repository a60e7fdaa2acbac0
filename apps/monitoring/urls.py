"""Addresses of status pages."""

from django.urls import path

from apps.monitoring import views

app_name = "monitoring"

urlpatterns = [
    path("status/", views.status, name="status"),
    path("metrics", views.prometheus, name="metrics"),
    path("studio/<slug:slug>/status/", views.studio_status, name="studio_status"),
]
