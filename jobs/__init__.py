"""What runs outside of functions: batch jobs."""
