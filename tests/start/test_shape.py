"""docker-compose.yml, Dockerfile, scripts and the table of settings, as far as they can be checked without Docker."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from project.env import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
SHAPE: dict[str, Any] = yaml.safe_load(COMPOSE)
SERVICES: dict[str, dict[str, Any]] = SHAPE["services"]
OURS = ["web", "demo", "migrate", "worker-generate", "worker-media", "worker-upkeep", "scheduler"]
TABLES = "".join((ROOT / "docs" / name).read_text() for name in ("configuration.md", "demo-endpoint.md"))
DOCUMENTED = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", TABLES))
SCRIPTS = ["bin/start", "bin/test", "bin/environment.sh", ".ci/run"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_to_a_version(name: str) -> None:
    repository, _, tag = SERVICES[name]["image"].partition(":")
    assert repository
    assert re.match(r"\d+\.\d+", tag), f"{name}: {tag!r}"


def test_the_dockerfile_pins_its_base_and_ends_without_rights() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert all(re.match(r"python:3\.11\.\d+-slim", base) for base in re.findall(r"^FROM (\S+)", text, re.M))
    assert re.findall(r"^USER (\S+)", text, re.M)[-1] == "easel"
    assert "HEALTHCHECK" in text


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_that_stays_says_whether_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check == {"disable": True} if name == "migrate" else check["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_for_others_in_a_way_they_can_satisfy(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other == "migrate" else "service_healthy"
        assert how == {"condition": wanted}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_rights_and_write_to_volumes_only(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_web_and_the_store_are_published_and_only_to_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"], "s3": ["127.0.0.1:8333:8333"]}


def test_every_volume_that_is_used_exists() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(SHAPE["volumes"])


def test_the_workers_share_one_spool() -> None:
    for name in ("worker-generate", "worker-media", "worker-upkeep"):
        assert "spool:/spool" in SERVICES[name]["volumes"]


def test_a_stop_gives_paid_calls_the_time_they_may_take() -> None:
    assert SERVICES["worker-generate"]["stop_grace_period"] == "21m"  # client.py: twice the timeout


def test_the_stores_inner_ports_ask_for_a_key() -> None:
    assert {"WEED_JWT_FILER_SIGNING_KEY", "WEED_JWT_FILER_SIGNING_READ_KEY"} <= set(
        SERVICES["s3"]["environment"]
    )


def test_no_password_stands_in_the_file() -> None:
    example = (ROOT / ".env.example").read_text()
    wanted = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    assert wanted == set(re.findall(r"^(\w+)=$", example, re.M))
    given = [line for line in COMPOSE.splitlines() if re.search(r"(PASSWORD|SECRET\w*|_KEY): ", line)]
    assert given and all("${" in line for line in given)


def test_every_name_the_code_reads_is_documented() -> None:
    call = re.compile(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"")
    folders = (ROOT / "project", ROOT / "images_app")
    read = {
        name for folder in folders for path in folder.rglob("*.py") for name in call.findall(path.read_text())
    }
    assert len(read) > 30
    assert read - DOCUMENTED == {"EASEL_TESTING", "FAIL"}


def test_every_name_compose_passes_on_is_documented() -> None:
    names = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert names - DOCUMENTED - {"POSTGRES_PASSWORD", "S3_SECRET_KEY", "S3_INNER_KEY"} == set()


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_plain_shell(script: str) -> None:
    subprocess.run(["sh", "-n", str(ROOT / script)], check=True)
    assert (ROOT / script).stat().st_mode & 0o100 or script.endswith(".sh")


def test_links_between_documents_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_pinned_package_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text()
    pinned = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==", Path(ROOT / "requirements.txt").read_text(), re.M)
    assert [name for name in pinned if name not in reasons] == []
