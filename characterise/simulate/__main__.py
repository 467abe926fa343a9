"""`python -m characterise.simulate --out DIR`: write a sample folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from characterise.simulate.sample import write_sample


def main() -> None:
    """Read the arguments and write the folder."""
    parser = argparse.ArgumentParser(prog="python -m characterise.simulate", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--seed", type=int, default=20261101)
    parser.add_argument("--homes", type=int, default=86)
    parser.add_argument("--businesses", type=int, default=40)
    chosen = parser.parse_args()
    write_sample(chosen.out, homes=chosen.homes, businesses=chosen.businesses, seed=chosen.seed)


if __name__ == "__main__":
    main()
