"""Tests in a real Chromium, against the program as it is started for people."""
