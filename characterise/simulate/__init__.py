"""Seeded GB half-hourly meters with known truth.

`population` draws many sites, `example` gives one clean case by name, `one_site` takes a site of
your own making. All are deterministic in their seed. Everything is fictional.
"""

from characterise.simulate.dispatch import Enrolment
from characterise.simulate.example import EXAMPLES, example, one_site
from characterise.simulate.mix import DEFAULT_MIX
from characterise.simulate.population import Population, population
from characterise.simulate.sample import write_sample
from characterise.simulate.site import ASSETS, AssetSpec, SiteSpec

__all__ = [
    "ASSETS",
    "DEFAULT_MIX",
    "EXAMPLES",
    "AssetSpec",
    "Enrolment",
    "Population",
    "SiteSpec",
    "example",
    "one_site",
    "population",
    "write_sample",
]
