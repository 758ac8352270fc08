"""What phones show: lamps, presence texts and message lamps, kept equal to the schedule and the ledger."""
