"""The pure core: no I/O, no asyncio, no logging, no clock, no third-party framework."""
