"""Recomputes what the two source documents print, from the figures that they print.

Every verdict is worked out from the shipped figures each time; only what is expected is stored.
"""
