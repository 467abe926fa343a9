"""`python -m characterise.training [--out DIR]`: train and write the artefact and its card."""

from __future__ import annotations

import sys
from pathlib import Path

from characterise.training.train import train


def main(arguments: list[str]) -> int:
    """Exit status 0, or 2 with one sentence where the arguments make no sense."""
    if len(arguments) not in (0, 2) or (arguments and arguments[0] != "--out"):
        sys.stderr.write("usage: python -m characterise.training [--out DIR]\n")
        return 2
    folder = Path(arguments[1]) if arguments else Path("characterise/model")
    model = train(folder)
    sys.stdout.write(f"{model.version} written to {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
