"""Addresses of sharing: the guests' below /g/, the studio's below /studio/."""

from django.urls import path

from apps.sharing import (
    activity_views,
    audience_views,
    compare_views,
    delivery_views,
    favourites_views,
    guests,
    letter_views,
    link_preview,
    panel_views,
    views,
    visitor_views,
    who_views,
    withholding,
)

app_name = "sharing"

ALBUM = "studio/<slug:slug>/albums/<uuid:album_id>"
STUDIO = "studio/<slug:slug>"
LETTER = f"{STUDIO}/letters/<uuid:letter_id>"
TEMPLATE = f"{STUDIO}/letters/templates/<slug:kind>"
LINK = f"{ALBUM}/links/<uuid:link_id>"
LIST = "g/<str:token>/favourites/lists/<uuid:selection_id>"

urlpatterns = [
    path("g/<str:token>/", guests.gallery, name="gallery"),
    path("g/<str:token>/preview/", link_preview.picture, name="link_preview"),
    path("g/<str:token>/who/", who_views.who, name="who"),
    path("g/<str:token>/who/save/", who_views.who_save, name="who_save"),
    path("g/<str:token>/who/code/", who_views.who_code, name="who_code"),
    path("g/<str:token>/photos/<uuid:photo_id>/", guests.photo, name="photo"),
    path("g/<str:token>/photos/<uuid:photo_id>/favourite/", favourites_views.favourite, name="favourite"),
    path("g/<str:token>/favourites/", favourites_views.favourites, name="favourites"),
    path("g/<str:token>/favourites/state/", favourites_views.favourites_state, name="favourites_state"),
    path("g/<str:token>/favourites/lists/", favourites_views.list_create, name="list_create"),
    path(f"{LIST}/choose/", favourites_views.list_choose, name="list_choose"),
    path(f"{LIST}/rename/", favourites_views.list_rename, name="list_rename"),
    path(f"{LIST}/delete/", favourites_views.list_delete, name="list_delete"),
    path(f"{LIST}/send/", favourites_views.list_send, name="list_send"),
    path(f"{LIST}/reopen/", favourites_views.list_reopen, name="list_reopen"),
    path(f"{LIST}/more/", favourites_views.list_more, name="list_more"),
    path("g/<str:token>/photos/<uuid:photo_id>/download/", guests.download, name="download"),
    path("g/<str:token>/photos/<uuid:photo_id>/panel/", panel_views.panel, name="panel"),
    path("g/<str:token>/photos/<uuid:photo_id>/comment/", panel_views.comment, name="comment"),
    path(
        "g/<str:token>/photos/<uuid:photo_id>/comment/<uuid:comment_id>/remove/",
        panel_views.comment_remove,
        name="comment_remove",
    ),
    path("g/<str:token>/photos/<uuid:photo_id>/mark/", panel_views.mark, name="mark"),
    path("g/<str:token>/marks/state/", panel_views.state, name="marks_state"),
    path("g/<str:token>/compare/", compare_views.compare, name="compare"),
    path("g/<str:token>/photos/<uuid:photo_id>/withhold/", withholding.withhold, name="withhold"),
    path("g/<str:token>/withheld/", withholding.withheld, name="withheld"),
    path("g/<str:token>/cover/", guests.closed_cover, name="closed_cover"),
    path(f"{ALBUM}/links/", views.album_links, name="links"),
    path(f"{ALBUM}/links/sentence/", views.sentence, name="sentence"),
    path(f"{LINK}/", views.link, name="link"),
    path(f"{LINK}/revoke/", views.link_revoke, name="link_revoke"),
    path(f"{LINK}/end/", views.link_end, name="link_end"),
    path(f"{LINK}/pin/", views.link_pin, name="link_pin"),
    path(f"{LINK}/restore/", views.link_restore, name="link_restore"),
    path(f"{LINK}/delete/", views.link_delete, name="link_delete"),
    path(f"{LINK}/qr.<str:format>", views.link_qr, name="link_qr"),
    path(f"{ALBUM}/audience/photos/", audience_views.photos, name="photos_audience"),
    path(f"{ALBUM}/audience/sections/<uuid:section_id>/", audience_views.section, name="section_audience"),
    path(f"{ALBUM}/visitors/", visitor_views.visitors, name="visitors"),
    path(f"{ALBUM}/visitors.csv", visitor_views.visitors_csv, name="visitors_csv"),
    path(f"{ALBUM}/visitors/<uuid:visitor_id>/erase/", visitor_views.visitor_erase, name="visitor_erase"),
    path(f"{ALBUM}/visitors/<uuid:visitor_id>/sign-out/", visitor_views.visitor_sign_out, name="visitor_sign_out"),
    path(f"{LINK}/view-as/", visitor_views.view_as, name="view_as"),
    path(f"{LINK}/view-as/end/", visitor_views.view_as_end, name="view_as_end"),
    path(f"{LINK}/extend/", delivery_views.link_extend, name="link_extend"),
    path(f"{ALBUM}/more-coming/", delivery_views.more_coming, name="more_coming"),
    path(f"{ALBUM}/letters/", letter_views.album_letters, name="album_letters"),
    path(f"{ALBUM}/letters/new/", letter_views.letter_new, name="letter_new"),
    path(f"{ALBUM}/letters/preview/", letter_views.letter_preview, name="letter_preview"),
    path(f"{ALBUM}/letters/reminders/", letter_views.letter_reminders, name="letter_reminders"),
    path(f"{ALBUM}/activity/", activity_views.album_activity, name="album_activity"),
    path(f"{ALBUM}/activity/export/", activity_views.album_activity_file, name="album_activity_file"),
    path(f"{STUDIO}/activity/", activity_views.studio_activity, name="studio_activity"),
    path(f"{STUDIO}/activity/export/", activity_views.studio_activity_file, name="studio_activity_file"),
    path(f"{STUDIO}/letters/", letter_views.letter_log, name="letter_log"),
    path(f"{STUDIO}/letters/templates/", letter_views.letter_templates, name="letter_templates"),
    path(f"{TEMPLATE}/", letter_views.letter_template, name="letter_template"),
    path(f"{TEMPLATE}/preview/", letter_views.letter_template_preview, name="letter_template_preview"),
    path(f"{TEMPLATE}/test/", letter_views.letter_template_test, name="letter_template_test"),
    path(f"{LETTER}/", letter_views.letter, name="letter"),
    path(f"{LETTER}/words/", letter_views.letter_words, name="letter_words"),
    path(f"{LETTER}/retry/", letter_views.letter_retry, name="letter_retry"),
    path(f"{LETTER}/cancel/", letter_views.letter_cancel, name="letter_cancel"),
    path("studio/<slug:slug>/settings/logo/", views.logo, name="logo"),
    path("studio/<slug:slug>/logo.png", views.logo_image, name="logo_image"),
]
