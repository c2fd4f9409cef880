"""Rows of the database as the inputs of a calculation."""

from charges.loading.by_book import (
    book_of_today,
    by_book_in_words,
    origin_of_uplift,
    origin_of_vat,
)
from charges.loading.house import load_house, load_house_meters
from charges.loading.houses import LoadedHouse, load_houses
from charges.loading.sentences import sentences
from charges.loading.sound import Soundness
from charges.loading.terms import load_service_codes, load_terms

__all__ = [
    "LoadedHouse",
    "Soundness",
    "book_of_today",
    "by_book_in_words",
    "load_house",
    "load_house_meters",
    "load_houses",
    "load_service_codes",
    "load_terms",
    "origin_of_uplift",
    "origin_of_vat",
    "sentences",
]
