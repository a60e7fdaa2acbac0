"""Addresses of tasks in the studio."""

from django.urls import include, path

from apps.jobs import views

app_name = "jobs"

task = [
    path("cancel/", views.cancel, name="task_cancel"),
    path("retry/", views.retry, name="task_retry"),
    path("seen/", views.seen, name="task_seen"),
]

urlpatterns = [
    path("studio/<slug:slug>/tasks/", views.tasks, name="tasks"),
    path("studio/<slug:slug>/tasks/<uuid:task_id>/", include(task)),
]
