"""Decides who may call a route: Lambda and JWT authorizers, Cognito's pools."""
