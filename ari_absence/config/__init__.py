"""The two YAML files and the secrets beside them: their shape, read, checked, and made into what the core knows."""
