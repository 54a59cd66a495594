"""The search server of the stack: osmem-server, which takes anybody's calls, behind a guard."""
