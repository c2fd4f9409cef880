"""Addresses of payment documents; included at the root."""

from django.urls import path

from payment_docs import views

app_name = "payment_docs"

urlpatterns = [
    path("docs/", views.document_list, name="document-list"),
    path("docs/issue/", views.issue, name="issue"),
    path("docs/stop/", views.stop, name="stop"),
    path("docs/<int:pk>/", views.document, name="document"),
    path("docs/<int:pk>/pdf/", views.document_pdf, name="document-pdf"),
    path("docs/runs/<int:pk>/", views.progress, name="progress"),
    path("accounts/<int:pk>/documents/", views.account_documents, name="account-documents"),
]
