"""Forms of prices: what is common to them is no form of its own."""

import pytest

from charges.forms.prices import NewPricesForm


def test_a_form_of_no_kind_of_price_cannot_be_made():
    with pytest.raises(TypeError, match="rows"):
        NewPricesForm(corrects=False)  # type: ignore[abstract]  # this is what is tested
