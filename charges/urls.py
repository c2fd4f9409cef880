"""Addresses of charges; included at the root."""

from django.urls import path

from charges.views import account as account_views
from charges.views import anomalies as anomaly_views
from charges.views import house_volumes as house_views
from charges.views import months as month_views
from charges.views import penalties as penalty_views
from charges.views import penalty_preview as preview_views
from charges.views import period as views
from charges.views import prices as price_views
from charges.views import redraft as redraft_views
from charges.views import services as service_views
from charges.views import why as why_views

app_name = "charges"

urlpatterns = [
    path("charges/", views.period, name="period"),
    path("charges/calculate/", views.calculate, name="calculate"),
    path("charges/resume/", views.resume, name="resume"),
    path("charges/stop/", views.stop, name="stop"),
    path("charges/confirm/", views.confirm, name="confirm"),
    path("charges/reopen/", views.reopen, name="reopen"),
    path("charges/lines.xlsx", views.export, name="export"),
    path("charges/months/", month_views.months, name="months"),
    path("charges/run/", month_views.wizard, name="run"),
    path("charges/houses/<int:pk>/", month_views.house, name="month-house"),
    path("charges/houses/<int:pk>/redraft/", redraft_views.redraft_house, name="redraft"),
    path("charges/anomalies/", anomaly_views.anomaly_list, name="anomalies"),
    path("charges/anomalies/mark/", anomaly_views.mark, name="anomalies-mark"),
    path("charges/anomalies/export.xlsx", anomaly_views.export, name="anomalies-export"),
    path("charges/penalties/", penalty_views.penalty_list, name="penalties"),
    path("charges/penalties/preview/", preview_views.penalty_preview, name="penalty-preview"),
    path("charges/penalties/export.xlsx", penalty_views.penalty_export, name="penalties-export"),
    path("charges/runs/<int:pk>/", views.progress, name="progress"),
    path("houses/<int:pk>/volumes/", house_views.house_volumes, name="house-volumes"),
    path("accounts/<int:pk>/charges/", account_views.account_charges, name="account-charges"),
    path("accounts/<int:pk>/penalties/", penalty_views.account_penalties, name="account-penalties"),
    path(
        "accounts/<int:pk>/penalties/print.pdf",
        penalty_views.account_penalties_print,
        name="account-penalties-print",
    ),
    path("accounts/<int:pk>/charges/line/", account_views.line_why, name="line-why"),
    path("accounts/<int:pk>/charges/why/", why_views.why, name="why"),
    path("accounts/<int:pk>/charges/why.pdf", why_views.why_pdf, name="why-pdf"),
    path("services/", service_views.service_list, name="service-list"),
    path("services/export.xlsx", service_views.service_export, name="service-export"),
    path("services/new/", service_views.service_new, name="service-new"),
    path("services/<int:pk>/", service_views.service, name="service"),
    path("services/<int:pk>/edit/", service_views.service_edit, name="service-edit"),
    path("services/<int:pk>/<slug:kind>/", price_views.prices, name="prices"),
    path("services/<int:pk>/<slug:kind>/remove/", price_views.prices_remove, name="prices-remove"),
]
