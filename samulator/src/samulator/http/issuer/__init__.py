"""The local issuer of tokens: its keys, the tokens that it signs, and what it publishes."""
