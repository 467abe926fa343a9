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
    meter_error_sd: float = 0.01
    """Standard deviation of an asset meter's own scale: no number of events tells a delivered
    fraction better."""
    limit_tolerance: float = 0.10
    """Excess over the upper end of a physical limit that is let pass."""
    masked_share: float = 0.50
    """Least share of a shortfall that another load's rise must explain."""
    gaming_events: int = 8
    """Fewest events that a gaming screen looks at: fewer rarely stand out from chance."""
    gaming_days: int = 10
    """Fewest look-back days, and fewest other like days, that are compared."""
    gaming_draws: int = 1999
    """Placebo calendars of a gaming screen: the least p-value is then 1 / 2000."""
    gaming_draws_above: int = 20
    """Placebo calendars that show as much after which no more are drawn: p is then over 0.01."""
    look_back_days: int = 10
    """Like days that a BL01-like baseline averages (domain.md 2.3)."""
    adjust_half_hours: int = 6
    """Half-hours before an event that a BL01-like baseline is adjusted by (domain.md 2.3)."""
    ordinary_ahead_share: float = 0.50
    """Share of the declared energy that pre-heating or charging may ordinarily draw ahead."""
    low_load_half_hours: int = 4
    """Half-hours before an event, its lead left out, that tell whether a day's load is low: of 4,
    8 and 16 the one that sees most (benchmark of the gaming screens)."""
    same_value: float = 0.02
    """Distance from the most ever declared, as a share of it, that counts as the same value."""
    same_value_share: float = 0.90
    """Least share of events at the same value that makes a declaration one at the cap."""
    traded_real_share: float = 0.50
    """Share of the declared by which a following trade must pass the rebound to be one's own."""
