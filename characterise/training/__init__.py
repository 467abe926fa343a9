"""Labelled meters to the presence model, its card and the scoreboard."""
