"""Read-only SQL over one dataset, in a process that is ended when it goes over its bounds."""
