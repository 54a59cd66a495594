"""Emulators side by side."""
