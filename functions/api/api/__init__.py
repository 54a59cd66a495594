"""The user API: FastAPI behind Mangum."""
