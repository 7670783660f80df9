"""The command `mapsvc`: joins the commands of `mapsvc.operations.commands` and turns known errors into one sentence."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from mapsvc.config import SettingError
from mapsvc.domain.errors import DomainError
from mapsvc.operations.errors import OperationError

SECTIONS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Run it",
        (("up", "running"), ("down", "running"), ("status", "running"), ("doctor", "running"), ("worker", "running")),
    ),
    ("Fill it", (("city", "city"), ("import", "data"), ("sources", "sources"), ("seed", "data"), ("generate", "data"))),
    ("People", (("user", "people"), ("personal", "personal"))),
    ("Check a decision", (("evidence", "evidence"), ("match", "matching"), ("audit", "audit"))),
    (
        "Keep it well",
        (("db", "database"), ("backup", "database"), ("restore", "database"), ("jobs", "jobs"), ("mail", "mail")),
    ),
)
"""The commands in the order of `mapsvc --help`, each with its module, which is loaded when it is needed."""
MODULES = {name: module for _, commands in SECTIONS for name, module in commands}
ATTRIBUTES = {"import": "import_file"}
"""Commands whose name is a word of Python."""


class Commands(click.Group):
    """A group whose help has headings and whose commands are loaded one by one, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click asks so
        """Return the names in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click asks so
        """Load one command."""
        if cmd_name not in MODULES:
            return None
        module = import_module(f"mapsvc.operations.commands.{MODULES[cmd_name]}")
        command: click.Command = getattr(module, ATTRIBUTES.get(cmd_name, cmd_name))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        for heading, commands in SECTIONS:
            with formatter.section(heading):
                loaded = ((name, self.get_command(ctx, name)) for name, _ in commands)
                formatter.write_dl([(name, command.get_short_help_str(90)) for name, command in loaded if command])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error we know becomes its sentence, without a traceback."""
        try:
            return super().invoke(ctx)
        except (OperationError, DomainError, SettingError) as error:
            raise click.ClickException(str(error)) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="mapsvc")
def main() -> None:
    """A shared map of vacant spaces: spotted by residents, verified by the city, matched to groups.

    On a new machine: `make run` installs what is missing and calls `mapsvc up`. For your own city, without example
    data: `mapsvc city init --help`. Every command explains itself: `mapsvc COMMAND --help`. Settings are environment
    variables and stand in docs/configuration.md.
    """


if __name__ == "__main__":
    sys.exit(main())
