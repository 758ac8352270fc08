"""The composition root: builds everything, starts it in order, stops it in stages. The only room that knows all
others."""

from ari_absence.app.service import serve

__all__ = ["serve"]
