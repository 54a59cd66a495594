"""Where records of invokes go, and the events that no attempt could handle."""
