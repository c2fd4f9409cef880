"""What the pages of charges are asked."""

from django import forms

from charges.services import DraftTotals


class ConfirmForm(forms.Form):
    """The totals the accountant saw when they said yes."""

    accounts = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    total = forms.DecimalField(max_digits=16, decimal_places=2, widget=forms.HiddenInput)

    def seen(self) -> DraftTotals:
        """Call it on a valid form."""
        return DraftTotals(self.cleaned_data["accounts"], self.cleaned_data["total"])
