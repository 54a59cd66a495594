"""The web page: static files that talk to this API, without a build step and without a CDN."""
