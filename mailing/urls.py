"""Addresses of the post; included at the root."""

from django.urls import path

from mailing.views import accounts, batches, export, send, states

app_name = "mailing"

urlpatterns = [
    path("mailing/", batches.batch_list, name="batch-list"),
    path("mailing/send/", send.send, name="send"),
    path("mailing/states/", states.document_states, name="document-states"),
    path("mailing/<int:pk>/", batches.batch, name="batch"),
    path("mailing/<int:pk>/stop/", batches.stop, name="stop"),
    path("mailing/<int:pk>/resume/", batches.resume, name="resume"),
    path("mailing/<int:pk>/journal.xlsx", export.xlsx, name="export-xlsx"),
    path("mailing/<int:pk>/journal.csv", export.csv_file, name="export-csv"),
    path("mailing/letters/<int:pk>/<slug:decision>/", batches.decide, name="decide"),
    path("accounts/<int:pk>/mail-state/", states.account_state, name="account-state"),
    path("service/mail-accounts/", accounts.account_list, name="account-list"),
    path("service/mail-accounts/new/", accounts.new_account, name="account-new"),
    path("service/mail-accounts/<int:pk>/", accounts.account, name="account"),
]
