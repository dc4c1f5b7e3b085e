"""``python -m groupkit`` is the console command ``groupkit``."""

import sys

from groupkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
