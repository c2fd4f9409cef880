"""Addresses of payment documents; included at the root."""

from django.urls import path

from payment_docs import settings_views, views

app_name = "payment_docs"

urlpatterns = [
    path("docs/", views.document_list, name="document-list"),
    path("docs/issue/", views.issue, name="issue"),
    path("docs/print-file/", views.print_file, name="print-file"),
    path("docs/sign/", views.sign, name="sign"),
    path("docs/stop/", views.stop, name="stop"),
    path("docs/settings/", settings_views.document_settings, name="settings"),
    path("docs/settings/house/", settings_views.house_notice, name="house-notice"),
    path("docs/requisites/", settings_views.requisites, name="requisites"),
    path("docs/requisites/new/", settings_views.new_payee, name="new-payee"),
    path("docs/requisites/<int:pk>/", settings_views.requisites_of, name="requisites-of"),
    path("docs/<int:pk>/", views.document, name="document"),
    path("docs/<int:pk>/pdf/", views.document_pdf, name="document-pdf"),
    path("docs/runs/<int:pk>/", views.progress, name="progress"),
    path("accounts/<int:pk>/documents/", views.account_documents, name="account-documents"),
]
