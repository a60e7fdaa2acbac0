"""Addresses of descriptions and suggestions in the studio."""

from django.urls import include, path

from apps.tagging import meaning_views, settings_views, views

app_name = "tagging"

studio = [
    path("suggestions/", views.review, name="review"),
    path("suggestions/answer/", views.answer, name="answer"),
    path("library/photos/describe/", views.describe_photos, name="describe"),
    path("descriptions/", settings_views.configuration, name="configuration"),
    path("descriptions/switch/", settings_views.switch, name="switch"),
    path("descriptions/meaning/", meaning_views.configuration, name="meaning"),
    path("descriptions/meaning/switch/", meaning_views.switch, name="switch_meaning"),
    path("library/meaning/", meaning_views.by_meaning, name="by_meaning"),
    path("descriptions/prompts/", settings_views.prompt_list, name="prompts"),
    path("descriptions/prompts/write/", settings_views.write_prompt, name="write_prompt"),
]

urlpatterns = [path("studio/<slug:slug>/", include(studio))]
