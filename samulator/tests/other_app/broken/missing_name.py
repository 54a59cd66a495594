"""Asks a module for a name that it has not."""

from json import nothing_of_this_name
