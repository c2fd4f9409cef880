"""Addresses of recalculations; included at the root."""

app_name = "corrections"

urlpatterns: list[object] = []
