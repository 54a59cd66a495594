"""Imports what is not there, one module further."""

import missing_name
