"""Settings: what is refused, what is never repeated, and that all of them are documented."""

from pathlib import Path
from typing import Any

import pytest
from almanac.errors import UserError
from almanac.forge.github.app import RegisteredApp
from almanac.server.settings import Settings, read_credentials, read_settings
from almanac.server.setup import store_credentials

from tests.server.serving import SECRET, private_key

ROOT = Path(__file__).parent.parent.parent
APP = {"ALMANAC_APP_ID": "7", "ALMANAC_PRIVATE_KEY": private_key(), "ALMANAC_WEBHOOK_SECRET": SECRET}


def test_with_nothing_set_there_is_no_app(tmp_path: Path) -> None:
    assert read_settings({"ALMANAC_DATA_DIR": str(tmp_path)}).credentials() is None


def test_an_app_from_the_environment() -> None:
    found = read_settings(APP).credentials()
    assert found
    assert found.app_id == 7
    assert found.webhook_secret.get_secret_value() == SECRET


def test_the_key_may_be_on_one_line_or_in_a_file(tmp_path: Path) -> None:
    one_line = APP | {"ALMANAC_PRIVATE_KEY": private_key().replace("\n", "\\n")}
    quoted = APP | {"ALMANAC_PRIVATE_KEY": '"' + private_key().strip().replace("\n", "\\n") + '"'}
    (tmp_path / "key.pem").write_text(private_key())
    in_file = {**APP, "ALMANAC_PRIVATE_KEY": "", "ALMANAC_PRIVATE_KEY_PATH": str(tmp_path / "key.pem")}
    for environment in (one_line, quoted, in_file):
        found = read_settings(environment).credentials()
        assert found
        assert found.private_key.get_secret_value().strip() == private_key().strip()


@pytest.mark.parametrize("name", APP)
@pytest.mark.parametrize("value", [None, ""])
def test_an_app_in_part_is_refused_by_the_name_of_what_is_missing(name: str, value: str | None) -> None:
    environment: dict[str, Any] = {key: given for key, given in APP.items() if key != name}
    if value is not None:
        environment[name] = value
    with pytest.raises(UserError, match=name):
        read_settings(environment).credentials()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALMANAC_APP_ID", "seven-hidden"),
        ("ALMANAC_APP_ID", "-1"),
        ("ALMANAC_DATABASE_URL", "mysql://u:hidden@h/d"),
        ("GITHUB_API_URL", "ftp://hidden"),
        ("ALMANAC_WORKERS", "0"),
        ("ALMANAC_LOG_LEVEL", "loud-hidden"),
        ("ALMANAC_MAX_BODY", "1"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(UserError) as caught:
        read_settings({name: value})
    assert name in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_key_that_is_none_is_refused_and_not_repeated(tmp_path: Path) -> None:
    for environment in (
        APP | {"ALMANAC_PRIVATE_KEY": "hidden"},
        {**APP, "ALMANAC_PRIVATE_KEY": "", "ALMANAC_PRIVATE_KEY_PATH": str(tmp_path / "none.pem")},
    ):
        with pytest.raises(UserError, match="ALMANAC_PRIVATE_KEY") as caught:
            read_settings(environment).credentials()
        assert "hidden" not in str(caught.value)


def test_nothing_secret_is_in_the_settings_text() -> None:
    text = repr(
        read_settings(APP | {"ALMANAC_STATUS_TOKEN": "hidden", "ALMANAC_DATABASE_URL": "postgresql://u:hidden@h/d"})
    )
    assert SECRET not in text
    assert "hidden" not in text
    assert "PRIVATE KEY" not in text


def test_one_url_chooses_the_store(tmp_path: Path) -> None:
    local = read_settings({"ALMANAC_DATA_DIR": str(tmp_path)})
    assert local.database_file == tmp_path / "almanac.sqlite"
    assert local.database == f"sqlite:///{tmp_path / 'almanac.sqlite'}"
    shared = read_settings({"ALMANAC_DATABASE_URL": "postgres://u:p@h/d"})
    assert shared.database == "postgresql://u:p@h/d"
    assert shared.database_file is None
    assert "p" in shared.secrets()


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://github.example.org/api/v3", "https://github.example.org"),
    ],
)
def test_github_s_web_address_follows_from_the_api_s(api: str, web: str) -> None:
    assert read_settings({"GITHUB_API_URL": api}).github == web


def test_stored_credentials_come_back(tmp_path: Path) -> None:
    made = RegisteredApp(9, "almanac", "https://github.com/apps/almanac", private_key(), SECRET)
    path = tmp_path / "data" / "app.json"
    store_credentials(made, path)
    store_credentials(made, path)
    assert path.stat().st_mode & 0o777 == 0o600
    found = read_settings({"ALMANAC_DATA_DIR": str(path.parent)}).credentials()
    assert found
    assert (found.app_id, found.webhook_secret.get_secret_value()) == (9, SECRET)


@pytest.mark.parametrize("text", ["", "{}", "[", '{"app_id": 1, "private_key": "x", "webhook_secret": ""}'])
def test_damaged_credentials_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "app.json").write_text(text)
    with pytest.raises(UserError, match=r"app\.json"):
        read_credentials(tmp_path / "app.json")


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "server.md").read_text()
    missing = [
        str(field.validation_alias)
        for field in Settings.model_fields.values()
        if f"`{field.validation_alias}`" not in text
    ]
    assert missing == []
