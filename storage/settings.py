"""Configuration: `nianbao.toml`, then `NIANBAO_*` variables, then what the caller says; unknown keys are errors.

Secrets may also be given as `NIANBAO_<KEY>_FILE`, the path of a file that holds the value. All state lives under `data_dir` unless
`database_url` or `archive_url` say otherwise.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from storage.domain.errors import ConfigError

PREFIX = "NIANBAO_"
DEFAULT_CONFIG = Path("nianbao.toml")
NOT_SETTINGS = frozenset({"NIANBAO_CONFIG", "NIANBAO_NOW", "NIANBAO_FAILPOINT"})
"""Variables of ours that are read elsewhere: the configuration file's path, the instant the demo and replays pretend it is, and the
moment at which a test kills the process."""

REDACTED = "********"


class Settings(BaseSettings):
    """Every value the product can be told, with its default. Times are seconds, sizes bytes unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True)

    data_dir: Path = Path("nianbao-data")
    database_url: str = ""
    archive_url: str = ""
    archive_copy_url: str = ""
    timestamp_url: str = ""
    timestamp_ca: str = ""

    user_agent: str = "Mozilla/5.0 (compatible; nianbao/0.1)"
    crawl_concurrency: int = Field(default=16, ge=1, le=64)
    crawl_delay_seconds: float = Field(default=3.0, ge=0)
    crawl_timeout_seconds: float = Field(default=30.0, gt=0)
    crawl_max_bytes: int = Field(default=64 * 2**20, ge=1024)
    crawl_max_pages: int = Field(default=30, ge=1)
    crawl_retries: int = Field(default=2, ge=0)
    crawl_budget_portal: int = Field(default=60, ge=5)
    crawl_budget_platform: int = Field(default=600, ge=5)
    disk_reserve_mb: int = Field(default=1024, ge=0)
    crawl_batch_size: int = Field(default=50, ge=1)
    robots_obey: bool = True
    self_test_urls: tuple[str, ...] = ()
    host_overrides: dict[str, str] = Field(default_factory=dict)

    chromium_path: str = ""
    chromium_sandbox: bool = Field(default_factory=lambda: os.geteuid() != 0)

    parse_workers: int = Field(default=2, ge=1)
    parse_timeout_seconds: float = Field(default=60.0, gt=0)
    parse_memory_mb: int = Field(default=1024, ge=128)
    ocr_enabled: bool = True

    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_security: str = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = ""
    alert_muted: bool = False
    alert_allow_hosts: tuple[str, ...] = ()
    alert_deadman_url: SecretStr = SecretStr("")

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8700, ge=0, le=65535)
    public_url: str = ""

    log_level: str = "info"
    log_json: bool = False

    @model_validator(mode="before")
    @classmethod
    def _state_lives_in_data_dir(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        folder = Path(values.get("data_dir") or cls.model_fields["data_dir"].default).expanduser().absolute()
        found = dict(values, data_dir=folder)
        found["database_url"] = values.get("database_url") or f"sqlite:///{folder / 'nianbao.sqlite3'}"
        found["archive_url"] = values.get("archive_url") or (folder / "archive").as_uri()
        return found

    @field_validator("smtp_security")
    @classmethod
    def _known_security(cls, value: str) -> str:
        if value not in {"none", "starttls", "tls"}:
            raise ValueError("must be none, starttls or tls")
        return value

    def redacted(self) -> dict[str, Any]:
        """All effective values, JSON-ready, with passwords hidden."""
        shown = self.model_dump(mode="json")
        for key, value in shown.items():
            if isinstance(getattr(self, key), SecretStr):
                shown[key] = REDACTED if getattr(self, key).get_secret_value() else ""
            elif isinstance(value, str) and "://" in value:
                shown[key] = redact_url(value)
        return shown


def redact_url(url: str) -> str:
    """The same address with the password and the query values hidden."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = parts.username or ""
    netloc = f"{user}:{REDACTED}@{host}" if parts.password else parts.netloc
    query = "&".join(f"{pair.partition('=')[0]}={REDACTED}" for pair in parts.query.split("&")) if parts.query else ""
    if not netloc:  # no user, no password; urlunsplit would drop slashes, and sqlite:////data/x is not sqlite://data/x
        address = url.partition("?")[0]
        return f"{address}?{query}" if query else address
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def load(config: Path | None = None, **overrides: Any) -> Settings:
    """The effective settings: `overrides` over variables over secret files over the file over defaults.

    `config` names the file; without it `NIANBAO_CONFIG`, else `nianbao.toml` here if there is one. A relative `data_dir` in the file is
    relative to the file. Raises ConfigError for a missing file, an unknown key or a value that does not fit.
    """
    from_file = _read_toml(config)
    from_secrets = _read_secret_files(os.environ)
    _refuse_unknown_variables(os.environ)

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            files = InitSettingsSource(settings_cls, from_secrets), InitSettingsSource(settings_cls, from_file)
            return (init_settings, env_settings, *files)

    try:
        return Loaded(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise ConfigError(_explain(error), advice="请修改 nianbao.toml 或对应的 NIANBAO_ 环境变量后重试。") from error


def _read_toml(config: Path | None) -> dict[str, Any]:
    named = config or (Path(os.environ["NIANBAO_CONFIG"]) if os.environ.get("NIANBAO_CONFIG") else None)
    path = named or DEFAULT_CONFIG
    if not path.is_file():
        if named is None:
            return {}
        raise ConfigError(f"找不到配置文件：{path}", advice="请检查路径，或运行 nianbao init 生成一份。")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"配置文件无法读取：{path}：{error}", advice="请改正该行后重试。") from error
    if values.get("data_dir"):
        values["data_dir"] = str(path.absolute().parent / Path(values["data_dir"]).expanduser())
    return values


def _read_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in Settings.model_fields:
        variable = f"{PREFIX}{key.upper()}"
        path = environment.get(f"{variable}_FILE")
        if not path:
            continue
        if variable in environment:
            raise ConfigError(f"{variable} 与 {variable}_FILE 只能设置一个", advice="请去掉其中一个。")
        try:
            found[key] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{variable}_FILE 指向的文件无法读取：{path}", advice="请检查路径和权限。") from error
    return found


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    known = {f"{PREFIX}{key.upper()}" for key in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known} | NOT_SETTINGS
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise ConfigError(f"未知的环境变量：{'、'.join(unknown)}", advice="请改正拼写或去掉；nianbao config show 列出全部配置项。")


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in item["loc"]) or "配置"
        lines.append(f"{key}：{'未知的配置项' if item['type'] == 'extra_forbidden' else item['msg']}")
    return "配置有误：" + "；".join(lines)
