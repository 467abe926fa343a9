"""The trained presence model: plain numbers in `presence.json`, read without scikit-learn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from characterise.asset_classes import ASSET_CLASSES
from characterise.errors import CharacteriseError
from characterise.model import trees as tree_arrays
from characterise.model.trees import Trees

Array = npt.NDArray[np.float64]
FORMAT = 2


class UnreadableModel(CharacteriseError):
    """The model file is missing, of another format, or made for other features."""


@dataclass(frozen=True, slots=True)
class ClassModel:
    """Boosted trees of one class, calibrated, at a prevalence of one half.

    A tree may use a feature only in the direction that physics allows; a missing one goes the way
    that missing ones went in training.
    """

    asset_class: str
    features: tuple[str, ...]
    """Names of the columns that the trees ask about."""
    trees: Trees
    slope: Array
    """(2,) Platt scaling of the logit: a factor for a year of readings, and what each unit of
    `characterise.presence.shortness` adds to it."""
    offset: Array
    """(2,) the same for the offset."""
    unseen: Array
    """(2,) logit of the share of sites with the class that look as if they had none, and what each
    unit of `characterise.calibration.cover_of` adds to it."""
    knots: Array
    """(K,) calibrated logits at which the evidence was counted."""
    least: Array
    """(K,) lower Venn-Abers logit there: as if one more site, without the class, were known."""
    most: Array
    """(K,) upper one: as if it had the class."""
    fit_sd: float
    """Spread of the logit when a fifth of the training sites is left out (jackknife)."""
    transfer_sd: float
    """Spread of the logit between families of sites, from leaving each out."""
    n_positive: int
    n_negative: int


@dataclass(frozen=True, slots=True)
class PresenceModel:
    """One `ClassModel` a class, in the order of `ASSET_CLASSES`."""

    version: str
    classes: tuple[ClassModel, ...]


def to_json(model: PresenceModel) -> str:
    """Text of the artefact: sorted keys, the same bytes each time."""
    body = {
        "format": FORMAT,
        "version": model.version,
        "classes": {part.asset_class: _plain(part) for part in model.classes},
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n"


def digest(parts: Sequence[ClassModel], errors: str = "") -> str:
    """Short checksum that names a model by its numbers and those of its capability errors."""
    text = json.dumps([_plain(part) for part in parts], sort_keys=True) + errors
    return "presence-" + hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=8)
def load_model(path: Path | None = None) -> PresenceModel:
    """Read a model file; the one that came with the program by default.

    Raises
    ------
    UnreadableModel
        There is none, or another program wrote it.
    """
    body = read_artefact("presence.json", path, FORMAT)
    if set(body.get("classes", ())) != set(ASSET_CLASSES):
        raise UnreadableModel("the presence model holds other classes; run `make train`")
    parts = tuple(_read(name, body["classes"][name]) for name in ASSET_CLASSES)
    return PresenceModel(version=str(body["version"]), classes=parts)


def read_artefact(name: str, path: Path | None, version: int) -> dict[str, Any]:
    """Read an artefact of training of format ``version``; the one in this folder by default.

    Raises
    ------
    UnreadableModel
        There is none, or it is of another format.
    """
    source = path or files("characterise.model") / name
    try:
        body: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableModel(
            f"{source} cannot be read as {name}: {error}; run `make train`"
        ) from error
    if body.get("format") != version:
        raise UnreadableModel(f"{source} is no {name} of format {version}; run `make train`")
    return body


_ARRAYS = ("slope", "offset", "unseen", "knots", "least", "most")
_NUMBERS = ("fit_sd", "transfer_sd", "n_positive", "n_negative")


def _plain(part: ClassModel) -> dict[str, Any]:
    out: dict[str, Any] = {"features": list(part.features), "trees": tree_arrays.plain(part.trees)}
    for name in _ARRAYS:
        out[name] = _rounded(getattr(part, name).tolist())
    for name in _NUMBERS:
        out[name] = _rounded(getattr(part, name))
    return out


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(entry) for entry in value]
    return float(f"{value:.6e}") if isinstance(value, float) else int(value)


def _read(name: str, body: Mapping[str, Any]) -> ClassModel:
    # Models made before `unseen` was fitted took every asset for visible.
    held = {"unseen": [-40.0, 0.0], **body}
    values: dict[str, Any] = {key: held[key] for key in _NUMBERS}
    values |= {key: np.array(held[key], dtype=np.float64) for key in _ARRAYS}
    trees = tree_arrays.read(body["trees"])
    return ClassModel(name, tuple(body["features"]), trees, **values)
