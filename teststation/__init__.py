"""Treadmill test station: what a test is, what it means, what is kept."""

__version__ = "0.1.0"
