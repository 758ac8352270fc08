"""Speed, measured: ``make bench`` prints a table and writes it to ``bench/results.json``. See docs/speed.md."""
