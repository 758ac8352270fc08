"""What was promised and to whom: messages, callbacks, calls, absences set by phone, deliveries owed.

One file per noun. Everything here is synchronous and runs in one thread (``thread.LedgerThread``);
``notebook``, ``outbox`` and ``absences`` are what the rest of the service awaits.
"""
