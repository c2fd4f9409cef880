"""Every address of the program."""

from django.urls import include, path

urlpatterns = [
    path("", include("zhkh.web.urls")),
    path("kassa/", include("cashdesk.urls")),
]

handler403 = "zhkh.web.errors.forbidden"
handler404 = "zhkh.web.errors.not_found"
handler500 = "zhkh.web.errors.server_error"
