"""Addresses of albums in the studio."""

from django.urls import URLPattern, URLResolver, include, path

from apps.albums import (
    clock_views,
    design_views,
    history_views,
    mark_views,
    photo_views,
    section_views,
    stack_views,
    trash_views,
    views,
)

app_name = "albums"

photo = [
    path("download/", photo_views.download, name="photo_download"),
    path("history/", history_views.of_photo, name="photo_history"),
    path("facts/", photo_views.facts, name="photo_facts"),
    path("retry/", photo_views.retry, name="photo_retry"),
    path("versions/<uuid:version_id>/split/", photo_views.split_version, name="photo_split"),
    path("versions/<uuid:version_id>/show/", photo_views.show_version, name="photo_show_version"),
]

section = [
    path("rename/", section_views.rename, name="section_rename"),
    path("delete/", section_views.delete, name="section_delete"),
]

album: list[URLPattern | URLResolver] = [
    path("", views.detail, name="detail"),
    path("edit/", views.edit, name="edit"),
    path("state/", views.state, name="state"),
    path("delete/", views.delete, name="delete"),
    path("sort/", views.sort, name="sort"),
    path("clock/", clock_views.of_album, name="clock"),
    path("cover/", views.cover, name="cover"),
    path("design/", design_views.of_album, name="design"),
    path("history/", history_views.of_album, name="history"),
    path("order/", photo_views.order, name="order"),
    path("tiles/", photo_views.tiles_by_id, name="tiles"),
    path("status/", photo_views.status, name="status"),
    path("problems/", photo_views.problems, name="problems"),
    path("problems/retry/", photo_views.retry_all, name="retry_all"),
    path("photos/move/", photo_views.move, name="photos_move"),
    path("photos/mark/", mark_views.photos_mark, name="photos_mark"),
    path("photos/delete/", photo_views.delete, name="photos_delete"),
    path("photos/<uuid:photo_id>/", include(photo)),
    path("stacks/create/", stack_views.create, name="stack_create"),
    path("stacks/part/", stack_views.part, name="stack_part"),
    path("stacks/take-out/", stack_views.take_out, name="stack_take_out"),
    path("stacks/top/", stack_views.top, name="stack_top"),
    path("sections/create/", section_views.create, name="section_create"),
    path("sections/upload/", section_views.for_upload, name="sections_for_upload"),
    path("sections/order/", section_views.order, name="section_order"),
    path("sections/<uuid:section_id>/", include(section)),
]

studio: list[URLPattern | URLResolver] = [
    path("albums/", views.album_list, name="list"),
    path("albums/new/", views.create, name="create"),
    path("albums/<uuid:album_id>/", include(album)),
    path("design/", design_views.of_studio, name="studio_design"),
    path("history/", history_views.of_studio, name="studio_history"),
    path("trash/", trash_views.trash, name="trash"),
    path("trash/empty/", trash_views.empty, name="trash_empty"),
    path("trash/<slug:kind>/<uuid:id>/restore/", trash_views.restore, name="trash_restore"),
    path("trash/<slug:kind>/<uuid:id>/delete/", trash_views.delete, name="trash_delete"),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
