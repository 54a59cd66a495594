"""What REST APIs, HTTP APIs and function URLs have in common: receive, route, invoke, answer."""
