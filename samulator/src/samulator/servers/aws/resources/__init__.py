"""Makes what the template declares, one file per service, through the service's own API."""
