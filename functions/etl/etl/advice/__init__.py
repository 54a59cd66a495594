"""What would keep more rows: proposals, each tried by the rules themselves, none applied."""
