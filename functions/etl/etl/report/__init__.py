"""What a run says about itself: figures, report.json, report.html."""
