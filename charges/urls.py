"""Addresses of charges; included at the root."""

from django.urls import path

from charges import house_views, views

app_name = "charges"

urlpatterns = [
    path("charges/", views.period, name="period"),
    path("charges/calculate/", views.calculate, name="calculate"),
    path("charges/stop/", views.stop, name="stop"),
    path("charges/confirm/", views.confirm, name="confirm"),
    path("charges/reopen/", views.reopen, name="reopen"),
    path("charges/lines.xlsx", views.export, name="export"),
    path("charges/runs/<int:pk>/", views.progress, name="progress"),
    path("houses/<int:pk>/volumes/", house_views.house_volumes, name="house-volumes"),
    path("accounts/<int:pk>/charges/", views.account_charges, name="account-charges"),
]
