"""A keyring that lives as long as its test."""


class MemoryKeyring:
    """Keeps keys as long as it lives. No ``KeyringBackend``: a subclass would offer itself to the whole process."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]
