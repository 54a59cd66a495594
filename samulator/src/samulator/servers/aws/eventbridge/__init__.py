"""EventBridge: which rules an event fits, what their targets get, and what becomes of the rest."""
