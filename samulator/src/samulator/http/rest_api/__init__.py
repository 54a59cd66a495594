"""REST APIs: payload format 1.0, gateway responses, API keys, mock integrations."""
