"""Validators written in Java, fetched by Maven once: where there is none, a test says so and is skipped."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DOWNLOAD_S = 400
# A validator runs for seconds: what a virtual machine does to be quick after minutes costs more than all it judges.
SHORT_LIVED = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def classpath_of(pom: Path, folder: Path) -> str:
    """The jars that a ``pom.xml`` asks for, from this user's repository or fetched into it. Skips the test without."""
    if any(shutil.which(tool) is None for tool in ("mvn", "java", "javac")):
        pytest.skip("needs Maven and a JDK")
    told = folder / "classpath"
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:build-classpath", f"-Dmdep.outputFile={told}"]
    environment = {**os.environ, "MAVEN_OPTS": " ".join(SHORT_LIVED)}
    said = ""
    for how in (["-o"], []):
        done = subprocess.run(
            [*command, *how], capture_output=True, text=True, timeout=DOWNLOAD_S, check=False, env=environment
        )
        if done.returncode == 0 and told.exists():
            return told.read_text("utf-8").strip()
        said = (done.stdout.strip().splitlines() or [""])[0]
    pytest.skip(f"Maven has no such validator here: {said}")
