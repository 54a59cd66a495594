"""The HTTP side: requests from API Gateway in, answers and problems out."""
