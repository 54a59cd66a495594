"""The processed bucket: reports, and objects in the one version that a report vouches for."""
