"""Figures for reports and downloads: arrays in, a matplotlib figure with its numbers as text out.

matplotlib is loaded when a figure is drawn and not before. Nothing here goes through pyplot, and
when a function returns the settings of the process are as they were.

No rule of disclosure is applied here: what may not be shown must not be handed in.
"""
