"""``python -m ari_absence``: the same as the ``ari-absence`` command."""

from ari_absence.cli import main

main()
