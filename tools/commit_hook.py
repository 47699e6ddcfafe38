"""Writes into a wheel from which commit it was built. Outside a clone, as from a source archive, nothing is written."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface  # type: ignore[import-not-found] - only where a wheel is built


class CommitHook(BuildHookInterface[Any]):
    """Adds ``teststation/COMMIT``; ``+`` behind the commit where files differed from it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is packed. An editable installation is a clone, and gets none."""
        if version == "editable":
            return
        commit = self._git("rev-parse", "--short=12", "HEAD")
        if not commit:
            return
        changed = "+" if self._git("status", "--porcelain", "--untracked-files=no") else ""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".commit", delete=False) as file:
            file.write(f"{commit}{changed}\n")
        build_data["force_include"][file.name] = "teststation/COMMIT"
        self._file = Path(file.name)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After it was packed."""
        if hasattr(self, "_file"):
            self._file.unlink(missing_ok=True)

    def _git(self, *words: str) -> str:
        try:
            done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return ""
        return done.stdout.strip()
