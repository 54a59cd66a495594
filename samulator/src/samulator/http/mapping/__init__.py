"""Mapping templates of REST APIs: Velocity with the variables of API Gateway."""
