"""Backup and restore: everything that must last, in one file and back."""
