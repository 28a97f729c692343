"""`zoo serve`: answer requests over HTTP with runs and bundles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import click

from zoo.cli.arguments import accepts_settings, parse_arguments
from zoo.cli.console import echo
from zoo.errors import UsageError, ZooError
from zoo.serve.limits import ServeLimits
from zoo.settings import setting


@dataclass
class ServeArguments(ServeLimits):
    """The settings of `zoo serve`."""

    port: int = setting(8000, "port to listen on; 0: any that is free", minimum=0, maximum=65535)
    host: str = setting("127.0.0.1", "address to listen on; 0.0.0.0: every address of this machine")
    trust: bool = setting(False, "run the code of task files that came with runs")


@click.command("serve")
@accepts_settings(ServeArguments, "RUN|BUNDLE... [port=8000] [host=127.0.0.1]")
def command(arguments: tuple[str, ...]) -> None:
    """Serve runs and bundles over HTTP, with a page to try them.

    RUN is a run's folder, or a task's name for its latest run; BUNDLE is what zoo export wrote. NAME=RUN gives a model
    another name than that of its task: `zoo serve translation small=runs/translation/2026-01-31T12-00-00`
    """
    names = {entry.name for entry in fields(ServeArguments)}
    settings, places = divide(arguments, names)
    if not places:
        raise UsageError(
            "no model given; write zoo serve translation (a task's latest run), or name a run's folder or a bundle"
        )
    given = ServeArguments(**parse_arguments(ServeArguments, settings, "serve"))
    try:
        from zoo.serve.app import make_app
        from zoo.serve.server import bind, run_server
    except ImportError as error:
        raise ZooError(f"a server needs {error.name}: pip install 'seqzoo[serve]'") from error
    from zoo.serve.loading import load_models

    listening = bind(given.host, given.port)
    models = load_models(places, given.trust)
    limits = {name: value for name, value in asdict(given).items() if name in ServeLimits.__dataclass_fields__}
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host

    def started() -> None:
        echo(f"serving {', '.join(models)} at http://{shown}:{port}; API at /docs; stop with Ctrl-C")

    run_server(make_app(models, ServeLimits(**limits)), listening, started)


def divide(arguments: Sequence[str], names: set[str]) -> tuple[list[str], list[str]]:
    """Divide the arguments of the command.

    Args:
        arguments: as typed.
        names: of the settings.

    Returns:
        Settings, and the places of models, some as NAME=PLACE.
    """
    settings = [word for word in arguments if word.partition("=")[0] in names and "=" in word]
    return settings, [word for word in arguments if word not in settings]
