"""Settings: one frozen value, read once from flags, files and the environment, in this order.

Each is `MUSTER_NAME` in the environment and `--name` of `muster serve`; every secret has a `MUSTER_NAME_FILE` twin that
names a file holding it.
"""

from __future__ import annotations

import os
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

KEY_FILE = "secret.key"
KEY_BYTES = 32
SECRETS = ("secret_key", "smtp_url", "database_url")

NAMES = (
    "host",
    "port",
    "data",
    "database_url",
    "public_url",
    "tls_cert",
    "tls_key",
    "allow_plain_http",
    "trusted_proxies",
    "cors_origins",
    "smtp_url",
    "mail_from",
    "secret_key",
    "rate_limits",
    "log_level",
)


class SettingsWrong(Exception):
    """A setting has a value that cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server or a command runs with. `secret_key` is at least 32 bytes.

    `public_url` is made of `host` and `port` where nobody said one (`is_public_url_given`).
    """

    host: str
    port: int
    data: Path
    database_url: str
    public_url: str
    tls_cert: Path | None
    tls_key: Path | None
    trusted_proxies: str
    cors_origins: str
    smtp_url: str | None
    mail_from: str
    secret_key: bytes
    rate_limits: bool
    log_level: str
    is_public_url_given: bool = False


def read(flags: Mapping[str, str | None], environment: Mapping[str, str] | None = None) -> Settings:
    """The settings. Raises `SettingsWrong`. Makes the data directory and, where none was given, the secret key."""
    source = _Source(flags, os.environ if environment is None else environment)
    data = Path(source.text("data", "var")).absolute()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsWrong(f"MUSTER_DATA cannot be a directory at {data}: {error.strerror}") from error
    tls_cert, tls_key = _tls(source)
    host, port = source.text("host", "127.0.0.1"), source.whole("port", 8080)
    if tls_cert is None and not _is_loopback(host) and not source.truth("allow_plain_http", "0"):
        raise SettingsWrong(
            f"plain HTTP on {host} would send keys in the clear: set MUSTER_TLS_CERT and MUSTER_TLS_KEY, "
            "or MUSTER_ALLOW_PLAIN_HTTP=1 behind a proxy that speaks TLS"
        )
    scheme = "http" if tls_cert is None else "https"
    return Settings(
        host=host,
        port=port,
        data=data,
        database_url=source.text("database_url", f"sqlite:///{data / 'muster.db'}"),
        public_url=source.text("public_url", f"{scheme}://{host}:{port}").rstrip("/"),
        tls_cert=tls_cert,
        tls_key=tls_key,
        trusted_proxies=source.text("trusted_proxies", ""),
        cors_origins=source.text("cors_origins", ""),
        smtp_url=source.text("smtp_url", "") or None,
        mail_from=source.text("mail_from", "muster@localhost"),
        secret_key=_secret_key(source, data),
        rate_limits=source.truth("rate_limits", "on"),
        log_level=source.choice("log_level", "info", ("debug", "info", "warning", "error")),
        is_public_url_given=bool(source.text("public_url", "")),
    )


class _Source:
    """Where a setting is looked for: the flag, the environment, the file that the environment names."""

    def __init__(self, flags: Mapping[str, str | None], environment: Mapping[str, str]) -> None:
        self._flags = flags
        self._environment = environment

    def text(self, name: str, otherwise: str) -> str:
        flag = self._flags.get(name)
        if flag is not None:
            return flag
        variable = f"MUSTER_{name.upper()}"
        if variable in self._environment:
            return self._environment[variable]
        if name in SECRETS and f"{variable}_FILE" in self._environment:
            return _content(Path(self._environment[f"{variable}_FILE"]))
        return otherwise

    def whole(self, name: str, otherwise: int) -> int:
        text = self.text(name, str(otherwise))
        if not (text.isascii() and text.isdigit()) or len(text) > 5 or int(text) > 65535:
            raise SettingsWrong(f"MUSTER_{name.upper()} is not a number of a port: {text!r}")
        return int(text)

    def choice(self, name: str, otherwise: str, choices: tuple[str, ...]) -> str:
        text = self.text(name, otherwise).lower()
        if text not in choices:
            raise SettingsWrong(f"MUSTER_{name.upper()} is one of {', '.join(choices)}, not {text!r}")
        return text

    def truth(self, name: str, otherwise: str) -> bool:
        return self.choice(name, otherwise, ("on", "off", "1", "0", "true", "false")) in ("on", "1", "true")

    def file(self, name: str) -> Path | None:
        text = self.text(name, "")
        if not text:
            return None
        if not Path(text).is_file():
            raise SettingsWrong(f"MUSTER_{name.upper()} names no file: {text}")
        return Path(text)


def _tls(source: _Source) -> tuple[Path | None, Path | None]:
    certificate, key = source.file("tls_cert"), source.file("tls_key")
    if certificate is None and key is None:
        return None, None
    if certificate is None or key is None:
        raise SettingsWrong("MUSTER_TLS_CERT and MUSTER_TLS_KEY go together")
    try:
        # An empty password, so that nobody is asked for one at a terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise SettingsWrong(f"MUSTER_TLS_CERT and MUSTER_TLS_KEY are no certificate with its key: {error}") from error
    return certificate, key


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise SettingsWrong(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsWrong(f"{path} is not text in UTF-8") from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _secret_key(source: _Source, data: Path) -> bytes:
    text = source.text("secret_key", "")
    if not text:
        try:
            text = _kept_key(data / KEY_FILE)
        except OSError as error:
            raise SettingsWrong(f"{data / KEY_FILE} can be neither read nor made: {error.strerror}") from error
    if len(text) < KEY_BYTES:
        raise SettingsWrong(f"MUSTER_SECRET_KEY is shorter than {KEY_BYTES} characters")
    return text.encode()


def _kept_key(path: Path) -> str:
    """The key in the file, which is made where there is none; of several processes at once, one makes it."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
