"""Addresses of recalculations; included at the root."""

from django.urls import path

from charges.corrections.views import account, apart, document, facts, instalments, lists, wizard

app_name = "corrections"

urlpatterns = [
    path("corrections/", lists.document_list, name="document-list"),
    path("corrections/list.xlsx", lists.export, name="export"),
    path("corrections/mass/", wizard.new_mass, name="new-mass"),
    path("corrections/subsidies/", apart.subsidies, name="subsidies"),
    path("corrections/recount/", wizard.new_recount, name="new-recount"),
    path("corrections/<int:pk>/", document.document, name="document"),
    path("corrections/<int:pk>/progress/", document.progress, name="progress"),
    path("corrections/<int:pk>/stop/", document.stop, name="stop"),
    path("corrections/<int:pk>/post/", document.post, name="post"),
    path("corrections/<int:pk>/discard/", document.discard, name="discard"),
    path("corrections/<int:pk>/storno/", document.storno, name="storno"),
    path("corrections/<int:pk>/act.pdf", document.pdf, name="document-pdf"),
    path("corrections/<int:pk>/lines.xlsx", document.export, name="document-export"),
    path("accounts/<int:pk>/corrections/", account.account, name="account"),
    path("accounts/<int:pk>/corrections/new/", account.new_manual, name="new-manual"),
    path("accounts/<int:pk>/absences/new/", facts.absence, name="absence"),
    path(
        "accounts/<int:pk>/absences/<int:fact_pk>/remove/",
        facts.absence_remove,
        name="absence-remove",
    ),
    path("accounts/<int:pk>/benefits/new/", facts.benefit, name="benefit"),
    path(
        "accounts/<int:pk>/benefits/<int:fact_pk>/end/",
        facts.benefit_end,
        name="benefit-end",
    ),
    path(
        "accounts/<int:pk>/benefits/<int:fact_pk>/remove/",
        facts.benefit_remove,
        name="benefit-remove",
    ),
    path("accounts/<int:pk>/corrections/apart/", apart.new_apart, name="new-apart"),
    path("accounts/<int:pk>/instalments/new/", instalments.new_agreement, name="new-agreement"),
    path("instalments/", instalments.agreement_list, name="agreement-list"),
    path("instalments/missed/", instalments.missed_notice, name="missed-notice"),
    path("instalments/percents/", instalments.percents, name="percents"),
    path("instalments/<int:pk>/", instalments.agreement, name="agreement"),
    path("houses/<int:pk>/corrections/", facts.house, name="house"),
    path("corrections/interruptions/new/", facts.interruption, name="interruption"),
    path(
        "houses/<int:pk>/interruptions/<int:fact_pk>/remove/",
        facts.interruption_remove,
        name="interruption-remove",
    ),
]
