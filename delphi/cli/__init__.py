"""The `delphi` command. Each module of this package with a `command` is a subcommand of its name.

Only the module of the command that runs is imported. What cannot be used (a setting, the key, the
database) ends with one line and exit status 2, a refused act with one line and status 1.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from delphi.errors import DomainError
from delphi.instance_key import InstanceKeyError
from delphi.settings import SettingsError

_REFUSED, _UNUSABLE = 1, 2


class _Commands(click.Group):
    """Finds subcommands among the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))
        return [name for name in names if self.get_command(ctx, name) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        name = cmd_name.replace("-", "_")
        if name not in {module.name for module in pkgutil.iter_modules(__path__)} - {"__main__"}:
            return None
        command = getattr(importlib.import_module(f"{__name__}.{name}"), "command", None)
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="delphi-weights")
def commands() -> None:
    """Run Delphi studies: from the indicator tree to weights with proof."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit status."""
    try:
        commands.main(args=arguments, prog_name="delphi")
    except (SettingsError, InstanceKeyError) as error:
        _end(str(error), _UNUSABLE)
    except DatabaseError as error:
        if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
            raise  # a statement that was wrong, not a database that cannot be used
        # The driver's own words, without the statement and its values.
        _end(f"the database cannot be used: {str(error.orig).strip()}", _UNUSABLE)
    except DomainError as error:
        from delphi.web.refusals import refusal  # imported where words are needed: it is heavy

        _end(refusal(error), _REFUSED)


def _end(text: str, status: int) -> None:
    print(" ".join(text.split()), file=sys.stderr)
    sys.exit(status)
