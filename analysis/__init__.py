"""Delphi weighting without the application: arrays in, results out."""
