"""What a running service can't take from a newer configuration: it is built into its connections and files."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from ari_absence.config.settings import Configuration

_AT_START = {
    "pbx.ari_url": attrgetter("pbx.ari_url"),
    "pbx.app": attrgetter("pbx.app"),
    "pbx.ami": attrgetter("pbx.ami"),
    "pbx.message_lamp": attrgetter("pbx.message_lamp"),
    "pbx.mailbox_context": attrgetter("pbx.mailbox_context"),
    "pbx.sounds": attrgetter("pbx.sounds"),
    "monitoring.listen": attrgetter("watch.listen"),
    "storage.folder": attrgetter("storage.folder"),
    "site.language": attrgetter("directory.site.language"),
    "ARI_USERNAME": attrgetter("secrets.ari_username"),
    "ARI_PASSWORD": attrgetter("secrets.ari_password"),
    "AMI_USERNAME": attrgetter("secrets.ami_username"),
    "AMI_PASSWORD": attrgetter("secrets.ami_password"),
    "DATABASE_URL": attrgetter("secrets.database_url"),
}


def waiting_for_a_start(begun: Configuration, fresh: Configuration) -> Iterator[str]:
    """The names, never the values, of what ``fresh`` has changed for the next start of a service that began
    with ``begun``."""
    for name, value_in in _AT_START.items():
        if value_in(begun) != value_in(fresh):
            yield name


__all__ = ["waiting_for_a_start"]
