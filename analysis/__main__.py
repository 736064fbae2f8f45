"""`python -m analysis COMMAND`: every figure without the application."""

from analysis.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
