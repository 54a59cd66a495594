"""Sockets whose every step ends by the deadline of the call that it is part of."""
