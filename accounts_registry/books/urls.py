"""Addresses of the books; included at the root."""

from django.urls import path

from accounts_registry.books import openings, operations, payments, reports, statement

app_name = "ledger"

urlpatterns = [
    path("accounts/<int:pk>/statement/", statement.statement, name="statement"),
    path("accounts/<int:pk>/statement.pdf", statement.statement_pdf, name="statement-pdf"),
    path("accounts/<int:pk>/statement.xlsx", statement.statement_xlsx, name="statement-xlsx"),
    path("accounts/<int:pk>/payments/enter/", operations.enter_payment, name="enter-payment"),
    path("accounts/<int:pk>/transfer/", operations.transfer, name="transfer"),
    path("accounts/<int:pk>/write-off/", operations.write_off, name="write-off"),
    path("accounts/<int:pk>/opening/", operations.opening, name="opening"),
    path("payments/", payments.payment_list, name="payment-list"),
    path("payments/export.xlsx", payments.payment_export, name="payment-export"),
    path("payments/<int:pk>/cancel/", operations.cancel_payment, name="cancel-payment"),
    path("payments/openings/", openings.openings, name="openings"),
    path("payments/openings/sample.xlsx", openings.openings_sample, name="openings-sample"),
    path("payments/operations/", operations.journal, name="operations"),
    path("payments/operations/<int:pk>/undo/", operations.undo, name="undo-operation"),
    path("reports/", reports.turnover, name="turnover"),
    path("reports/<slug:name>/", reports.report, name="report"),
    path("reports/<slug:name>/export.xlsx", reports.report_export, name="report-export"),
]
