"""The only reader of the environment and the configuration file: all that was set in, checked settings out.

Later ones win: default, then the file (``deserters.toml`` here, or the one that ``--config`` or ``DESERTERS_CONFIG``
names), then the environment (``DESERTERS_`` and the name in capitals), then the option of the command.
"""

import ipaddress
import json
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from crawler import sources
from crawler.errors import ConfigurationError
from db.model import Engine
from db.web.sharing import may_be_called

FILE = "deserters.toml"
PREFIX = "DESERTERS_"
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([dhw]?)")
_HASH = re.compile(r"pbkdf2_sha256\$[1-9]\d{3,8}\$[^$\s]+\$[A-Za-z0-9+/]{43}=")
_HEADER = re.compile(r"[A-Za-z0-9-]*")
_OPTIONS = {
    "contact": "",
    "delay_seconds": "",
    "timeout_seconds": "",
    "keep_days": "--days",
    "guardian_key": "",
    "reliefweb_appname": "",
    "mediacloud_key": "",
    "alerts": "",
    "digest": "",
    "digest_time": "",
    "watches": "",
    "ping": "",
    "llm_base": "",
    "llm_model": "",
    "llm_key": "",
    "people": "",
    "require_login": "",
    "auth_header": "",
    "proxies": "",
    "secret": "",
    "reviews_db": "",
}  # else the name itself
_DAYS = {"": 1.0, "d": 1.0, "h": 1 / 24, "w": 7.0}


class Watch(BaseModel):
    """A search or a filter whose new reports are sent to some addresses; all that is given must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    to: Annotated[tuple[SecretStr, ...], Field(min_length=1)]
    search: str = ""
    language: str = ""
    source: str = ""
    country: str = ""


class Config(BaseModel):
    """Every setting, with what it means; the README's table is made from this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    db: Path = Field(Path("deserters.db"), description="the SQLite file")
    archive: Path = Field(Path("archive"), description="folder of the WARC files")
    sources: Path = Field(sources.SHIPPED, description="folder of the watch list")
    contact: str = Field("", description="your address or page in the User-Agent, so that hosts can reach you")
    since: str = Field("7d", description="how far back links are taken by the channel's date: 7d, 36h, 2w")
    limit_seconds: Annotated[float, Field(gt=0)] = Field(3 * 3600.0, description="longest time of one crawl")
    delay_seconds: Annotated[float, Field(ge=1)] = Field(1.0, description="least time between two requests to a host")
    timeout_seconds: Annotated[float, Field(gt=0)] = Field(40.0, description="longest wait for one answer")
    allow_private: bool = Field(default=False, description="also ask private and loopback addresses")
    times: str = Field("05:30", description="times of day of the timetable's crawls, with commas between")
    zone: str = Field("UTC", description="time zone of these times, such as Europe/Berlin")
    host: str = Field("127.0.0.1", description="address that the site listens on")
    port: Annotated[int, Field(gt=0, lt=65536)] = Field(8001, description="port that the site listens on")
    guardian_key: SecretStr = Field(SecretStr(""), description="key of The Guardian's Open Platform")
    reliefweb_appname: SecretStr = Field(SecretStr(""), description="appname that ReliefWeb has approved")
    mediacloud_key: SecretStr = Field(SecretStr(""), description="key of Media Cloud's search")
    alerts: tuple[SecretStr, ...] = Field((), description="Apprise addresses that alarms go to")
    digest: tuple[SecretStr, ...] = Field((), description="Apprise addresses that the morning digest goes to")
    digest_time: str = Field("07:00", description="time of day from which the digest is sent")
    watches: tuple[Watch, ...] = Field(
        (), description="searches and filters whose new reports are sent, see Operations"
    )
    ping: SecretStr = Field(SecretStr(""), description="address that is called after each good run")
    llm_base: str = Field("", description="address of an OpenAI-compatible server that may propose facts (extra `llm`)")
    llm_model: str = Field("", description="name of its model")
    llm_key: SecretStr = Field(SecretStr(""), description="its key, where it wants one")
    keep_days: Annotated[int, Field(ge=1)] = Field(
        30, description="age at which captures of pages not kept may be pruned"
    )

    people: dict[str, SecretStr] = Field({}, description="who can sign in; `deserters password NAME` prints the line")
    require_login: bool = Field(default=False, description="the site is for signed-in people only")
    auth_header: str = Field("", description="header in which a proxy names who is signed in, such as X-Remote-User")
    proxies: str = Field("127.0.0.0/8, ::1", description="addresses from which that header is believed")
    secret: SecretStr = Field(SecretStr(""), description="signs cookies, so that people stay signed in over a restart")
    reviews_db: str = Field("", description="file of what people review; else `reviews.db` beside the database")

    @field_validator("people", mode="before")
    @classmethod
    def _people(cls, value: object) -> object:
        """One ``name=hash`` a line where they come as one text, as from the environment."""
        if not isinstance(value, str):
            return value
        lines = [line.strip().partition("=") for line in value.split("\n") if line.strip()]
        return {name.strip(): stored.strip() for name, _, stored in lines}

    @field_validator("people")
    @classmethod
    def _hashed(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, stored in value.items():
            if not may_be_called(name) or "=" in name:
                raise ValueError(f"{name!r} is no name for a person here; write another")
            if not _HASH.fullmatch(stored.get_secret_value()):
                raise ValueError(f"what stands beside {name!r} is no hash; `deserters password {name}` prints the line")
        return value

    @field_validator("auth_header")
    @classmethod
    def _header(cls, value: str) -> str:
        if not _HEADER.fullmatch(value) or value.lower() in {"cookie", "host", "authorization"}:
            raise ValueError(f"{value!r} is no header for a name; write one like X-Remote-User")
        return value

    @field_validator("proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(str.strip, value.split(",")):
            ipaddress.ip_network(part.strip())
        return value

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.require_login and not (self.people or self.auth_header):
            raise ValueError(
                "require_login: nobody could sign in; name people (`deserters password NAME`) or an auth_header"
            )
        return self

    @property
    def reviews_file(self) -> Path:
        """Where the file of reviews stands."""
        return Path(self.reviews_db) if self.reviews_db else self.db.with_name("reviews.db")

    @field_validator("since")
    @classmethod
    def _span(cls, value: str) -> str:
        if not _SPAN.fullmatch(value.strip()):
            raise ValueError(f"{value!r} is no span; write 7d, 36h or 2w")
        return value

    @field_validator("times")
    @classmethod
    def _times(cls, value: str) -> str:
        for part in value.split(","):
            time.fromisoformat(part.strip().zfill(5))
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; write one like Europe/Berlin") from error
        return value

    @field_validator("alerts", "digest", mode="before")
    @classmethod
    def _lines(cls, value: object) -> object:
        """One address a line where they come as one text, as from the environment."""
        return tuple(line.strip() for line in value.split("\n") if line.strip()) if isinstance(value, str) else value

    @field_validator("watches", mode="before")
    @classmethod
    def _watches(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("digest_time")
    @classmethod
    def _time(cls, value: str) -> str:
        time.fromisoformat(value.strip().zfill(5))
        return value

    @property
    def digest_at(self) -> time:
        """``digest_time`` as a time of day."""
        return time.fromisoformat(self.digest_time.strip().zfill(5))

    @property
    def keys(self) -> dict[Engine, str]:
        """The keys of search services that are set."""
        told = {
            Engine.GUARDIAN: self.guardian_key, Engine.RELIEFWEB: self.reliefweb_appname,
            Engine.MEDIACLOUD: self.mediacloud_key,
        }  # fmt: skip
        return {engine: key.get_secret_value() for engine, key in told.items() if key.get_secret_value()}

    @property
    def user_agent(self) -> str:
        """How the crawl presents itself to hosts."""
        return f"deserters/{version('deserters')}" + (f" (+{self.contact})" if self.contact else "")

    @property
    def since_days(self) -> float:
        """``since`` in days."""
        found = _SPAN.fullmatch(self.since.strip())
        return float(found[1]) * _DAYS[found[2]] if found else 7.0

    @property
    def times_of_day(self) -> tuple[time, ...]:
        """``times`` as times of day."""
        return tuple(sorted(time.fromisoformat(part.strip().zfill(5)) for part in self.times.split(",")))


def load(options: Mapping[str, object], config_file: Path | None = None) -> Config:
    """Settings from all four places; ``options`` that are ``None`` were not given.

    Raises:
        ConfigurationError: a value cannot be used; names where it was given.
    """
    given: dict[str, Any] = {}
    origin: dict[str, str] = {}
    path = config_file or Path(os.environ.get(f"{PREFIX}CONFIG", FILE))
    named = config_file is not None or f"{PREFIX}CONFIG" in os.environ
    layers = (
        (str(path), _from_file(path, must_exist=named)),
        ("the environment", _from_environment()),
        ("the options", {name: value for name, value in options.items() if value is not None}),
    )
    for where, values in layers:
        for name, value in values.items():
            given[name], origin[name] = value, where
    try:
        return Config.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0]) if fault["loc"] else ""
        place = ".".join(map(str, fault["loc"]))
        raise ConfigurationError(f"{origin.get(name, 'the settings')}: {place}: {fault['msg']}") from None


def environment(config: Config) -> dict[str, str]:
    """The environment of a child process that is to have these settings, whatever options gave them."""
    given = {name: _text(getattr(config, name)) for name in Config.model_fields}
    return {**os.environ, **{f"{PREFIX}{name.upper()}": text for name, text in given.items()}}


def table() -> str:
    """Every setting as the rows of a Markdown table, which stands in the README."""
    rows = ["| In the file | In the environment | Option | Default | Meaning |", "|---|---|---|---|---|"]
    for name, field in Config.model_fields.items():
        option = _OPTIONS.get(name, f"--{name.replace('_', '-')}")
        is_none = field.default in ("", (), {}) or isinstance(field.default, SecretStr)
        default = "the shipped one" if name == "sources" else "none" if is_none else f"`{field.default}`"
        shown = f"`{option}`" if option else "none"
        rows.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {shown} | {default} | {field.description} |")
    return "\n".join(rows)


def _text(value: object) -> str:
    """A setting as the environment spells it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return "\n".join(f"{name}={_text(one)}" for name, one in value.items())
    if not isinstance(value, tuple):
        return str(value)
    if any(isinstance(one, Watch) for one in value):
        return json.dumps([_open(one) for one in value])
    return "\n".join(map(_text, value))


def _open(watch: Watch) -> dict[str, object]:
    return {**watch.model_dump(exclude={"to"}), "to": [address.get_secret_value() for address in watch.to]}


def _from_file(path: Path, *, must_exist: bool) -> dict[str, Any]:
    if not path.is_file():
        if must_exist:
            raise ConfigurationError(f"{path}: there is no such configuration file")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is not TOML: {error}") from error


def _from_environment() -> dict[str, str]:
    names = {f"{PREFIX}{name.upper()}": name for name in Config.model_fields}
    return {names[key]: value for key, value in os.environ.items() if key in names and value != ""}
