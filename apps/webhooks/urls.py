"""Addresses of webhooks in the studio."""

from django.urls import URLPattern, URLResolver, include, path

from apps.webhooks import views

app_name = "webhooks"

one: list[URLPattern | URLResolver] = [
    path("", views.detail, name="detail"),
    path("secret/", views.rotate, name="rotate"),
    path("switch/", views.switch, name="switch"),
    path("test/", views.send_test, name="send_test"),
    path("delete/", views.delete, name="delete"),
    path("deliveries/<uuid:delivery_id>/replay/", views.replay, name="replay"),
]

urlpatterns = [
    path("studio/<slug:slug>/webhooks/", views.webhook_list, name="list"),
    path("studio/<slug:slug>/webhooks/<uuid:webhook_id>/", include(one)),
]
