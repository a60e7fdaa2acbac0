"""Addresses of people in the studio."""

from django.urls import URLPattern, URLResolver, include, path

from apps.faces import act_views, album_views, guest_views, photo_views, views

app_name = "faces"

person: list[URLPattern | URLResolver] = [
    path("", views.person, name="person"),
    path("rename/", act_views.rename, name="rename"),
    path("edit/", act_views.edit, name="edit"),
    path("relate/", act_views.relate, name="relate"),
    path("split/", act_views.split, name="split"),
    path("thumbnail/<uuid:face_id>/", act_views.thumbnail, name="thumbnail"),
    path("erase/", act_views.erase, name="erase"),
]

people: list[URLPattern | URLResolver] = [
    path("", views.wall, name="wall"),
    path("switch/", act_views.switch, name="switch"),
    path("many/", act_views.many, name="many"),
    path("passports/", views.passports, name="passports"),
    path("doubtful/", views.doubtful, name="doubtful"),
    path("doubtful/answer/", act_views.answer, name="answer"),
    path("faces/<uuid:face_id>/crop/", views.crop, name="crop"),
    path("faces/<uuid:face_id>/context/", views.context, name="context"),
    path("faces/<uuid:face_id>/why/", views.why, name="why"),
    path("<uuid:person_id>/", include(person)),
]

urlpatterns = [
    path("studio/<slug:slug>/people/", include(people)),
    path("studio/<slug:slug>/albums/<uuid:album_id>/faces/", act_views.gallery, name="gallery"),
    path("studio/<slug:slug>/albums/<uuid:album_id>/photos/<uuid:photo_id>/faces/", photo_views.faces, name="photo"),
    path(
        "studio/<slug:slug>/albums/<uuid:album_id>/photos/<uuid:photo_id>/faces/<uuid:face_id>/",
        photo_views.name,
        name="name_face",
    ),
    path(
        "studio/<slug:slug>/albums/<uuid:album_id>/photos/<uuid:photo_id>/faces/<uuid:face_id>/remove/",
        photo_views.remove,
        name="remove_face",
    ),
    path("studio/<slug:slug>/albums/<uuid:album_id>/people/", album_views.choose, name="choose"),
    path("studio/<slug:slug>/albums/<uuid:album_id>/people/sets/", album_views.sets, name="sets"),
    path("studio/<slug:slug>/albums/<uuid:album_id>/missing/", guest_views.missing, name="missing"),
]
