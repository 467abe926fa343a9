"""Thresholds of the delivery check: settings, each with its reason, never literals elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """What the check may get wrong, and what it compares an event with."""

    false_flag_rate: float = 0.01
    """Share of honest events, and of honest series looked at daily, that may be called."""
    power: float = 0.90
    """Chance of seeing a shortfall of the minimum detectable size."""
    min_windows: int = 19
    """Fewest matched windows without an event that give a p-value: the least is then 1 / 20."""
    max_windows: int = 199
    """Most matched windows, nearest in season: the least p-value is then 1 / 200."""
    lead_half_hours: int = 2
    """Half-hours before an event that are no ordinary load (pre-heating, pre-charging)."""
    recovery_half_hours: int = 8
    """Half-hours after an event that are no ordinary load (rebound)."""
    before_half_hours: int = 2
    """Half-hours just before an event whose load tells of that day."""
    season_days: int = 30
    """Neighbouring days whose windows give the size of the noise at a time of year."""
    under_delivery: float = 0.75
    """Delivered fraction below which a claim counts as under-delivered."""
    call_at: float = 0.90
    """Probability of under-delivery above which a joint shortfall is laid at a party's door."""
    clear_at: float = 0.10
    """Probability of under-delivery below which a party is clear of a joint shortfall."""
    prior_mean: float = 1.0
    prior_sd: float = 1.0
    """Normal prior of the delivered fraction, truncated nowhere (methods.md 3)."""
    min_covered: float = 0.90
    """Least share of the declared energy whose half-hours the boundary meter read."""
    meter_tolerance: float = 0.05
    """Share of the declared energy that the asset meter's own error may explain."""
    limit_tolerance: float = 0.10
    """Excess over the upper end of a physical limit that is let pass."""
    masked_share: float = 0.50
    """Least share of a shortfall that another load's rise must explain."""
