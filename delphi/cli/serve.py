"""`delphi serve`: the program under gunicorn on the loopback address, with its background loop.

The embedded database takes one writer at a time, so a few threads in two processes serve as well as
many. No access log is kept; what is logged carries no address, no token and no answer.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import subprocess
import sys
import threading
import time
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http import wsgi

from delphi.cli import main as run_command
from delphi.cli.opening import open_installation
from delphi.instance_key import ensure_instance_key
from delphi.settings import Settings, load_settings

PROCESSES = 2
THREADS = 4
_BACKGROUND = "worker"
_RESTART_AFTER_SECONDS = 5.0
_WATCH_SECONDS = 1.0


@click.command(name="serve")
@click.option("--processes", type=click.IntRange(1, 64), default=PROCESSES, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=THREADS, show_default=True)
@click.option("--background/--no-background", default=True, help="Run `delphi worker` beside it.")
def command(processes: int, threads: int, background: bool) -> None:
    """Serve the program on 127.0.0.1; a proxy in front gives it to the world."""
    ensure_instance_key(load_settings().instance_key_file)
    opened = open_installation()
    opened.database.dispose()  # each process opens its own connections
    settings = opened.settings
    click.echo(f"Delphi Weights: {settings.base_url}  (port {settings.port} of this machine)")
    wsgi.Response = NamelessResponse
    server = Server(settings, processes=processes, threads=threads)
    (WithBackground if background and has_background() else Arbiter)(server).run()


def has_background() -> bool:
    """Whether this version has a background loop."""
    return importlib.util.find_spec(f"delphi.cli.{_BACKGROUND}") is not None


class NamelessResponse(wsgi.Response):
    """A response that does not say which server sends it."""

    def default_headers(self) -> list[str]:
        """Return the headers that the server adds, without its name."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]


class QuietLogger(Logger):
    """Errors to standard error, without what gunicorn would tell of visitors."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Leave out warnings about single requests: they name the visitor's address."""
        if not str(msg).startswith("Invalid request"):
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log the class of an error: messages and addresses may carry what somebody typed."""
        del msg, args, kwargs
        error = sys.exc_info()[0]
        super().error("failed: %s", error.__name__ if error else "unknown")


class Server(BaseApplication):
    """Gunicorn, configured here and nowhere else."""

    def __init__(self, settings: Settings, *, processes: int, threads: int) -> None:
        self._settings = settings
        self._options = {
            "bind": f"127.0.0.1:{settings.port}",
            "workers": processes,
            "threads": threads,
            "preload_app": True,  # the processes part afterwards and share its memory
            "worker_class": "gthread",
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "logger_class": QuietLogger,
            "keepalive": 5,
            "timeout": 60,
            "graceful_timeout": 20,
            "control_socket_disable": True,
            "forwarded_allow_ips": "",
            "proc_name": "delphi",
        }
        super().__init__()

    def load_config(self) -> None:
        """Set the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, once; it opens no connection, each process opens its own."""
        from delphi.web import create_app  # heavy; `delphi --help` needs none of it
        from delphi.web.templates import compile_templates

        app = create_app(self._settings)
        compile_templates(app)
        gc.collect()
        gc.freeze()  # what lives until the end is never looked through for garbage again
        return app


class WithBackground(Arbiter):
    """Runs `delphi worker` beside the server and starts it again when it ends."""

    def __init__(self, app: BaseApplication) -> None:
        super().__init__(app)
        self._background: subprocess.Popen[bytes] | None = None
        self._started_at = float("-inf")

    def manage_workers(self) -> None:
        """Look after the background loop and the worker processes; called every second."""
        ended = self._background is None or self._background.poll() is not None
        if ended and time.monotonic() - self._started_at >= _RESTART_AFTER_SECONDS:
            self._started_at = time.monotonic()
            self._background = subprocess.Popen(  # noqa: S603  (our own module)
                [sys.executable, "-m", __name__, str(os.getpid())]
            )
        super().manage_workers()  # last: whoever gets an answer finds the loop running

    def halt(self, reason: str | None = None, exit_status: int = 0) -> None:
        """End the background loop with the server."""
        if self._background is not None and self._background.poll() is None:
            self._background.terminate()
        super().halt(reason, exit_status)


def run_background(server: int) -> None:
    """Run the background loop until the server that started it is gone, however it went.

    `server` is its process id, told and not looked up: it may be gone before this one has started.
    """

    def watch() -> None:
        while os.getppid() == server:
            time.sleep(_WATCH_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    run_command([_BACKGROUND])


if __name__ == "__main__":
    run_background(int(sys.argv[1]))
