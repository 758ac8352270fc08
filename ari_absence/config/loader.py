"""A folder of configuration files -> a checked :class:`Configuration`, or every mistake in them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

import yaml

from ari_absence.config import environment as secrets_file
from ari_absence.config import people_file, references, site_file
from ari_absence.config.codes_of import note_people_with_codes
from ari_absence.config.delivery_checks import is_open
from ari_absence.config.delivery_of import hook_warnings
from ari_absence.config.mistakes import FileMistakes, Mistakes
from ari_absence.config.people_file import PeopleReader
from ari_absence.config.reader import entries, read_bytes
from ari_absence.config.settings import Configuration, Secrets, StorageSettings
from ari_absence.config.site_file import SiteDraft
from ari_absence.core.codes import Codes
from ari_absence.core.people import Directory


def load(folder: Path, environment: Mapping[str, str]) -> Configuration:
    """Read and check ``absence.yaml``, ``people.yaml`` and ``.env`` in ``folder``. Nothing partial is ever taken.

    Raises:
        ConfigurationError: something is wrong; it carries every mistake as ``file:line:column: sentence``.
    """
    mistakes = Mistakes()
    site_content = read_bytes(folder / site_file.NAME, FileMistakes(mistakes, site_file.NAME))
    people_content = read_bytes(folder / people_file.NAME, FileMistakes(mistakes, people_file.NAME))
    draft = _read_site(site_content, mistakes)
    people = _read_people(people_content, draft or site_file.stand_in(), mistakes)
    env_folders = folder, Path()
    secrets = secrets_file.read_secrets(env_folders, environment, mistakes)
    _check_references(draft, people, mistakes)
    mistakes.raise_if_any()
    assert draft is not None  # noqa: S101 - without a draft there was a mistake
    warnings = (*_warnings(draft, people, secrets), *mistakes.warnings(), *_open_secrets(env_folders))
    return _configuration(draft, people, secrets, _digest(site_content, people_content), warnings)


def data_folder(folder: Path) -> Path:
    """Where ``absence.yaml`` in ``folder`` keeps everything, however wrong the rest of it is."""
    try:
        site = yaml.safe_load((folder / site_file.NAME).read_bytes())
        return Path(site["storage"]["folder"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return StorageSettings().folder


def _read_site(content: bytes | None, mistakes: Mistakes) -> SiteDraft | None:
    of_file = FileMistakes(mistakes, site_file.NAME)
    if content is None:
        return None
    read = list(entries(content, of_file, frozenset()))
    return None if site_file.NAME in mistakes.unreadable else site_file.read(read, of_file)


def _read_people(content: bytes | None, site: SiteDraft, mistakes: Mistakes) -> PeopleReader:
    of_file = FileMistakes(mistakes, people_file.NAME)
    people = PeopleReader(site, of_file)
    if content is not None:
        people.read(entries(content, of_file, people_file.PIECEWISE))
    return people


def _check_references(site: SiteDraft | None, people: PeopleReader, mistakes: Mistakes) -> None:
    """Who names whom. Skipped when not everybody in ``people.yaml`` could be read: half of them would be unknown."""
    if people_file.NAME in mistakes.unreadable or not people.complete:
        return
    everybody = people.named.keys() - people.named_teams
    codes = site.site.codes if site else Codes()
    note_people_with_codes(codes, people.named, FileMistakes(mistakes, people_file.NAME))
    named = [*(site.references if site else ()), *people.references]
    references.note_unknown(named, everybody, people.named_teams, mistakes)
    references.note_empty_teams(named, {key: team.members for key, team in people.teams.items()}, mistakes)
    references.note_cycles(named, everybody, mistakes)
    operator = site.site.operator if site else None
    references.note_forward_circles(people.people, operator, people_file.NAME, mistakes)


def _digest(*contents: bytes | None) -> str:
    digest = sha256()
    for content in contents:
        digest.update(sha256(content or b"").digest())
    return digest.hexdigest()[:16]


def _configuration(
    draft: SiteDraft, people: PeopleReader, secrets: Secrets, digest: str, warnings: tuple[str, ...]
) -> Configuration:
    return Configuration(
        directory=Directory(
            draft.site,
            people.people,
            people.teams,
            draft.handling,
            draft.dialing,
            digest,
            draft.delivery_rules,
        ),
        pbx=draft.pbx,
        delivery=draft.delivery,
        storage=draft.storage,
        mailbox=draft.mailbox,
        transcription=draft.transcription,
        callbacks=draft.callbacks,
        digests=draft.digests,
        watch=draft.watch,
        secrets=secrets,
        warnings=warnings,
    )


def _open_secrets(folders: Iterable[Path]) -> list[str]:
    return [
        f"every user of this machine can read {path}, and the passwords in it; chmod 600 {path}"
        for path in secrets_file.readable_by_all(folders)
    ]


def _warnings(draft: SiteDraft, people: PeopleReader, secrets: Secrets) -> list[str]:
    """What works as it stands and yet is hardly meant so."""
    found = []
    if not (secrets.ari_username and secrets.ari_password):
        found.append(
            "ARI_USERNAME and ARI_PASSWORD are not set; write them to .env, or Asterisk will refuse us"
        )
    if draft.pbx.ami is not None and not (secrets.ami_username and secrets.ami_password):
        found.append(
            "pbx.ami is set, AMI_USERNAME and AMI_PASSWORD are not; write them to .env for message lamps"
        )
    if is_open(draft.pbx.ari_url):
        found.append(
            f"pbx.ari_url is {draft.pbx.ari_url}: ARI_PASSWORD would cross the network in the clear, and whoever has it"
            " can place calls; use https, or run beside Asterisk with http://127.0.0.1:8088"
        )
    found += hook_warnings(draft.delivery.hooks, secrets)
    if draft.delivery.email is None and any(person.email for person in people.people.values()):
        found.append("people have mail addresses, but delivery.email is not set; no mail will be sent")
    return found
