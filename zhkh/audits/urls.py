"""Addresses of «Сверка»; included at the root."""

from django.urls import path

from zhkh.audits import views

app_name = "audits"

urlpatterns = [
    path("audits/", views.books, name="books"),
    path("audits/check/", views.check, name="check"),
    path("audits/runs/<int:pk>/", views.progress, name="progress"),
]
