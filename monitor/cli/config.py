"""`nianbao config`: what is in force, with secrets hidden."""

from __future__ import annotations

import typer

from monitor.cli.printing import Document, DocumentOption, print_json, say, table_lines
from monitor.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="配置。", no_args_is_help=True)
    noun.command("show")(show)
    app.add_typer(noun, name="config")


def show(context: typer.Context, form: DocumentOption = Document.TABLE) -> None:
    """显示实际生效的配置；密码不显示。"""
    values = Session.of(context).settings().redacted()
    if form is Document.JSON:
        print_json(values)
        return
    for line in table_lines([["配置项", "值"], *([key, str(value)] for key, value in values.items())]):
        say(line)
