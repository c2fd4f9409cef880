"""Addresses of the cash desk; included at /kassa/."""

from django.urls import path

from cashdesk import views

app_name = "cashdesk"

urlpatterns = [
    path("", views.find, name="find"),
    path("bill/<int:account_id>/", views.bill, name="bill"),
    path("bill/<int:account_id>/pay/", views.pay, name="pay"),
    path("pay/<uuid:token>/status/", views.pay_status, name="pay-status"),
    path("receipt/<int:receipt_id>/", views.receipt, name="receipt"),
    path("receipt/<int:receipt_id>/printed/", views.printed, name="printed"),
    path("today/", views.today, name="paid"),
]
