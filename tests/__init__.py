"""Tests: unit (no sockets), integration (real servers), parity (the same calls in each mode), sam."""
