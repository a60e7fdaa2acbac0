"""Addresses of status pages."""

from django.urls import path

from apps.monitoring import views
from apps.monitoring.numbers import views as number_views

app_name = "monitoring"

urlpatterns = [
    path("status/", views.status, name="status"),
    path("status/again/", views.try_again, name="try_again"),
    path("status/containers/<str:container>/", views.container, name="container"),
    path("status/visit/", views.visit, name="visit"),
    path("status/visit/end/", views.visit_end, name="visit_end"),
    path("metrics", views.prometheus, name="metrics"),
    path("studio/<slug:slug>/numbers/", number_views.numbers, name="numbers"),
    path("studio/<slug:slug>/numbers/<slug:kind>.csv", number_views.numbers_file, name="numbers_file"),
    path("studio/<slug:slug>/status/", views.studio_status, name="studio_status"),
]
