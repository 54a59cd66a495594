"""The local issuer of tokens: the tokens that it signs, and what it publishes."""
