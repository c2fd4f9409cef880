"""Addresses of the page shell; included at the root."""

from django.conf import settings
from django.urls import URLPattern, path

from zhkh.web import views

app_name = "web"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("login/", views.LoginView.as_view(), name="login"),
    path("kassa/login/", views.LoginView.as_view(face="till"), name="till-login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("language/", views.switch_language, name="language"),
    path("time/", views.server_time, name="time"),
]

if settings.DEBUG:
    from zhkh.web import gallery

    urlpatterns += [
        path("gallery/", gallery.office, name="gallery"),
        path("gallery/split/", gallery.split, name="gallery-split"),
        path("gallery/till/", gallery.till, name="gallery-till"),
    ]
