"""`python -m delphi.translations`: compile the catalogues that have changed."""

from __future__ import annotations

from delphi.translations import compile_catalogues

if __name__ == "__main__":
    compile_catalogues()
