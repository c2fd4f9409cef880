"""Rows of a house and month → the scenario document the pure core calculates and a run freezes."""

from charges.loading.house import load_house, load_house_meters
from charges.loading.sentences import sentences
from charges.loading.terms import load_terms

__all__ = ["load_house", "load_house_meters", "load_terms", "sentences"]
