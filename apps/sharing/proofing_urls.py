"""Addresses of the studio's proofing pages."""

from django.urls import path

from apps.sharing import proofing_comment_views, proofing_find_views, proofing_views

STUDIO = "studio/<slug:slug>"
PROOFING = f"{STUDIO}/albums/<uuid:album_id>/proofing"
LIST = f"{PROOFING}/<uuid:selection_id>"
PRESET = f"{PROOFING}/presets/<uuid:preset_id>"
COMMENT = f"{PROOFING}/comments/<uuid:comment_id>"

urlpatterns = [
    path(f"{STUDIO}/selections/", proofing_views.selections, name="selections"),
    path(f"{PROOFING}/", proofing_views.album_proofing, name="proofing"),
    path(f"{PROOFING}/names/", proofing_views.names, name="proofing_names"),
    path(f"{PROOFING}/marks.csv", proofing_views.table, name="proofing_table"),
    path(f"{PROOFING}/sidecars.zip", proofing_views.sidecars, name="proofing_sidecars"),
    path(f"{PROOFING}/presets/", proofing_views.preset_create, name="preset_create"),
    path(f"{PRESET}/", proofing_views.preset_change, name="preset_change"),
    path(f"{PRESET}/delete/", proofing_views.preset_delete, name="preset_delete"),
    path(f"{PROOFING}/find/", proofing_find_views.find, name="proofing_find"),
    path(f"{PROOFING}/find/mark/", proofing_find_views.find_mark, name="proofing_find_mark"),
    path(f"{PROOFING}/find/add/", proofing_find_views.find_add, name="proofing_find_add"),
    path(f"{PROOFING}/comments/", proofing_comment_views.album_comments, name="proofing_comments"),
    path(f"{COMMENT}/answer/", proofing_comment_views.answer, name="proofing_answer"),
    path(f"{COMMENT}/remove/", proofing_comment_views.remove, name="proofing_remove"),
    path(f"{PROOFING}/comments/photos/<uuid:photo_id>/read/", proofing_comment_views.read, name="proofing_read"),
    path(f"{LIST}/", proofing_views.selection, name="selection"),
    path(f"{LIST}/work/", proofing_views.selection_work, name="selection_work"),
    path(f"{LIST}/reopen/", proofing_views.selection_reopen, name="selection_reopen"),
    path(f"{LIST}/extra/", proofing_views.selection_extra, name="selection_extra"),
]
