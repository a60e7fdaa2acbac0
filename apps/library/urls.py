"""Addresses of the library in the studio."""

from django.urls import include, path

from apps.library import views

app_name = "library"

studio = [path("library/", views.library, name="library")]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
