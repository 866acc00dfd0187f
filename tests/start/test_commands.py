"""bin/start and bin/test themselves, in a folder whose .venv is a stand-in that writes down what it is asked."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project.env import ROOT

# Answers for every program of .venv/bin; a line of the file "fails" that it is called with makes it fail.
STAND_IN = f"""#!/bin/sh
[ "$1" != -c ] || exec {sys.executable} "$@"
echo "$(basename "$0") $* [${{EASEL_TEST_SHAPE:-}}]" >>calls
! grep -qxF -- "$(basename "$0") $*" fails
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    for name in ("requirements.txt", "requirements-dev.txt", "calls", "fails"):
        (tmp_path / name).touch()
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "ruff", "mypy", "lint-imports"):
        (programs / name).write_text(STAND_IN)
        (programs / name).chmod(0o755)
    return tmp_path


def run(project: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(project / command[0]), *command[1:]],
        cwd="/",
        env={"PATH": os.environ["PATH"], "EASEL_CHROMIUM": "/bin/true", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def calls(project: Path) -> list[str]:
    return (project / "calls").read_text().splitlines()


def test_a_start_installs_what_is_listed_only_when_the_list_has_changed(project: Path) -> None:
    assert "Installing requirements.txt" in run(project, "bin/start").stdout
    assert calls(project)[0].startswith("python -m pip install")
    assert calls(project)[1] == "python -m project.start []"
    assert run(project, "bin/start").stdout == ""
    assert len(calls(project)) == 3
    (project / "requirements.txt").write_text("django")
    assert "Installing requirements.txt" in run(project, "bin/start").stdout


def test_a_failed_installation_says_so_and_is_tried_again(project: Path) -> None:
    (project / "fails").write_text(
        "python -m pip install -qq --disable-pip-version-check -r requirements.txt\n"
    )
    refused = run(project, "bin/start")
    assert refused.returncode == 1
    assert "Is the package index reachable?" in refused.stderr
    (project / "fails").write_text("")
    assert run(project, "bin/start").returncode == 0


def test_an_old_python_is_refused_in_clear_words(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    (project / "old").mkdir()
    for name in ("sh", "dirname", "cat", "rm"):
        (project / "old" / name).symlink_to(shutil.which(name) or name)
    refused = run(project, "bin/start", PATH=str(project / "old"))
    assert refused.returncode == 1
    assert "Easel needs Python 3.11 or newer" in refused.stderr
    assert not (project / ".venv").exists()


def test_every_check_is_run_and_the_summary_says_so(project: Path) -> None:
    done = run(project, "bin/test")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Everything passed.\n")
    assert {line.split()[0] for line in calls(project)} == {"ruff", "mypy", "lint-imports", "python"}
    tests = [line for line in calls(project) if "pytest" in line]
    assert sorted(tests) == [
        "python -m pytest -m e2e and not faults --ignore-glob=*/e2e/test_[l-z]* [plain]",
        "python -m pytest -m e2e and not faults tests/e2e --ignore=tests/e2e/hands --ignore-glob=*/e2e/test_[a-k]* []",
        "python -m pytest -m faults --ignore=tests/faults/test_outages.py [plain]",
        "python -m pytest -m faults tests/faults/test_outages.py [plain]",
        "python -m pytest -m not e2e and not faults []",
        "python -m pytest -m not e2e and not faults [production]",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "ruff check --quiet .",
        "mypy --no-error-summary",
        "lint-imports ",
        "python -m pytest -m e2e and not faults --ignore-glob=*/e2e/test_[l-z]*",
        "python -m pytest -m e2e and not faults tests/e2e --ignore=tests/e2e/hands --ignore-glob=*/e2e/test_[a-k]*",
    ],
)
def test_any_failure_is_named_and_the_other_checks_still_run(project: Path, broken: str) -> None:
    (project / "fails").write_text(f"{broken}\n")
    done = run(project, "bin/test")
    assert done.returncode == 1
    assert done.stdout.count("FAILED ") == 1
    assert done.stdout.endswith("Something failed: see above.\n")
    assert len([line for line in calls(project) if "pytest" in line]) == 6


def test_a_failure_of_the_production_shape_alone_fails_the_run(project: Path) -> None:
    stand_in = STAND_IN.replace("! grep", '[ "${EASEL_TEST_SHAPE:-}" != production ] && ! grep')
    (project / ".venv" / "bin" / "python").write_text(stand_in)
    done = run(project, "bin/test")
    assert done.returncode == 1
    assert "FAILED" in done.stdout


def test_arguments_go_to_pytest_alone(project: Path) -> None:
    assert run(project, "bin/test", "-k", "welcome page").returncode == 0
    assert calls(project)[1:] == ["python -m pytest -k welcome page []"]


def test_a_missing_browser_is_named_with_the_way_out(project: Path) -> None:
    few = project / "few"
    few.mkdir()
    for name in ("sh", "dirname", "cat", "id", "basename", "grep"):
        (few / name).symlink_to(shutil.which(name) or name)
    refused = run(project, "bin/test", PATH=str(few), EASEL_CHROMIUM="")
    assert refused.returncode == 1
    assert "EASEL_CHROMIUM=/path/to/chromium" in refused.stderr
