"""What a function may do: each call of one with a role's credentials is judged by its policies."""
