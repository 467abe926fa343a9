"""``fmar``: the command line of the workbench."""

from __future__ import annotations

import sys


def main() -> None:
    """Run one command; Ctrl-C while the program is still loading is one sentence too."""
    try:
        from app.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped by Ctrl-C before anything was begun.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
