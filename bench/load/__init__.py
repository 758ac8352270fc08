"""A whole office's calls at once: what callers left, what the ledger has, what the mail server got, one by one."""
