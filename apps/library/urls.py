"""Addresses of the library in the studio."""

from django.urls import include, path

from apps.library import search_views, views

app_name = "library"

studio = [
    path("library/", views.library, name="library"),
    path("search/", search_views.search, name="search"),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
