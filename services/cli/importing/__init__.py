"""What was counted before Groundswell came: access logs and starting totals."""
