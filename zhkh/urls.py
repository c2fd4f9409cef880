"""Every address of the program."""

from django.urls import include, path

from accounts_registry.views.lists import search

urlpatterns = [
    path("", include("zhkh.web.urls")),
    path("", include("accounts_registry.urls")),
    path("", include("accounts_registry.books.urls")),
    path("search/", search, name="search"),
    path("", include("charges.urls")),
    path("", include("charges.corrections.urls")),
    path("", include("payment_docs.urls")),
    path("", include("mailing.urls")),
    path("kassa/", include("cashdesk.urls")),
    path("", include("zhkh.audits.urls")),
]

handler403 = "zhkh.web.errors.forbidden"
handler404 = "zhkh.web.errors.not_found"
handler500 = "zhkh.web.errors.server_error"
