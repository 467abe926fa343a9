"""The ``fmar`` command: one module a command group, mounted here."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final, NoReturn

import typer

from app.cli.outcome import WRONG_INPUT, fail

GROUPS: Final = (
    "workspace",
    "ingest",
    "layouts",
    "register",
    "override",
    "engine",
    "score",
    "verify",
    "export",
    "dispute",
    "serve",
)
"""Modules of this package, in the order of ``fmar --help``."""


def build() -> typer.Typer:
    """Assemble every command."""
    app = typer.Typer(
        name="fmar",
        help="A register of dispatch rights, and an engine that reads flexible assets off meters.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name in GROUPS:
        import_module(f"app.cli.{name}").register(app)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run one command; what is wrong with the input is one sentence and exit status 2."""
    from app.workspace import WorkspaceError
    from characterise.errors import CharacteriseError
    from registry.errors import RegistryError

    try:
        build()(args=arguments, prog_name="fmar")
    except (WorkspaceError, CharacteriseError, RegistryError) as error:
        _end(str(error))
    except OSError as error:
        _end(_out_of_reach(error))


def _end(sentence: str) -> NoReturn:
    try:
        fail(sentence)
    except typer.Exit:
        sys.exit(WRONG_INPUT)


def _out_of_reach(error: OSError) -> str:
    """A path that cannot be read or written; the system names it and says why."""
    if error.filename is None:
        return f"The system refused: {error.strerror or error}."
    because = error.strerror or "no reason given"
    return f"{error.filename} cannot be used ({because}); check the path and who may write there."
