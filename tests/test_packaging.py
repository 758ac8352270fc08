"""What is installed is whole: code, templates, migrations, sounds, dialplan, examples."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"  # setuptools leaves its build folder where it builds
    shutil.copytree(
        CHECKOUT, source, ignore=shutil.ignore_patterns(".*_cache", ".venv", ".git", "build", "*.egg-info")
    )
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(folder),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "name",
    [
        "ari_absence/py.typed",
        "ari_absence/app/service.py",
        "ari_absence/ledger/migrations/env.py",
        "ari_absence/ledger/migrations/script.py.mako",
        "ari_absence/delivery/templates/en/letter.txt.j2",
        "ari_absence/lab/demo/caller.wav",
        "ari_absence/lab/demo/config/people.yaml",
        "share/ari-absence/dialplan/ari_absence.conf",
        "share/ari-absence/config/absence.yaml",
        "share/ari-absence/config/people.yaml",
        "share/ari-absence/config/.env.example",
        "share/ari-absence/config/grafana.json",
        "share/ari-absence/sounds/en/manifest.json",
    ],
)
def test_wheel_holds(wheel: list[str], name: str) -> None:
    assert any(each.endswith(name) for each in wheel)


def test_wheel_holds_every_migration_and_every_sound(wheel: list[str]) -> None:
    for folder, pattern in (("ari_absence/ledger/migrations/versions", "*.py"), ("sounds/en", "*")):
        for path in (CHECKOUT / folder).glob(pattern):
            assert any(each.endswith(f"/{path.name}") for each in wheel), path


def test_wheel_holds_no_test_and_no_secret(wheel: list[str]) -> None:
    assert not [name for name in wheel if "tests/" in name or name.endswith("/.env")]
