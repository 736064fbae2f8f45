"""`python -m delphi.cli`: the same as `delphi`."""

from delphi.cli import main

main()
