"""Addresses of the registry; included at the root."""

from django.urls import path

from accounts_registry.views import (
    card,
    catalogues,
    houses,
    lists,
    meters,
    reading_correction,
    reading_import,
    reading_sheet,
)

app_name = "accounts_registry"

urlpatterns = [
    path("accounts/", lists.account_list, name="account-list"),
    path("accounts/export.xlsx", lists.account_export, name="account-export"),
    path("accounts/<int:pk>/", card.account, name="account"),
    path("accounts/<int:pk>/number/", card.new_number, name="account-new-number"),
    path("accounts/<int:pk>/facts/<slug:kind>/", card.fact, name="account-fact"),
    path("accounts/<int:pk>/services/", card.services, name="account-services"),
    path("accounts/<int:pk>/services/connect/", card.connect, name="connect-service"),
    path(
        "accounts/<int:pk>/services/<int:service_pk>/disconnect/",
        card.disconnect,
        name="disconnect-service",
    ),
    path("accounts/<int:pk>/meters/", meters.account_meters, name="account-meters"),
    path("accounts/<int:pk>/meters/install/", meters.install, name="install-meter"),
    path("accounts/<int:pk>/payments/", card.payments, name="account-payments"),
    path("meters/", meters.meter_list, name="meter-list"),
    path("meters/<int:pk>/readings/", meters.enter_reading, name="enter-reading"),
    path("meters/<int:pk>/remove/", meters.remove, name="remove-meter"),
    path("houses/", houses.house_list, name="house-list"),
    path("houses/<int:pk>/", houses.house, name="house"),
    path("catalogues/", catalogues.catalogue_list, name="catalogue-list"),
    path("catalogues/settings/", catalogues.settings, name="settings"),
    path("catalogues/<slug:book>/", catalogues.catalogue, name="catalogue"),
    path(
        "catalogues/<slug:book>/<int:pk>/remove/",
        catalogues.catalogue_remove,
        name="catalogue-remove",
    ),
    path("readings/import/", reading_import.import_page, name="reading-import"),
    path("readings/import/template.xlsx", reading_import.template, name="reading-template"),
    path("readings/<int:pk>/correct/", reading_correction.correct, name="correct-reading"),
    path("houses/<int:pk>/readings/", reading_sheet.reading_sheet, name="reading-sheet"),
    path("meters/<int:pk>/consumption/", reading_sheet.consumption, name="consumption"),
]
