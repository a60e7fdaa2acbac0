"""Addresses of the library in the studio."""

from django.urls import include, path

from apps.library import (
    act_views,
    borrowed_place_views,
    duplicate_views,
    event_views,
    keyword_views,
    place_views,
    search_views,
    stack_views,
    tier_views,
    views,
)

app_name = "library"

studio = [
    path("library/", views.library, name="library"),
    path("library/photos/", act_views.tiles_by_id, name="tiles"),
    path("library/photos/<uuid:photo_id>/similar/", views.similar, name="similar"),
    path("library/photos/mark/", act_views.mark, name="mark"),
    path("library/photos/tag/", act_views.tag, name="tag"),
    path("library/photos/gather/", act_views.gather, name="gather"),
    path("library/photos/gallery/", act_views.make_gallery, name="make_gallery"),
    path("library/photos/trash/", act_views.throw_away, name="throw_away"),
    path("library/photos/process/", act_views.process_again, name="process_again"),
    path("library/photos/approve/", tier_views.approve_photos, name="approve"),
    path("library/photos/unapprove/", tier_views.unapprove_photos, name="unapprove"),
    path("library/photos/place/", place_views.set_place, name="set_place"),
    path("albums/<uuid:album_id>/review/", tier_views.review, name="review"),
    path("albums/<uuid:album_id>/review/<uuid:photo_id>/", tier_views.review_photo, name="review_photo"),
    path("albums/<uuid:album_id>/places/", borrowed_place_views.of_album, name="borrow_places"),
    path("albums/<uuid:album_id>/bursts/", stack_views.find_bursts, name="find_bursts"),
    path("keywords/", keyword_views.keywords, name="keywords"),
    path("keywords/change/", keyword_views.change_keywords, name="change_keywords"),
    path("places/", place_views.places, name="places"),
    path("places/points/", place_views.points, name="points"),
    path("places/new/", place_views.create, name="create_place"),
    path("places/<uuid:place_id>/remove/", place_views.remove, name="remove_place"),
    path("duplicates/", duplicate_views.duplicates, name="duplicates"),
    path("duplicates/find/", duplicate_views.find, name="find_duplicates"),
    path("duplicates/<uuid:group_id>/", duplicate_views.decide, name="decide_duplicates"),
    path("timeline/", event_views.show_timeline, name="timeline"),
    path("timeline/events/new/", event_views.create, name="create_event"),
    path("timeline/events/<uuid:event_id>/remove/", event_views.remove, name="remove_event"),
    path("timeline/holidays/", event_views.follow, name="follow"),
    path("search/", search_views.search, name="search"),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
