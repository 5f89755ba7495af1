from django.urls import path

from apps.campaigns import views

app_name = "campaigns"

urlpatterns = [
    path("links", views.links, name="links"),
    path("links/new", views.new_link, name="new-link"),
    path("links/<slug:key>", views.link, name="link"),
    path("links/<slug:key>/change", views.change_link, name="change-link"),
    path("links/<slug:key>/pause", views.pause_link, name="pause-link"),
    path("links/<slug:key>/resume", views.resume_link, name="resume-link"),
    path("links/<slug:key>/qr.<slug:kind>", views.link_qr, name="link-qr"),
]
