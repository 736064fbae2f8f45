"""Tables only, on three sides that never point at each other across identity and answer.

Importing this package registers every table with `delphi.db.Base`.
"""

from delphi.models import answer, identity, study

__all__ = ["answer", "identity", "study"]
