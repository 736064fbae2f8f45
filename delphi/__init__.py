"""Delphi Weights, the application around `analysis`."""
