"""The demonstration: the main job on a real Asterisk, with real calls and real audio (``make demo``)."""
