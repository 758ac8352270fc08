"""``python -m ari_absence.fallback``, for where no script is installed."""

from ari_absence.fallback import main

raise SystemExit(main())
