"""`nianbao serve`: the pages and the schedule in one process."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.printing import note
from monitor.cli.session import Session
from monitor.cli.stopping import stopped_by_sigterm

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="监听地址。")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="监听端口。")] = None,
    no_schedule: Annotated[bool, typer.Option("--no-schedule", help="只提供网页，不定时抓取。")] = False,
) -> None:
    """启动网页和定时任务。"""
    from monitor import logs
    from monitor.web.app import create_app

    session = Session.of(context)
    settings = session.settings()
    database = session.database(settings)
    logs.configure(settings)
    archive = session.archive(settings)
    clock = session.clock()
    try:
        # The address first: where it is not to be had, nothing else must have begun.
        with listening(host or settings.web_host, settings.web_port if port is None else port) as listener:
            app = create_app(database, archive, settings, clock)
            scheduler = None
            if not no_schedule:
                from monitor.schedule import Scheduler

                scheduler = Scheduler(settings, database, archive, clock)
                scheduler.start()
            try:
                with stopped_by_sigterm(0):
                    run_server(app, listener)
            finally:
                if scheduler is not None:
                    scheduler.stop()
    finally:
        database.close()


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that takes connections there: nobody is refused, even while the server behind it is still starting.

    Raises Busy where the port is taken, UsageError where the address is not this machine's.
    """
    from storage.domain.errors import Busy, UsageError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            where = f"{host}:{port}：{error.strerror or error}"
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise UsageError(f"本机没有这个地址，无法监听 {where}", advice="例：nianbao serve --host 127.0.0.1") from error
            raise Busy(f"无法监听 {where}", advice="换一个端口：nianbao serve --port 8800") from error
        listener.listen(128)
        yield listener


def run_server(app: FastAPI, listener: socket.socket) -> None:
    """Serve there until interrupted; says the address."""
    import signal

    import uvicorn

    class Server(uvicorn.Server):
        """Remembers what it was told: the signal it raises again at its end was seen to get lost on a busy machine."""

        told: int | None = None

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            self.told = sig
            super().handle_exit(sig, frame)

    host, port = listener.getsockname()[:2]
    note(f"网页 http://{f'[{host}]' if ':' in host else host}:{port}/  （Ctrl+C 结束）")
    server = Server(
        uvicorn.Config(app, log_level="warning", log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5)
    )
    server.run(sockets=[listener])
    if server.told == signal.SIGINT:
        raise KeyboardInterrupt
