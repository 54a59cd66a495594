"""The same conversations in every mode: in process, on the embedded stack, under sam local."""
