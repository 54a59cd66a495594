"""Unit (no sockets), integration (real servers), parity (same calls in each mode), sam."""
