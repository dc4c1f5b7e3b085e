"""``python -m groupkit_torch.experiments``: train and test the papers' networks."""

import sys

from groupkit_torch.experiments.command import main

if __name__ == "__main__":
    sys.exit(main())
