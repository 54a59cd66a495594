"""Where records of asynchronous invokes go."""
