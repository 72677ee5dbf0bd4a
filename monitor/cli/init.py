"""`nianbao init`: a data directory, a configuration file and an empty database; run again, it changes nothing that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.printing import note, say
from monitor.cli.session import Session

TEMPLATE = """\
# nianbao 的配置。每一项都可以用同名的环境变量代替（NIANBAO_WEB_PORT=8800），密码可放在文件里（NIANBAO_SMTP_PASSWORD_FILE=路径）。
# 全部配置项和默认值：nianbao config show
data_dir = "{data_dir}"

# 网页
# web_host = "127.0.0.1"
# web_port = 8700

# 邮件
# smtp_host = "smtp.example.org"
# smtp_port = 587
# smtp_security = "starttls"
# smtp_username = ""
# mail_from = "nianbao@example.org"
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--write-config", help="配置文件写到哪里；已存在的文件不改动。")] = Path("nianbao.toml"),
) -> None:
    """建立数据目录、配置文件和数据库。可以重复运行，已有数据保持不变。"""
    from storage.domain.errors import ConfigError

    session = Session.of(context)
    target = session.config or config
    if not target.exists():
        folder = session.data_dir or Path("nianbao-data")
        if session.data_dir is not None:
            _make(session.data_dir)  # before the file names it: the next call would find a file that leads nowhere
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(TEMPLATE.format(data_dir=_toml_text(folder, target)), encoding="utf8")
        except OSError as error:
            raise ConfigError(
                f"配置无法写入 {target}：{error.strerror}", advice="请检查路径和权限，或用 --write-config 写到别处。"
            ) from error
        say(f"已写入配置 {target}")
    else:
        say(f"保留已有配置 {target}")
    from storage.database import open_database
    from storage.settings import load

    settings = load(target, **({} if session.data_dir is None else {"data_dir": session.data_dir}))
    _make(settings.data_dir)
    open_database(settings.database_url).close()
    session.archive(settings)
    say(f"数据目录 {settings.data_dir} 已就绪")
    note("下一步：nianbao body import 名录.csv")


def _make(folder: Path) -> None:
    from storage.domain.errors import ConfigError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"数据目录无法创建：{folder}：{error.strerror}", advice="请检查路径和权限。") from error


def _toml_text(folder: Path, config: Path) -> str:
    """The folder as the file should say it: relative to the file where it lies beside it, so that both can be moved together."""
    absolute = folder.expanduser().absolute()
    home = config.absolute().parent
    shown = absolute.relative_to(home) if absolute.is_relative_to(home) else absolute
    return shown.as_posix().replace("\\", "\\\\").replace('"', '\\"')
