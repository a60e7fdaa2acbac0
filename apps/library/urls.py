"""Addresses of the library in the studio."""

from django.urls import include, path

from apps.library import act_views, search_views, views

app_name = "library"

studio = [
    path("library/", views.library, name="library"),
    path("library/photos/", act_views.tiles_by_id, name="tiles"),
    path("library/photos/mark/", act_views.mark, name="mark"),
    path("library/photos/tag/", act_views.tag, name="tag"),
    path("library/photos/gather/", act_views.gather, name="gather"),
    path("library/photos/gallery/", act_views.make_gallery, name="make_gallery"),
    path("library/photos/trash/", act_views.throw_away, name="throw_away"),
    path("library/photos/process/", act_views.process_again, name="process_again"),
    path("search/", search_views.search, name="search"),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
