"""The six rules: pure functions from columns of text to values, reasons and counts."""
