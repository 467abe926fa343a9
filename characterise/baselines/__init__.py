"""Expected load one day ahead: one method a module, chosen by rolling back-test.

A *day* is a local day of the meter's own clock. A prediction for a local day uses the load of
earlier local days only, and the weather of the day itself (an ideal weather forecast).
"""

from __future__ import annotations

from characterise.baselines.choice import METHODS, backtest, expected_kw, one_day_ahead
from characterise.baselines.expected import Expected

__all__ = ["METHODS", "Expected", "backtest", "expected_kw", "one_day_ahead"]
