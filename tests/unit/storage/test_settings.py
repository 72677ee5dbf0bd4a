from __future__ import annotations

from pathlib import Path

import pytest

from storage import settings
from storage.domain.errors import ConfigError
from storage.settings import redact_url


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither this machine's variables nor its files take part."""
    import os

    for name in [name for name in os.environ if name.startswith("NIANBAO_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_all_state_lives_under_one_folder(tmp_path: Path) -> None:
    found = settings.load()
    assert found.data_dir == tmp_path / "nianbao-data"
    assert found.database_url == f"sqlite:///{tmp_path}/nianbao-data/nianbao.sqlite3"
    assert found.archive_url == f"file://{tmp_path}/nianbao-data/archive"


def test_callers_win_over_variables_over_secret_files_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nianbao.toml").write_text('web_port = 1001\nsmtp_host = "file"\nsmtp_password = "file"\nmail_from = "file"\n')
    (tmp_path / "secret").write_text("from-secret\n")
    monkeypatch.setenv("NIANBAO_SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("NIANBAO_SMTP_HOST", "variable")
    monkeypatch.setenv("NIANBAO_WEB_PORT", "1002")
    found = settings.load(web_port=1003, mail_from=None)
    assert (found.web_port, found.smtp_host, found.mail_from) == (1003, "variable", "file")
    assert found.smtp_password.get_secret_value() == "from-secret"


def test_a_relative_folder_in_a_file_is_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "n.toml").write_text('data_dir = "state"\n')
    assert settings.load(tmp_path / "etc" / "n.toml").data_dir == tmp_path / "etc" / "state"
    monkeypatch.setenv("NIANBAO_CONFIG", str(tmp_path / "etc" / "n.toml"))
    assert settings.load().data_dir == tmp_path / "etc" / "state"
    assert settings.load(data_dir=tmp_path / "x").database_url == f"sqlite:///{tmp_path}/x/nianbao.sqlite3"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NIANBAO_WEB_PROT", "1"),
        ("NIANBAO_WEB_PORT", "many"),
        ("NIANBAO_WEB_PORT", "70000"),
        ("NIANBAO_SMTP_SECURITY", "some"),
        ("NIANBAO_CONFIG", "/nowhere/nianbao.toml"),
        ("NIANBAO_SMTP_PASSWORD_FILE", "/nowhere/secret"),
        ("NIANBAO_NONSENSE_FILE", "/nowhere/secret"),
    ],
)
def test_what_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        settings.load()
    assert caught.value.advice


@pytest.mark.parametrize("text", ["colour = 1\n", "web_port = \n", "web_port = 'x'\n", b"\xff\xfe"])
def test_a_file_that_cannot_be_meant_is_refused(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "nianbao.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError):
        settings.load()


def test_a_secret_given_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("x")
    monkeypatch.setenv("NIANBAO_SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("NIANBAO_SMTP_PASSWORD", "y")
    with pytest.raises(ConfigError, match="只能设置一个"):
        settings.load()


def test_no_secret_is_ever_shown() -> None:
    shown = str(
        settings.load(
            smtp_password="hush", database_url="postgresql://u:hush@h/d?password=hush", archive_url="s3://b/p?secret=hush"
        ).redacted()
    )
    assert "hush" not in shown
    assert "postgresql://u:********@h/d" in shown


def test_an_error_does_not_repeat_a_secret() -> None:
    with pytest.raises(ConfigError) as caught:
        settings.load(smtp_password=["hush"])
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////data/n.sqlite3", "sqlite:////data/n.sqlite3"),
        ("sqlite:////data/n.sqlite3?key=v", "sqlite:////data/n.sqlite3?key=********"),
        ("file:///data/archive", "file:///data/archive"),
        ("postgresql://user:secret@host/name", "postgresql://user:********@host/name"),
    ],
)
def test_an_address_is_shown_whole_but_for_its_secrets(url: str, shown: str) -> None:
    assert redact_url(url) == shown
