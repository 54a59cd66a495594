"""Runs the functions of an application: worker processes behind Lambda's Runtime API."""
