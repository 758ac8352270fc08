"""Tests of the service's own parts."""
