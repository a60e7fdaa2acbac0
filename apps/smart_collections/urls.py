"""Addresses of collections in the studio: questions, and photos chosen by hand."""

from django.urls import URLPattern, URLResolver, include, path

from apps.smart_collections import by_hand_views, views

app_name = "smart_collections"

one: list[URLPattern | URLResolver] = [
    path("", views.detail, name="detail"),
    path("edit/", views.edit, name="edit"),
    path("delete/", views.delete, name="delete"),
]

by_hand: list[URLPattern | URLResolver] = [
    path("", by_hand_views.detail, name="by_hand"),
    path("rename/", by_hand_views.rename, name="by_hand_rename"),
    path("photos/remove/", by_hand_views.take_out, name="by_hand_take_out"),
    path("photos/order/", by_hand_views.order, name="by_hand_order"),
    path("delete/", by_hand_views.delete, name="by_hand_delete"),
]

studio: list[URLPattern | URLResolver] = [
    path("collections/", by_hand_views.by_hand_list, name="by_hand_list"),
    path("collections/new/", by_hand_views.create, name="by_hand_create"),
    path("collections/add/", by_hand_views.add, name="by_hand_add"),
    path("collections/choices/", by_hand_views.choices, name="by_hand_choices"),
    path("collections/<uuid:by_hand_id>/", include(by_hand)),
    path("smart-collections/", views.collection_list, name="list"),
    path("smart-collections/new/", views.create, name="create"),
    path("smart-collections/<uuid:collection_id>/", include(one)),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
