"""Who decided, and why: what commands that write a person's decision down have in common."""

from __future__ import annotations

import getpass
import os
from typing import Annotated

import typer

Who = Annotated[str, typer.Option("--by", help="由谁决定；默认为当前系统用户。")]
Reason = Annotated[str, typer.Option("--reason", help="理由。")]


def actor_of(by: str = "") -> str:
    """The name to write down: the one given, else that of the system's user; a user without a name, as containers have, by number."""
    if by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
