"""The conversations, written as straight-line code that reads like the talk itself."""
