"""What a run says about itself: report.json, report.html."""
