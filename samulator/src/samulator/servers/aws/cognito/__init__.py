"""Triggers of user pools: the functions that a pool of moto's would call on AWS."""
