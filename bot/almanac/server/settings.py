"""The server's settings, from the environment. `docs/server.md` lists them all, and a test holds it to that."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasGenerator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from almanac.errors import Problem, UserError
from almanac.forge.github.request import DEFAULT_API_URL, is_address, web_address

MIB = 1 << 20


def _address(value: str) -> str:
    if not is_address(value):
        raise ValueError("this must be an address such as https://almanac.example.org")
    return value.rstrip("/")


def _database(value: str) -> str:
    value = re.sub("^postgres://", "postgresql://", value)
    if not value.startswith(("sqlite:///", "postgresql://")):
        raise ValueError("this must begin with sqlite:/// or postgresql://")
    return value


def _pem(value: str) -> str:
    # In a file with one line for each variable, the key has \n in place of its line ends and may be in quotation marks,
    # which not every reader of such files removes.
    return value.strip().strip("\"'").replace("\\n", "\n").strip() + "\n"


Address = Annotated[str, BeforeValidator(_address)]


class Credentials(BaseModel, frozen=True):
    """Who we are to GitHub: the App's number, its private key (PEM), and the secret that signs its deliveries."""

    app_id: int
    private_key: SecretStr
    webhook_secret: SecretStr


class Settings(BaseSettings):
    """Everything that can be set. The variable is `ALMANAC_` and the field's name, unless the field names another."""

    model_config = SettingsConfigDict(
        alias_generator=AliasGenerator(validation_alias=lambda name: f"ALMANAC_{name.upper()}"),
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    app_id: int | None = Field(None, gt=0)
    private_key: Annotated[SecretStr, BeforeValidator(_pem)] | None = None
    private_key_path: Path | None = None
    webhook_secret: SecretStr | None = None
    data_dir: Path = Path("almanac-data")
    database_url: Annotated[SecretStr, BeforeValidator(_database)] | None = None
    status_token: SecretStr | None = None
    setup_token: SecretStr | None = None
    public_url: Address | None = None
    api_url: Address = Field(DEFAULT_API_URL, validation_alias="GITHUB_API_URL")
    web_url: Address | None = Field(None, validation_alias="GITHUB_SERVER_URL")
    workers: int = Field(24, ge=1, le=64)
    sweep_minutes: float = Field(15, gt=0, le=1440)
    max_body: int = Field(25 * MIB, ge=1024, le=100 * MIB)
    body_seconds: float = Field(10, gt=0, le=60)
    cache_mb: int = Field(512, ge=0)
    write_pause: float | None = Field(None, ge=0, le=60)
    log_format: Literal["json", "text"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def database(self) -> str:
        """The job store's address as SQLAlchemy takes it; it may hold a password."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.resolve() / 'almanac.sqlite'}"

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None for a PostgreSQL database."""
        path = self.database.removeprefix("sqlite:///")
        return Path(path) if path != self.database else None

    @property
    def github(self) -> str:
        """GitHub's address in a browser."""
        return self.web_url or web_address(self.api_url)

    @property
    def credentials_file(self) -> Path:
        """The file in which the set-up stores the App's credentials."""
        return self.data_dir / "app.json"

    def secrets(self) -> tuple[str, ...]:
        """Everything that must never be logged."""
        given = (self.private_key, self.webhook_secret, self.status_token, self.setup_token)
        password = urlsplit(self.database).password
        return (*(one.get_secret_value() for one in given if one), *([password] if password else []))

    def credentials(self) -> Credentials | None:
        """Return who we are to GitHub: from the environment, else as the set-up stored it, else None.

        Raises:
            UserError: Only a part is set. Above all, without a secret anyone could send deliveries.
        """
        key, name = self.private_key, "ALMANAC_PRIVATE_KEY"
        if key is None and self.private_key_path:
            try:
                key, name = SecretStr(self.private_key_path.read_text()), "ALMANAC_PRIVATE_KEY_PATH"
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "It is not a text file"
                raise UserError(f"The file in ALMANAC_PRIVATE_KEY_PATH cannot be read: {reason}.") from None
        if self.app_id is not None and key and self.webhook_secret:
            check_key(key.get_secret_value(), name)
            return Credentials(app_id=self.app_id, private_key=key, webhook_secret=self.webhook_secret)
        if self.app_id is None and key is None and self.webhook_secret is None:
            return read_credentials(self.credentials_file)
        given = {"APP_ID": self.app_id, "PRIVATE_KEY": key, "WEBHOOK_SECRET": self.webhook_secret}
        missing = ", ".join(f"ALMANAC_{name}" for name, value in given.items() if not value)
        raise UserError(
            f"The GitHub App is configured only in part; {missing} is missing. "
            "Set all three variables, or none of them to set the App up at /setup."
        )


def check_key(pem: str, name: str) -> None:
    """Raise a UserError, which does not repeat the text, unless it is an RSA private key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 -- slow to import
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        is_key = isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey)
    except (ValueError, TypeError):
        is_key = False
    if not is_key:
        raise UserError(f"{name} is not the App's private key. It must be the whole .pem file that GitHub gave you.")


def read_credentials(path: Path) -> Credentials | None:
    """Read the credentials that the set-up stored; None if there are none."""
    try:
        found = Credentials.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except ValidationError:
        raise UserError(f"{path} does not hold an App's credentials. Delete it to set the App up again.") from None
    if not found.webhook_secret.get_secret_value():
        raise UserError(f"{path} holds no webhook secret. Delete it to set the App up again.")
    check_key(found.private_key.get_secret_value(), str(path))
    return found


def read_settings(environment: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings from the process's environment, or from the variables that are given.

    Raises:
        UserError: Some are not valid; each is named, and no value is repeated.
    """
    try:
        if environment is None:
            return Settings()
        return Settings.model_validate({name: value for name, value in environment.items() if value != ""})
    except ValidationError as error:
        problems = []
        for found in error.errors(include_input=False, include_url=False, include_context=False):
            text = found["msg"].removeprefix("Value error, ").removesuffix(".")
            problems.append(Problem(f"{text[:1].upper()}{text[1:]}.", field=".".join(map(str, found["loc"]))))
        raise UserError(problems) from None
