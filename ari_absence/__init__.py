"""ari_absence: answers calls to people who are away, beside an on-premise Asterisk."""

__version__ = "0.1.0"
