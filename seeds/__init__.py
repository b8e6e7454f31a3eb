"""What `groundswell seed` puts in: a small front page, and a day of its readers."""
