"""The palette's claims, recomputed: contrast on both papers, distance for every colour vision."""

import itertools

import numpy as np
import pytest

from app.plots.palette import CLASS_COLOURS, PARTY_COLOURS, TIER_COLOURS

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
) / np.array([[0.9505], [1.0], [1.089]])


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((float(linear(c) @ XYZ[1]) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    xyz = XYZ @ np.clip(rgb, 0, 1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("paper", ["#ffffff", "#121212"])
def test_classes_stand_out_from_light_and_dark_paper(paper: str) -> None:
    # 3:1 needs a luminance of 0.117 to 0.3 on #121212 and white; rounding costs the last digit.
    assert min(contrast(colour, paper) for colour in CLASS_COLOURS.values()) >= 2.95


@pytest.mark.parametrize("vision", VISION)
def test_classes_differ_for_every_colour_vision(vision: str) -> None:
    seen = [lab(VISION[vision] @ linear(colour)) for colour in CLASS_COLOURS.values()]
    apart = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
    assert apart >= 27


def test_white_words_can_be_read_on_the_lamps() -> None:
    assert min(contrast("#ffffff", colour) for colour in TIER_COLOURS.values()) >= 4.5


def test_parties_use_the_same_searched_colours() -> None:
    assert set(PARTY_COLOURS) == set(CLASS_COLOURS.values())
