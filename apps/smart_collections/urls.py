"""Addresses of smart collections in the studio."""

from django.urls import URLPattern, URLResolver, include, path

from apps.smart_collections import views

app_name = "smart_collections"

one: list[URLPattern | URLResolver] = [
    path("", views.detail, name="detail"),
    path("edit/", views.edit, name="edit"),
    path("delete/", views.delete, name="delete"),
]

studio: list[URLPattern | URLResolver] = [
    path("smart-collections/", views.collection_list, name="list"),
    path("smart-collections/new/", views.create, name="create"),
    path("smart-collections/<uuid:collection_id>/", include(one)),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
