"""``python -m groupkit_torch.demo`` is ``groupkit demo``."""

import sys

from groupkit_torch.demo.command import main

if __name__ == "__main__":
    sys.exit(main())
