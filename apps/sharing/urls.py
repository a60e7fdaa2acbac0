"""URLs of sharing: the guests' below /g/, the studio's below /studio/."""

from django.urls import path

from apps.sharing.activity import views as activity_views
from apps.sharing.board import views as board_views
from apps.sharing.branding import brand_views
from apps.sharing.branding import views as branding_views
from apps.sharing.clients import guest_views as clients_guest_views
from apps.sharing.clients import views as clients_views
from apps.sharing.downloads import studio_views as downloads_studio_views
from apps.sharing.downloads import views as downloads_views
from apps.sharing.emails import template_views
from apps.sharing.emails import views as emails_views
from apps.sharing.favourites import views as favourites_views
from apps.sharing.feedback import views as feedback_views
from apps.sharing.gallery import compare_views, og_image, withhold_views
from apps.sharing.gallery import views as gallery_views
from apps.sharing.guests import identify_views
from apps.sharing.guests import studio_views as guests_studio_views
from apps.sharing.links import audience_views, bulk_views, collection_views, public_page_views
from apps.sharing.links import views as links_views
from apps.sharing.people import find_views, hide_views
from apps.sharing.people import views as people_views
from apps.sharing.preflight import views as preflight_views
from apps.sharing.presets import views as presets_views
from apps.sharing.review import comment_views
from apps.sharing.review import find_views as review_find_views
from apps.sharing.review import views as review_views

app_name = "sharing"

ALBUM = "studio/<slug:slug>/albums/<uuid:album_id>"
STUDIO = "studio/<slug:slug>"
BRAND = f"{STUDIO}/brands/<uuid:brand_id>"
EMAIL = f"{STUDIO}/emails/<uuid:email_id>"
TEMPLATE = f"{STUDIO}/emails/templates/<slug:kind>"
LINK = f"{ALBUM}/links/<uuid:link_id>"
LIST = "g/<str:token>/favourites/lists/<uuid:selection_id>"
PROOFING = f"{ALBUM}/proofing"
SELECTION = f"{PROOFING}/<uuid:selection_id>"
LIST_PRESET = f"{PROOFING}/presets/<uuid:preset_id>"
COMMENT = f"{PROOFING}/comments/<uuid:comment_id>"

urlpatterns = [
    path("p/<slug:slug>/", public_page_views.public, name="public"),
    path("p/<slug:slug>/galleries/", clients_guest_views.own_galleries, name="own_galleries"),
    path("p/<slug:slug>/galleries/code/", clients_guest_views.own_galleries_code, name="own_galleries_code"),
    path("p/<slug:slug>/galleries/enter/", clients_guest_views.own_galleries_enter, name="own_galleries_enter"),
    path("p/<slug:slug>/galleries/leave/", clients_guest_views.own_galleries_leave, name="own_galleries_leave"),
    path("p/<slug:slug>/galleries/<uuid:link_id>/", clients_guest_views.own_gallery, name="own_gallery"),
    path("g/<str:token>/", gallery_views.gallery, name="gallery"),
    path("g/<str:token>/preview/", og_image.picture, name="link_preview"),
    path("g/<str:token>/who/", identify_views.who, name="who"),
    path("g/<str:token>/who/save/", identify_views.who_save, name="who_save"),
    path("g/<str:token>/who/code/", identify_views.who_code, name="who_code"),
    path("g/<str:token>/photos/<uuid:photo_id>/", gallery_views.photo, name="photo"),
    path("g/<str:token>/photos/<uuid:photo_id>/facts/", gallery_views.facts, name="photo_facts"),
    path("g/<str:token>/photos/<uuid:photo_id>/favourite/", favourites_views.favourite, name="favourite"),
    path("g/<str:token>/photos/<uuid:photo_id>/swap/", favourites_views.swap, name="swap"),
    path("g/<str:token>/people/<uuid:person_id>/picture/", people_views.person_picture, name="person_picture"),
    path("g/<str:token>/find/", find_views.find, name="find"),
    path("g/<str:token>/find/face/", find_views.find_face, name="find_face"),
    path("g/<str:token>/find/forget/", find_views.find_forget, name="find_forget"),
    path("g/<str:token>/find/hide/", find_views.hide_me, name="hide_me"),
    path("g/<str:token>/favourites/", favourites_views.favourites, name="favourites"),
    path("g/<str:token>/favourites/state/", favourites_views.favourites_state, name="favourites_state"),
    path("g/<str:token>/favourites/lists/", favourites_views.list_create, name="list_create"),
    path(f"{LIST}/choose/", favourites_views.list_choose, name="list_choose"),
    path(f"{LIST}/rename/", favourites_views.list_rename, name="list_rename"),
    path(f"{LIST}/delete/", favourites_views.list_delete, name="list_delete"),
    path(f"{LIST}/send/", favourites_views.list_send, name="list_send"),
    path(f"{LIST}/reopen/", favourites_views.list_reopen, name="list_reopen"),
    path(f"{LIST}/more/", favourites_views.list_more, name="list_more"),
    path("g/<str:token>/photos/<uuid:photo_id>/download/", downloads_views.download, name="download"),
    path("g/<str:token>/download/", downloads_views.downloads, name="downloads"),
    path("g/<str:token>/download/pin/", downloads_views.download_pin, name="download_pin"),
    path("g/<str:token>/download/chosen/", downloads_views.download_chosen, name="download_chosen"),
    path("g/<str:token>/download/batch/", downloads_views.download_batch, name="download_batch"),
    path("g/<str:token>/download/email/", downloads_views.download_email, name="download_email"),
    path("g/<str:token>/download.zip", downloads_views.archive, name="archive"),
    path("g/<str:token>/photos/<uuid:photo_id>/panel/", feedback_views.panel, name="panel"),
    path("g/<str:token>/photos/<uuid:photo_id>/comment/", feedback_views.comment, name="comment"),
    path(
        "g/<str:token>/photos/<uuid:photo_id>/comment/<uuid:comment_id>/remove/",
        feedback_views.comment_remove,
        name="comment_remove",
    ),
    path("g/<str:token>/photos/<uuid:photo_id>/mark/", feedback_views.mark, name="mark"),
    path("g/<str:token>/marks/state/", feedback_views.state, name="marks_state"),
    path("g/<str:token>/compare/", compare_views.compare, name="compare"),
    path("g/<str:token>/photos/<uuid:photo_id>/withhold/", withhold_views.withhold, name="withhold"),
    path("g/<str:token>/withheld/", withhold_views.withheld, name="withheld"),
    path("g/<str:token>/cover/", gallery_views.closed_cover, name="closed_cover"),
    path(f"{STUDIO}/collections/<uuid:by_hand_id>/share/", collection_views.share, name="share_collection"),
    path(
        f"{STUDIO}/smart-collections/<uuid:collection_id>/share/",
        collection_views.share_smart,
        name="share_smart_collection",
    ),
    path(f"{ALBUM}/links/", links_views.album_links, name="links"),
    path(f"{ALBUM}/links/publish/", links_views.publish, name="publish"),
    path(f"{ALBUM}/links/sentence/", links_views.sentence, name="sentence"),
    path(f"{LINK}/", links_views.link, name="link"),
    path(f"{LINK}/revoke/", links_views.link_revoke, name="link_revoke"),
    path(f"{LINK}/end/", links_views.link_end, name="link_end"),
    path(f"{LINK}/pin/", links_views.link_pin, name="link_pin"),
    path(f"{LINK}/restore/", links_views.link_restore, name="link_restore"),
    path(f"{LINK}/delete/", links_views.link_delete, name="link_delete"),
    path(f"{LINK}/qr.<str:format>", links_views.link_qr, name="link_qr"),
    path(f"{ALBUM}/audience/photos/", audience_views.photos, name="photos_audience"),
    path(f"{ALBUM}/audience/sections/<uuid:section_id>/", audience_views.section, name="section_audience"),
    path(f"{ALBUM}/visitors/", guests_studio_views.visitors, name="visitors"),
    path(f"{ALBUM}/visitors.csv", guests_studio_views.visitors_csv, name="visitors_csv"),
    path(f"{ALBUM}/visitors/<uuid:visitor_id>/erase/", guests_studio_views.visitor_erase, name="visitor_erase"),
    path(
        f"{ALBUM}/visitors/<uuid:visitor_id>/sign-out/", guests_studio_views.visitor_sign_out, name="visitor_sign_out"
    ),
    path(f"{ALBUM}/preview/", guests_studio_views.preview, name="preview"),
    path(f"{LINK}/view-as/", guests_studio_views.view_as, name="view_as"),
    path(f"{LINK}/view-as/end/", guests_studio_views.view_as_end, name="view_as_end"),
    path(f"{LINK}/reminders/", emails_views.link_reminders, name="link_reminders"),
    path(f"{LINK}/extend/", links_views.link_extend, name="link_extend"),
    path(f"{ALBUM}/more-coming/", emails_views.more_coming, name="more_coming"),
    path(f"{ALBUM}/emails/", emails_views.album_emails, name="album_emails"),
    path(f"{ALBUM}/emails/new/", emails_views.email_new, name="email_new"),
    path(f"{ALBUM}/emails/preview/", emails_views.email_preview, name="email_preview"),
    path(f"{ALBUM}/emails/reminders/", emails_views.album_reminders, name="album_reminders"),
    path(f"{ALBUM}/activity/", activity_views.album_activity, name="album_activity"),
    path(f"{ALBUM}/activity/export/", activity_views.album_activity_file, name="album_activity_file"),
    path(f"{STUDIO}/activity/", activity_views.studio_activity, name="studio_activity"),
    path(f"{STUDIO}/activity/export/", activity_views.studio_activity_file, name="studio_activity_file"),
    path(f"{STUDIO}/board/", board_views.board, name="board"),
    path(f"{ALBUM}/preflight/", preflight_views.preflight, name="preflight"),
    path(f"{ALBUM}/promise/", board_views.promise, name="promise"),
    path(f"{ALBUM}/nudge/", board_views.nudge, name="nudge"),
    path(f"{STUDIO}/clients/", clients_views.clients, name="clients"),
    path(f"{STUDIO}/clients/return/", clients_views.clients_return, name="clients_return"),
    path(f"{STUDIO}/clients/<uuid:client_id>/", clients_views.client, name="client"),
    path(f"{STUDIO}/emails/", emails_views.email_log, name="email_log"),
    path(f"{STUDIO}/emails/templates/", template_views.email_templates, name="email_templates"),
    path(f"{TEMPLATE}/", template_views.email_template, name="email_template"),
    path(f"{TEMPLATE}/preview/", template_views.email_template_preview, name="email_template_preview"),
    path(f"{TEMPLATE}/test/", template_views.email_template_test, name="email_template_test"),
    path(f"{EMAIL}/", emails_views.email, name="email"),
    path(f"{EMAIL}/words/", emails_views.email_words, name="email_words"),
    path(f"{EMAIL}/retry/", emails_views.email_retry, name="email_retry"),
    path(f"{EMAIL}/cancel/", emails_views.email_cancel, name="email_cancel"),
    path(f"{STUDIO}/selections/", review_views.selections, name="selections"),
    path(f"{PROOFING}/", review_views.album_proofing, name="proofing"),
    path(f"{PROOFING}/names/", review_views.names, name="proofing_names"),
    path(f"{PROOFING}/marks.csv", review_views.table, name="proofing_table"),
    path(f"{PROOFING}/sidecars.zip", review_views.sidecars, name="proofing_sidecars"),
    path(f"{PROOFING}/presets/", review_views.preset_create, name="preset_create"),
    path(f"{LIST_PRESET}/", review_views.preset_change, name="preset_change"),
    path(f"{LIST_PRESET}/delete/", review_views.preset_delete, name="preset_delete"),
    path(f"{PROOFING}/find/", review_find_views.find, name="proofing_find"),
    path(f"{PROOFING}/find/mark/", review_find_views.find_mark, name="proofing_find_mark"),
    path(f"{PROOFING}/find/add/", review_find_views.find_add, name="proofing_find_add"),
    path(f"{PROOFING}/comments/", comment_views.album_comments, name="proofing_comments"),
    path(f"{COMMENT}/answer/", comment_views.answer, name="proofing_answer"),
    path(f"{COMMENT}/remove/", comment_views.remove, name="proofing_remove"),
    path(f"{PROOFING}/comments/photos/<uuid:photo_id>/read/", comment_views.read, name="proofing_read"),
    path(f"{SELECTION}/", review_views.selection, name="selection"),
    path(f"{SELECTION}/work/", review_views.selection_work, name="selection_work"),
    path(f"{SELECTION}/reopen/", review_views.selection_reopen, name="selection_reopen"),
    path(f"{SELECTION}/extra/", review_views.selection_extra, name="selection_extra"),
    path(f"{STUDIO}/people/requests/", hide_views.requests, name="hide_requests"),
    path(f"{STUDIO}/people/requests/<uuid:request_id>/", hide_views.answer, name="hide_answer"),
    path(f"{STUDIO}/presets/", presets_views.preset_list, name="presets"),
    path(f"{STUDIO}/presets/starters/", presets_views.preset_starters, name="preset_starters"),
    path(f"{STUDIO}/presets/new/<slug:kind>/", presets_views.preset_new, name="preset_new"),
    path(f"{STUDIO}/presets/<uuid:choice_id>/", presets_views.preset, name="preset"),
    path(f"{STUDIO}/presets/<uuid:choice_id>/delete/", presets_views.preset_delete, name="preset_delete"),
    path(f"{STUDIO}/albums/bulk/", bulk_views.albums, name="albums_bulk"),
    path(f"{STUDIO}/albums/start/", presets_views.album_start, name="album_start"),
    path(f"{STUDIO}/download-sizes/", downloads_studio_views.download_sizes, name="download_sizes"),
    path(f"{STUDIO}/public-page/", public_page_views.public_settings, name="public_settings"),
    path(f"{ALBUM}/public-page/", public_page_views.album_public, name="album_public"),
    path(f"{STUDIO}/watermark/", branding_views.watermark, name="watermark"),
    path(f"{STUDIO}/watermark/example/", branding_views.watermark_example, name="watermark_example"),
    path(f"{ALBUM}/watermark/", branding_views.album_watermark, name="album_watermark"),
    path(f"{ALBUM}/watermark/example/", branding_views.album_watermark_example, name="album_watermark_example"),
    path(f"{ALBUM}/watermark/drop/", branding_views.album_watermark_drop, name="album_watermark_drop"),
    path(f"{STUDIO}/brands/", brand_views.brand_list, name="brands"),
    path(f"{BRAND}/", brand_views.brand_edit, name="brand"),
    path(f"{BRAND}/logo/", brand_views.brand_logo, name="brand_logo"),
    path(f"{BRAND}/remove/", brand_views.brand_remove, name="brand_remove"),
    path("studio/<slug:slug>/logo/<uuid:brand_id>.png", brand_views.brand_logo_image, name="brand_logo_image"),
    path("studio/<slug:slug>/settings/logo/", branding_views.logo, name="logo"),
    path("studio/<slug:slug>/logo.png", branding_views.logo_image, name="logo_image"),
]
