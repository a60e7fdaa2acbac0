"""Addresses of sharing: the guests' below /g/, the studio's below /studio/."""

from django.urls import path

from apps.sharing import compare_views, favourites_views, guests, panel_views, views, who_views

app_name = "sharing"

ALBUM = "studio/<slug:slug>/albums/<uuid:album_id>"
LINK = f"{ALBUM}/links/<uuid:link_id>"
LIST = "g/<str:token>/favourites/lists/<uuid:selection_id>"

urlpatterns = [
    path("g/<str:token>/", guests.gallery, name="gallery"),
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
    path(f"{ALBUM}/links/", views.album_links, name="links"),
    path(f"{ALBUM}/links/sentence/", views.sentence, name="sentence"),
    path(f"{LINK}/", views.link, name="link"),
    path(f"{LINK}/revoke/", views.link_revoke, name="link_revoke"),
    path(f"{LINK}/end/", views.link_end, name="link_end"),
    path(f"{LINK}/pin/", views.link_pin, name="link_pin"),
    path(f"{LINK}/restore/", views.link_restore, name="link_restore"),
    path(f"{LINK}/delete/", views.link_delete, name="link_delete"),
    path(f"{LINK}/qr.<str:format>", views.link_qr, name="link_qr"),
    path("studio/<slug:slug>/settings/logo/", views.logo, name="logo"),
    path("studio/<slug:slug>/logo.png", views.logo_image, name="logo_image"),
]
